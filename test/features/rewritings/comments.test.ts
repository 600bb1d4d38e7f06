import { expect, test } from "vitest";
import { removeComments } from "../../../src/features/rewritings/comments.ts";

test.each([
  ["a/*b*/c", "a c"],
  ["/*!50000union*/x", " union x"],
  ["1 -- rest", "1 "],
  ["a#b\nc", "a c"],
  ["<!-- a -->", undefined],
  ["# heading", undefined],
])("%j", (text, expected) => {
  expect(removeComments(text)).toBe(expected);
});
