import { describe, expect, test } from "vitest";
import type { BoostedTrees } from "../../src/models/boosted-trees.ts";
import { scoreBoostedTrees } from "../../src/models/boosted-trees.ts";

describe("two trees by hand", () => {
  // Column 0 above 5, missing on the right, then column 1 above 0.5, missing on the left; and a tree of one leaf.
  const model: BoostedTrees = {
    columns: 2,
    bias: -1,
    roots: Int32Array.of(0, 5),
    feature: Int16Array.of(0, -1, 1, -1, -1, -1),
    value: Float64Array.of(5, -2, 0.5, 3, 7, 0.25),
    missingRight: Uint8Array.of(1, 0, 0, 0, 0, 0),
    left: Int32Array.of(1, -1, 3, -1, -1, -1),
  };

  test.each([
    ["at a threshold", [5, 9], -2.75],
    ["above one, at the other", [5.1, 0.5], 2.25],
    ["above both", [6, 0.6], 6.25],
    ["without the first", [Number.NaN, 1], 6.25],
    ["without the second", [6, Number.NaN], 2.25],
    ["without any", [Number.NaN, Number.NaN], 2.25],
    ["at the ends of all numbers", [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 2.25],
  ])("a row %s", (_, row, logit) => {
    expect(scoreBoostedTrees(model, Float64Array.from(row))).toBe(logit);
  });
});
