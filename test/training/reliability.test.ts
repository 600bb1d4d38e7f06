import { describe, expect, test } from "vitest";
import { reliabilityOf } from "../../src/training/reliability.ts";
import type { ScoredRow } from "../../src/training/scored-row.ts";

const row = (label: ScoredRow["label"], probability: number): ScoredRow => ({
  source: "a",
  label,
  attackType: undefined,
  probability,
});
const times = (count: number, of: ScoredRow): ScoredRow[] => Array.from({ length: count }, () => of);

/** Of 1,000 rows at each probability as many are attacks as it says; `said` is what the rows claim. */
const calibrated = (said: (probability: number) => number): ScoredRow[] =>
  [0.01, 0.1, 0.3, 0.7, 0.9, 0.99].flatMap((probability) => [
    ...times(Math.round(1000 * probability), row("attack", said(probability))),
    ...times(Math.round(1000 * (1 - probability)), row("benign", said(probability))),
  ]);

describe("the share of attacks", () => {
  test("is the probability where that is calibrated", () => {
    const bins = reliabilityOf(calibrated((probability) => probability));
    expect(bins).toHaveLength(6);
    for (const { probability, observed, count } of bins) {
      expect(observed).toBeCloseTo(probability, 6);
      expect(count).toBe(1000);
    }
  });

  test("is another where the probability is too sure of itself", () => {
    const bins = reliabilityOf(calibrated((p) => p ** 3 / (p ** 3 + (1 - p) ** 3)));
    for (const { probability, observed } of bins)
      expect(Math.abs(observed - 0.5)).toBeLessThan(Math.abs(probability - 0.5));
  });

  test("does not depend on how many rows a label has", () => {
    const rows = calibrated((probability) => probability);
    const more = [...rows, ...rows.filter(({ label }) => label === "benign")];
    for (const { probability, observed } of reliabilityOf(more)) expect(observed).toBeCloseTo(probability, 6);
  });
});

test("certain rows are in the outer bins, and every row is in one", () => {
  const bins = reliabilityOf([
    row("attack", 1),
    row("benign", 0),
    row("attack", 0.999),
    row("benign", 1e-300),
  ]);
  expect(bins.map(({ count, observed }) => [count, observed])).toEqual([
    [2, 0],
    [2, 1],
  ]);
});

test("rows of one label alone say nothing", () => {
  expect(reliabilityOf([row("attack", 0.9)])).toEqual([]);
  expect(reliabilityOf([])).toEqual([]);
});
