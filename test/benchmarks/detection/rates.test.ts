import { expect, test } from "vitest";
import {
  capWeights,
  interval,
  overSeeds,
  sharesBy,
  weightedShare,
  weightedThresholdAt,
} from "../../../benchmarks/detection/rates.ts";

test("no group counts for more than the cap", () => {
  expect([...capWeights(["a", "a", "a", "a", "b"], 2)]).toEqual([0.5, 0.5, 0.5, 0.5, 1]);
});

test("a threshold leaves at most the rate of the weight at or above it", () => {
  const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6);
  const even = Float64Array.of(1, 1, 1, 1);
  const left = (rate: number, weights = even): number => {
    const threshold = weightedThresholdAt(scores, weights, rate);
    return weightedShare(weights, (index) => (scores[index] as number) >= threshold);
  };
  expect(left(0)).toBe(0);
  expect(left(0.25)).toBe(0.25);
  expect(left(0.49)).toBe(0.25);
  expect(left(0.5)).toBe(0.5);
  expect(left(1)).toBe(1);
  expect(left(0.25, Float64Array.of(2, 1, 0.5, 0.5))).toBe(0);
});

test("rows with the same score fall on the same side", () => {
  const scores = Float64Array.of(0.5, 0.5, 0.5, 0.1);
  const weights = Float64Array.of(1, 1, 1, 1);
  expect(weightedThresholdAt(scores, weights, 0.5)).toBeGreaterThan(0.5);
  expect(weightedThresholdAt(scores, weights, 0.75)).toBeGreaterThan(0.1);
  expect(weightedThresholdAt(scores, weights, 0.75)).toBeLessThanOrEqual(0.5);
});

test("shares are told by group, in the order of the names", () => {
  expect(Object.entries(sharesBy(["b", "a", "b"], (index) => index === 0))).toEqual([
    ["a", 0],
    ["b", 0.5],
  ]);
});

test("an interval is Student's: three values 1, 2, 3 reach 4.303 / √3 to both sides", () => {
  const { mean, low, high } = interval([1, 2, 3]);
  expect(mean).toBe(2);
  expect(high).toBeCloseTo(2 + 4.303 / Math.sqrt(3), 10);
  expect(low).toBeCloseTo(2 - 4.303 / Math.sqrt(3), 10);
  expect(interval([5])).toEqual({ mean: 5, low: null, high: null });
});

test("figures of several seeds are merged number by number", () => {
  const merged = overSeeds([
    { a: 1, b: { c: 4 } },
    { a: 3, b: { c: 4 } },
  ]);
  expect(merged.a.mean).toBe(2);
  expect(merged.b.c).toEqual({ mean: 4, low: 4, high: 4 });
});
