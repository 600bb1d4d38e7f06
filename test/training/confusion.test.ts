import { expect, test } from "vitest";
import { confusionOf, predictedTypes } from "../../src/training/confusion.ts";
import type { ScoredRow } from "../../src/training/scored-row.ts";

const attack = (attackType?: string, predictedType?: string, probability = 0.9): ScoredRow => ({
  source: "a",
  label: "attack",
  attackType,
  predictedType,
  probability,
});

test("counts what attacks of each type were taken for", () => {
  const confusion = confusionOf(
    [attack("xss", "xss"), attack("sqli", "xss"), attack("sqli", "sqli"), attack("sqli", "sqli")],
    0.5,
  );
  expect(confusion).toEqual({ sqli: { sqli: 2, xss: 1 }, xss: { xss: 1 } });
  expect(Object.keys(confusion)).toEqual(["sqli", "xss"]);
  expect(predictedTypes(confusion)).toEqual(["sqli", "xss"]);
});

test.each<[string, ScoredRow]>([
  ["of ordinary requests", { ...attack("sqli", "sqli"), label: "benign" }],
  ["below the threshold", attack("sqli", "sqli", 0.49)],
  ["of unknown type", attack(undefined, "sqli")],
  ["that were taken for nothing", attack("sqli")],
])("rows %s do not count", (_, row) => {
  expect(confusionOf([row], 0.5)).toEqual({});
});

test("a row at the threshold counts", () => {
  expect(confusionOf([attack("sqli", "xss", 0.5)], 0.5)).toEqual({ sqli: { xss: 1 } });
});
