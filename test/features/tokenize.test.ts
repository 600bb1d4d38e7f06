import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold, foldBuffers } from "../../src/features/fold.ts";
import { tokenize } from "../../src/features/tokenize.ts";

const buffers = foldBuffers();
const tokens = new Uint8Array(buffers.symbols.length);

function tokensOf(text: string): number[] {
  fold(text, "value", 0, text.length, buffers);
  return [...tokens.subarray(0, tokenize(buffers.symbols, buffers.length, tokens))];
}

describe("texts of one structure have the same tokens", () => {
  test.each([
    ["another logical word and other numbers", "' or 1=1", "' AND 77 = 42"],
    ["another delaying function", "1;sleep(5)", "2;benchmark(9)"],
    ["another plain word", "hello world", "garden river"],
    ["blanks between marks", "c = d", "x=y"],
  ])("%s", (_, one, other) => {
    expect(tokensOf(one)).toEqual(tokensOf(other));
  });
});

describe("texts of different structure have different tokens", () => {
  test.each([
    ["a word with a meaning and one without", "select", "garden"],
    ["a letter and a word", "a", "garden"],
    ["a word and code longer than words are", "garden", "x".padEnd(40, "yz")],
    ["a number and a word", "42", "garden"],
    ["two words and one", "hello world", "helloworld"],
  ])("%s", (_, one, other) => {
    expect(tokensOf(one)).not.toEqual(tokensOf(other));
  });
});

test("there are never more tokens than symbols, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (array) => {
      const text = Buffer.from(array).toString("latin1");
      fold(text, "value", 0, text.length, buffers);
      const count = tokenize(buffers.symbols, buffers.length, tokens);
      expect(count).toBeLessThanOrEqual(buffers.length);
    }),
  );
});

test("the symbols themselves are left as they are", () => {
  fold("select 1 from t", "value", 0, 15, buffers);
  const before = buffers.symbols.slice(0, buffers.length);
  tokenize(buffers.symbols, buffers.length, tokens);
  expect(buffers.symbols.slice(0, buffers.length)).toEqual(before);
});
