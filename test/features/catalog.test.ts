import { expect, test } from "vitest";
import { features, featuresId } from "../../src/features/catalog.ts";
import { requestShape } from "../../src/features/request-shape.ts";

test("the catalog begins with the 26 published features in their order", () => {
  expect(features.slice(0, 26)).toEqual(requestShape);
  expect(requestShape).toHaveLength(26);
});

test("the id of the features is 16 hexadecimal digits", () => {
  expect(featuresId).toMatch(/^[0-9a-f]{16}$/);
});
