import { expect, test } from "vitest";
import { isWhite, isWord, skipWhite, skipWord, wordSet } from "../../src/features/characters.ts";

test("nothing is beyond the end of a text", () => {
  expect(isWord(Number.NaN)).toBe(false);
  expect(isWhite(Number.NaN)).toBe(false);
  expect(skipWhite("a  ", 1)).toBe(3);
  expect(skipWord("ab_9-c", 0)).toBe(4);
});

test("word sets hold the words of a list", () => {
  expect([...wordSet(" a b\n c ")]).toEqual(["a", "b", "c"]);
});
