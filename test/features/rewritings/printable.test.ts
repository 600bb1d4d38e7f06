import { expect, test } from "vitest";
import { isPrintable } from "../../../src/features/rewritings/printable.ts";

test.each([
  ["a b\n", true],
  ["", true],
  ["a\0", false],
  ["\x7f", false],
  ["\xe9", false],
])("%j", (text, expected) => {
  expect(isPrintable(text)).toBe(expected);
});
