import { describe, expect, test } from "vitest";
import type { NodeSums, SplitOptions } from "../../src/models/split.ts";
import { bestSplit, bestValue, goesRight } from "../../src/models/split.ts";

/** One column of three bins and the one of missing values; gradient and hessian of each. */
function nodeOf(bins: readonly (readonly [gradient: number, hessian: number])[]): NodeSums {
  const gradient = bins.reduce((sum, [g]) => sum + g, 0);
  const hessian = bins.reduce((sum, [, h]) => sum + h, 0);
  return {
    gradient,
    hessian,
    sums: Float64Array.from(bins.flat()),
    value: -gradient / (hessian + 1),
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
  };
}

const options: SplitOptions = { l2: 1, leastHessian: 1, monotone: [] };
const splitOf = (node: NodeSums, changed: Partial<SplitOptions> = {}) =>
  bestSplit(node, Uint32Array.of(0), [Float64Array.of(1, 2)], Uint32Array.of(0, 8), {
    ...options,
    ...changed,
  });

describe("the best split", () => {
  test("gains half of G² / (H + λ) on both sides, less that of the node", () => {
    const split = splitOf(
      nodeOf([
        [-3, 2],
        [-1, 2],
        [6, 3],
        [0, 0],
      ]),
    )!;
    expect(split).toMatchObject({ column: 0, bin: 1, leftGradient: -4, leftHessian: 4 });
    expect(split.gain).toBeCloseTo((16 / 5 + 36 / 4 - 4 / 8) / 2, 12);
    expect([split.leftValue, split.rightValue]).toEqual([4 / 5, -6 / 4]);
  });

  test.each([
    ["high values", [5, 2], true, 1],
    ["low values", [-5, 2], false, 1],
  ] as const)("sends missing values where they pull alike: %s", (_, missing, right, bin) => {
    const split = splitOf(nodeOf([[-3, 2], [-1, 2], [6, 3], missing]))!;
    expect([split.missingRight, split.bin]).toEqual([right, bin]);
  });

  test("may part missing values from all others", () => {
    const split = splitOf(
      nodeOf([
        [1, 2],
        [1, 2],
        [1, 2],
        [-9, 3],
      ]),
    )!;
    expect([split.missingRight, split.bin]).toEqual([true, 2]);
  });

  test.each([
    [1, false],
    [-1, true],
  ])("sends missing values to the lower side under the constraint %i", (direction, right) => {
    const rising = nodeOf([
      [3 * direction, 2],
      [0, 2],
      [-3 * direction, 2],
      [-direction, 1],
    ]);
    expect(splitOf(rising, { monotone: [direction] })!.missingRight).toBe(right);
  });

  test("is none against a constraint", () => {
    const falling = nodeOf([
      [-3, 2],
      [-1, 2],
      [6, 3],
      [0, 0],
    ]);
    expect(splitOf(falling, { monotone: [1] })).toBeUndefined();
    expect(splitOf(falling, { monotone: [-1] })?.bin).toBe(1);
  });

  test("is none with too little curvature on a side", () => {
    const node = nodeOf([
      [-3, 2],
      [-1, 2],
      [6, 3],
      [0, 0],
    ]);
    expect(splitOf(node, { leastHessian: 3 })!.bin).toBe(1);
    expect(splitOf(node, { leastHessian: 4 })).toBeUndefined();
  });

  test("gives values within the bounds of the node", () => {
    const split = splitOf({
      ...nodeOf([
        [-3, 2],
        [-1, 2],
        [6, 3],
        [0, 0],
      ]),
      low: -0.5,
      high: 0.5,
    })!;
    expect([split.leftValue, split.rightValue]).toEqual([0.5, -0.5]);
  });
});

test("a value lowers the loss most within its bounds", () => {
  expect(bestValue(-6, 3, -9, 9)).toBe(2);
  expect(bestValue(-6, 3, -9, 1)).toBe(1);
  expect(bestValue(6, 3, -1, 9)).toBe(-1);
});

test("bins above the last one go right, and missing values where they are sent", () => {
  expect([2, 3, 4].map((bin) => goesRight(bin, 3, 9, false))).toEqual([false, false, true]);
  expect([true, false].map((right) => goesRight(9, 3, 9, right))).toEqual([true, false]);
});
