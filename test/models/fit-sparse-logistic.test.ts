import fc from "fast-check";
import { expect, test } from "vitest";
import type { SparseRows } from "../../src/models/fit-sparse-logistic.ts";
import { fitSparseLogistic } from "../../src/models/fit-sparse-logistic.ts";

const columns = 4;

function sparse(dense: readonly (readonly number[])[]): SparseRows {
  const cells = dense.map((row) => row.flatMap((value, column) => (value === 0 ? [] : [{ column, value }])));
  const starts = new Uint32Array(dense.length + 1);
  for (const [i, row] of cells.entries()) starts[i + 1] = starts[i]! + row.length;
  return {
    starts,
    columns: Uint32Array.from(cells.flat(), ({ column }) => column),
    values: Float64Array.from(cells.flat(), ({ value }) => value),
  };
}

test("the gradient of the penalized loss is nothing at the solution", () => {
  const value = fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true }));
  const row = fc.tuple(fc.array(value, { minLength: columns, maxLength: columns }), fc.nat(1));
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 2, maxLength: 30 }),
      fc.constantFrom(0.1, 1, 10),
      (rows, lossWeight) => {
        // Both labels must occur, or the bias runs away.
        const labels = Uint8Array.from(rows, ([, label], i) => (i < 2 ? i : label));
        const dense = rows.map(([values]) => values);
        const { weights, bias } = fitSparseLogistic(sparse(dense), labels, columns, lossWeight);
        const gradient = [...weights, 0];
        for (const [i, values] of dense.entries()) {
          const logit = values.reduce((sum, x, c) => sum + x * weights[c]!, bias);
          const error = lossWeight * (1 / (1 + Math.exp(-logit)) - labels[i]!);
          for (const [c, x] of values.entries()) gradient[c]! += error * x;
          gradient[columns]! += error;
        }
        for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-3);
      },
    ),
  );
});

test("a column that no row has weighs nothing", () => {
  const { weights } = fitSparseLogistic(
    sparse([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]),
    Uint8Array.of(0, 1),
    columns,
    1,
  );
  expect([weights[2], weights[3]]).toEqual([0, 0]);
});
