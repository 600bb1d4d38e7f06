import fc from "fast-check";
import { expect, test } from "vitest";
import { fitKernelExpansion } from "../../src/models/fit-kernel-expansion.ts";

/** Values of `Σ αⱼ k(xⱼ, xᵢ)` on the rows themselves, in one dimension. */
function levels(rows: Float64Array, weights: Float64Array, gamma: number): number[] {
  return Array.from(rows, (x) =>
    weights.reduce((sum, weight, j) => sum + weight * Math.exp(-gamma * (x - rows[j]!) ** 2), 0),
  );
}

test("the optimum is where no weight can move: the conditions of Karush, Kuhn and Tucker hold", () => {
  const cases = fc.record({
    rows: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 40 }),
    nu: fc.double({ min: 0.05, max: 1, noNaN: true }),
    gamma: fc.double({ min: 0.01, max: 3, noNaN: true }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ rows: values, nu, gamma, seed }) => {
      const rows = Float64Array.from(values);
      const counts = Float64Array.from(values, (_, i) => 1 + ((seed >> (i % 20)) & 3));
      const total = counts.reduce((sum, count) => sum + count, 0);
      const { weights, level } = fitKernelExpansion(rows, 1, counts, gamma, nu);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      for (const [i, value] of levels(rows, weights, gamma).entries()) {
        const most = counts[i]! / (nu * total);
        expect(weights[i]!).toBeLessThanOrEqual(most + 1e-9);
        if (weights[i]! < most - 1e-9) expect(value).toBeGreaterThan(level - 1e-4);
        if (weights[i]! > 1e-9) expect(value).toBeLessThan(level + 1e-4);
      }
    }),
    { numRuns: 200 },
  );
});

test("with nu of 1 all rows weigh what they count", () => {
  const { weights } = fitKernelExpansion(Float64Array.of(0, 1, 5), 1, Float64Array.of(1, 2, 1), 1, 1);
  expect([...weights]).toEqual([0.25, 0.5, 0.25]);
});
