import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { empiricalRank } from "../../src/models/empirical-rank.ts";

const known = Float64Array.of(1, 2, 4);

describe("the rank among 1, 2 and 4", () => {
  test.each([
    [0, 0],
    [0.5, 0.125],
    [1, 0.25],
    [3, 0.625],
    [4, 0.75],
    [8, 0.875],
    [4e9, 1 - 2.5e-10],
  ])("of %d is %d", (measure, rank) => {
    expect(empiricalRank(known, measure)).toBeCloseTo(rank, 12);
  });
});

test("more is ranked higher, everywhere and without ties, also among equal known values", () => {
  const measures = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.array(measures, { minLength: 1, maxLength: 20 }), measures, (values, measure) => {
      const sorted = Float64Array.from([...values, ...values.slice(0, 3)]).sort();
      const rank = empiricalRank(sorted, measure);
      expect(rank).toBeGreaterThan(0);
      expect(rank).toBeLessThan(1);
      expect(empiricalRank(sorted, measure * 1.0001)).toBeGreaterThan(rank);
    }),
    { seed: 1 },
  );
});
