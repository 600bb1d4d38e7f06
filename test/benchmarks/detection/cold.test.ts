import { expect, test } from "vitest";
import {
  type AnsweredRow,
  measureScoring,
  measureSecondOpinion,
} from "../../../benchmarks/detection/beside-crs.ts";
import {
  alarmsOf,
  balancedAccuracy,
  bestBalancedAccuracy,
  foundOf,
  measureRates,
} from "../../../benchmarks/detection/cold.ts";
import type { RowScore } from "../../../benchmarks/detection/scores.ts";

const worths = new Map([[942100, { level: 1, points: 5 }]]);
const row = (source: string, attackType: string, kind: AnsweredRow["kind"], alarm: boolean): AnsweredRow => ({
  source,
  attack: attackType !== "",
  attackType,
  kind,
  group: 0,
  request: { method: "GET", uri: "/", headers: [] },
  answer: { hits: new Map(alarm ? [[942100, 1]] : []), matched: {} },
});
const rows = [
  row("site", "", "requests", true),
  row("site", "", "requests", true),
  row("site", "", "requests", false),
  row("site", "", "requests", false),
  row("a", "sqli", "values", true),
  row("a", "sqli", "values", true),
  row("a", "xss", "values", false),
  row("b", "xss", "values", true),
  row("plain", "", "values", false),
  row("loud", "", "values", false),
];
const probabilities = [0.1, 0.6, 0.2, 0.05, 0.9, 0.3, 0.8, 0.7, 0.4, 0.95];
const scores = probabilities.map((probability, index): RowScore => {
  const verdict = probability > 0.85 ? "attack" : probability > 0.5 ? "suspect" : "pass";
  const isAlarm = rows[index]?.answer?.hits.size === 1;
  const opinion = isAlarm ? ({ probability, verdict } as const) : undefined;
  return { probability, verdict, points: verdict === "pass" ? -5 : 5, beside: [opinion, opinion] };
});

test("detection is a mean over sources, and over classes, whatever their sizes", () => {
  const found = foundOf(rows, (index) => (probabilities[index] as number) > 0.5);
  expect(found.sources).toEqual({ a: 2 / 3, b: 1 });
  expect(found.classes).toEqual({ sqli: 0.5, xss: 1 });
  expect(found.overSources).toBeCloseTo(5 / 6);
  expect(found.overClasses).toBe(0.75);
});

test("a threshold is read off ordinary requests alone", () => {
  const at = measureRates(rows, Float64Array.from(probabilities))["0.01"];
  expect(at?.threshold).toBeGreaterThan(0.6);
  expect(at?.threshold).toBeLessThan(0.7);
  expect(at?.detection.sources).toEqual({ a: 2 / 3, b: 1 });
  expect(
    alarmsOf(
      rows,
      ({ kind }) => kind === "values",
      () => true,
    ).rows,
  ).toBe(2);
});

test("balanced accuracy is of bare values, at the own threshold and at the best", () => {
  expect(balancedAccuracy(rows, (index) => (probabilities[index] as number) > 0.5)).toBeCloseTo(
    (5 / 6 + 0.5) / 2,
  );
  expect(balancedAccuracy(rows, () => true)).toBe(0.5);
  expect(bestBalancedAccuracy(rows, Float64Array.from(probabilities))).toBeCloseTo((5 / 6 + 0.5) / 2);
});

test("second opinion keeps what it does not pass, and cannot find what CRS has not", () => {
  const { kept, gone, requests, detection, atRates } = measureSecondOpinion(rows, scores, 1);
  expect(kept).toBe((0.5 + 1) / 2);
  expect(gone).toBe(0.5);
  expect(requests).toBe(0.25);
  expect(detection.sources).toEqual({ a: 1 / 3, b: 1 });
  expect(atRates["0.001"]).toBeCloseTo((1 / 3 + 1) / 2);
});

test("points lift and lower the score of CRS", () => {
  const { requests, detection } = measureScoring(rows, scores, worths, 1);
  expect(requests).toBe(0.25);
  expect(detection.sources).toEqual({ a: 2 / 3, b: 1 });
});
