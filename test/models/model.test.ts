import { expect, test } from "vitest";
import { flatRows } from "../../src/models/model.ts";

test("rows are laid one after the other", () => {
  expect(flatRows([Float64Array.of(1, 2), Float64Array.of(3, 4)])).toEqual(Float64Array.of(1, 2, 3, 4));
  expect(flatRows([])).toHaveLength(0);
});
