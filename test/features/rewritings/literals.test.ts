import { expect, test } from "vitest";
import { joinLiterals, spellCodes } from "../../../src/features/rewritings/literals.ts";

test.each([
  ["'a'+'b'", "'ab'"],
  ['"a" . "b"', '"ab"'],
  ["'a', 'b'", undefined],
])("%j", (text, expected) => {
  expect(joinLiterals(text)).toBe(expected);
});

test.each([
  ["chr(97).chr(98)", "'ab'"],
  ["char(97, 0x62)", "'ab'"],
  ["chr(x)", undefined],
  ["char(97", undefined],
])("codes: %j", (text, expected) => {
  expect(spellCodes(text)).toBe(expected);
});
