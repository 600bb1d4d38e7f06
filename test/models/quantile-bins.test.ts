import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binRows, fitCuts, missingBin } from "../../src/models/quantile-bins.ts";

const cutsOf = (values: readonly number[], most = 255): number[] => [
  ...fitCuts(Float64Array.from(values), 1, most)[0]!,
];

describe("cuts", () => {
  test("lie between all values where there are few, however rare", () => {
    const values = [...new Array<number>(1000).fill(3), 1, 2];
    expect(cutsOf(values, 3)).toEqual([1.5, 2.5]);
  });

  test("make bins of about equally many rows where there are many values", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_000);
    const cuts = fitCuts(values, 1, 10);
    const sizes = new Array<number>(10).fill(0);
    for (const bin of binRows(values, cuts).bins) sizes[bin]!++;
    for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThanOrEqual(1);
  });

  test("leave a frequent value a bin of its own and share the others out", () => {
    const values = Array.from({ length: 2000 }, (_, i) => (i < 1000 ? 0 : i));
    const cuts = cutsOf(values, 11);
    expect(cuts).toHaveLength(10);
    expect(cuts[0]).toBe(500);
  });

  test.each([
    ["no value", [Number.NaN, Number.NaN], []],
    ["one value", [4, 4, Number.NaN], []],
    ["neighboring doubles", [1, 1 + 2 ** -52], [1]],
    ["the largest doubles", [-Number.MAX_VALUE, Number.MAX_VALUE], [0]],
  ])("of %s", (_, values, cuts) => {
    expect(cutsOf(values)).toEqual(cuts);
  });

  test("are never more than a byte can tell apart", () => {
    const values = Array.from({ length: 5000 }, (_, i) => i);
    const cuts = fitCuts(Float64Array.from(values), 1, 100_000)[0]!;
    expect(cuts).toHaveLength(254);
    expect(missingBin(cuts)).toBe(255);
  });
});

test("a value is above the cut before its bin and at or below the cut behind it", () => {
  const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 2, max: 255 }),
      (list, most) => {
        const rows = Float64Array.from(list);
        const cuts = fitCuts(rows, 1, most);
        const ascending = cuts[0]!;
        for (const [row, bin] of binRows(rows, cuts).bins.entries()) {
          if (Number.isNaN(rows[row]!)) expect(bin).toBe(missingBin(ascending));
          else {
            expect(rows[row]! > (ascending[bin - 1] ?? Number.NEGATIVE_INFINITY) || bin === 0).toBe(true);
            expect(rows[row]! <= (ascending[bin] ?? Number.POSITIVE_INFINITY)).toBe(true);
          }
        }
        expect([...ascending]).toEqual([...new Set(ascending)].sort((a, b) => a - b));
      },
    ),
    { seed: 3 },
  );
});

test("columns are binned apart and laid out one after the other", () => {
  const rows = Float64Array.of(1, 30, 2, 10, Number.NaN, 20);
  const cuts = fitCuts(rows, 2, 255);
  expect(cuts.map((ascending) => [...ascending])).toEqual([[1.5], [15, 25]]);
  expect([...binRows(rows, cuts).bins]).toEqual([0, 1, 2, 2, 0, 1]);
});
