import { expect, test } from "vitest";
import { estimate, median } from "../../benchmarks/statistics.ts";

test("the median is the middle value, or the mean of the two middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("an estimate without scatter has no width", () => {
  expect(estimate([[2, 2], [2]])).toEqual({ median: 2, low: 2, high: 2 });
});

test("groups that differ among themselves widen the interval, however alike their values are", () => {
  const few = estimate([Array(50).fill(1), Array(50).fill(2), Array(50).fill(3)]);
  const many = estimate([Array.from({ length: 150 }, (_, index) => 1 + (index % 3))]);
  expect(few.high - few.low).toBeGreaterThan(many.high - many.low);
  expect(few.median).toBe(2);
});
