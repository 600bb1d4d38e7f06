import { expect, test } from "vitest";
import { spellNumbers } from "../../../src/features/rewritings/numbers.ts";

test.each([
  ["0x2e0x2e", ".."],
  ["\\56\\57", "./"],
  ["0x0102", undefined],
  ["0x2e", undefined],
])("%j", (text, expected) => {
  expect(spellNumbers(text)).toBe(expected);
});
