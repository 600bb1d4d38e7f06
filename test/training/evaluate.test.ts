import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/training/evaluate.ts";
import { nextUp } from "../../src/training/metrics.ts";
import type { ScoredRow } from "../../src/training/scored-row.ts";

const row = (
  source: string,
  label: ScoredRow["label"],
  probability: number,
  attackType?: string,
): ScoredRow => ({
  source,
  label,
  attackType,
  probability,
});

/** 1,000 benign rows of two sources with probabilities from 0 to 0.999, and a few attacks. */
const benign = Array.from({ length: 1000 }, (_, index) =>
  row(index % 2 === 0 ? "shop" : "wiki", "benign", index / 1000),
);
const attacks = [
  row("shop", "attack", 0.9995, "sqli"),
  row("shop", "attack", 0.5, "xss"),
  row("list", "attack", 0.992, "sqli"),
  row("list", "attack", 0.995),
];

const evaluation = evaluate([...benign, ...attacks]);

test("thresholds come from all benign rows pooled", () => {
  expect(evaluation.thresholds).toEqual({
    "0.01": nextUp(0.989),
    "0.001": nextUp(0.998),
    "0.0001": nextUp(0.999),
  });
});

test("overall counts everything", () => {
  expect(evaluation.overall).toMatchObject({
    benign: 1000,
    attack: 4,
    falseAlarms: { "0.01": 0.01, "0.001": 0.001, "0.0001": 0 },
    detection: { "0.01": 0.75, "0.001": 0.25, "0.0001": 0.25 },
  });
});

describe("a source", () => {
  test("reports its own rows at the common thresholds", () => {
    expect(evaluation.sources["shop"]).toMatchObject({
      benign: 500,
      attack: 2,
      falseAlarms: { "0.01": 0.01, "0.001": 0, "0.0001": 0 },
      detection: { "0.01": 0.5, "0.001": 0.5, "0.0001": 0.5 },
    });
  });

  test("without attacks has no detection, and without benign rows no false alarms", () => {
    expect(evaluation.sources["wiki"]).not.toHaveProperty("detection");
    expect(evaluation.sources["wiki"]).toHaveProperty("falseAlarms");
    expect(evaluation.sources["list"]).not.toHaveProperty("falseAlarms");
    expect(evaluation.sources["list"]).toHaveProperty("detection");
  });

  test("without one label is measured against all rows of that label", () => {
    expect(evaluation.sources["list"]!.auc).toBeCloseTo(((992 + 0.5) / 1000 + (995 + 0.5) / 1000) / 2, 10);
    expect(evaluation.sources["shop"]!.auc).toBeCloseTo((1 + 250.5 / 500) / 2, 10);
  });
});

test("attack types report the attacks alone, unnamed ones as other", () => {
  expect(Object.keys(evaluation.attackTypes)).toEqual(["other", "sqli", "xss"]);
  expect(evaluation.attackTypes["sqli"]).toMatchObject({ benign: 0, attack: 2, detection: { "0.01": 1 } });
});

test("groups are in the order of their names, whatever the order of rows", () => {
  expect(Object.keys(evaluation.sources)).toEqual(["list", "shop", "wiki"]);
  expect(evaluate([...attacks, ...benign].reverse())).toEqual(evaluation);
});

test("a source named like a property of objects is a source", () => {
  const { sources } = evaluate([row("__proto__", "benign", 0.1), row("constructor", "attack", 0.9)]);
  expect(Object.keys(sources)).toEqual(["__proto__", "constructor"]);
});

test("rows of one label alone have no area and a threshold that nothing reaches", () => {
  expect(evaluate([row("a", "attack", 0.9)])).toMatchObject({
    thresholds: { "0.01": 1 },
    overall: { auc: null },
  });
});
