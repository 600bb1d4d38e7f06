import { expect, test } from "vitest";
import { unquoteWords } from "../../../src/features/rewritings/shell.ts";

test.each([
  ['c"a"t x', "cat x"],
  ["wh\\oami", "whoami"],
  ["$@x", "x"],
  ["a${IFS}b", "a b"],
  ["{ls,-la}", "ls -la"],
  ["don't", undefined],
  ["price: $10", undefined],
])("%j", (text, expected) => {
  expect(unquoteWords(text)).toBe(expected);
});
