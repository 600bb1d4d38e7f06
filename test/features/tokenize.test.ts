import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Folded } from "../../src/features/fold.ts";
import { fold, foldBuffers } from "../../src/features/fold.ts";
import { tokenizer } from "../../src/features/tokenize.ts";

const buffers = foldBuffers();
const tokenize = tokenizer();
const tokens = new Uint8Array(buffers.symbols.length);

function foldedOf(text: string): Folded {
  fold(text, "value", 0, text.length, buffers);
  return buffers;
}

function tokensOf(text: string): number[] {
  foldedOf(text);
  return [...tokens.subarray(0, tokenize(buffers, tokens))];
}

describe("texts of one structure have the same tokens", () => {
  test.each([
    ["another word in quotes", "say 'hello' now", "say 'garden' now"],
    ["white space around the end of a line", "one\ntwo", "one \r\n\t two"],
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
    ["a quote that closes and one that stands alone", "name = 'x'", "name = x'"],
    ["an apostrophe in a word and a quote behind it", "don't", "don' t"],
    ["a bracket that closes and one that stands alone", "f(x)", "fx)"],
    ["brackets of one kind and of two", "f(x)", "f(x]"],
    ["a line that ends and a blank", "one\ntwo", "one two"],
    ["a quote closed on its line and one on the next", "'one two'", "'one\ntwo'"],
  ])("%s", (_, one, other) => {
    expect(tokensOf(one)).not.toEqual(tokensOf(other));
  });
});

/** The tokens as text: the marks and words as they are, `«»` and `‹›` for quotes in pairs, `❪❫` for brackets in pairs. */
function spelled(text: string): string {
  const names: Readonly<Record<number, string>> = {
    1: "",
    2: "",
    7: "’",
    8: "‹",
    9: "›",
    10: "«",
    11: "»",
    12: "⟪",
    13: "⟫",
    14: "❪",
    15: "❫",
    16: "❲",
    17: "❳",
    18: "❴",
    19: "❵",
    20: "⏎",
    98: "w",
  };
  return tokensOf(text)
    .map((token) => names[token] ?? String.fromCharCode(token))
    .join("");
}

describe("marks have roles", () => {
  test.each([
    ["quotes in pairs", `hello 'hello' garden, "garden" (\`river\`)`, "w‹w›w,«w»❪⟪w⟫❫"],
    ["a quote that breaks out", "hello' river 'garden", "w'w'w"],
    ["a quote that is opened and never closed", "hello 'garden", "w'w"],
    ["an apostrophe", "garden's hello, don't", "w’a w,w’a"],
    ["an apostrophe within quotes ends nothing that was opened before it", "it's 'hello'", "w’a‹w›"],
    ["a quote behind a backslash", "'hello\\'s river'", "‹w\\’a w›"],
    ["brackets in pairs", "hello(river[0]{garden})", "w❪w❲0❳❴w❵❫"],
    ["a bracket that closes what was not opened", "hello) river(0", "w)w(0"],
    ["brackets that cross", "hello(river[0)garden]", "w(w❲0)w❳"],
    ["quotes of different lines", "hello 'river\ngarden' hello", "w'w⏎w'w"],
    ["several line ends in a row", "hello\r\n\r\n  river", "w⏎w"],
  ])("%s", (_, text, expected) => {
    expect(spelled(text)).toBe(expected);
  });

  test("brackets nested deeper than are followed still end", () => {
    const depth = 300;
    const tokenCount = spelled(`${"(".repeat(3)}x${")".repeat(3)}`).length;
    expect(tokenCount).toBe(7);
    const crossed = "([".repeat(depth) + "])".repeat(depth);
    expect(tokensOf(crossed)).toHaveLength(crossed.length + 2);
  });
});

test("a text has the same tokens whatever was read before it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, text) => {
      const expected = tokenizer()(foldedOf(text), new Uint8Array(buffers.symbols.length));
      const alone = tokensOf(text);
      tokensOf(`${before}'"(\``);
      expect(tokensOf(text)).toEqual(alone);
      expect(alone).toHaveLength(expected);
    }),
  );
});

test("there are never more tokens than symbols, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (array) => {
      const text = Buffer.from(array).toString("latin1");
      fold(text, "value", 0, text.length, buffers);
      const count = tokenize(buffers, tokens);
      expect(count).toBeLessThanOrEqual(buffers.length);
    }),
  );
});

test("the symbols themselves are left as they are", () => {
  fold("select 1 from t", "value", 0, 15, buffers);
  const before = buffers.symbols.slice(0, buffers.length);
  tokenize(buffers, tokens);
  expect(buffers.symbols.slice(0, buffers.length)).toEqual(before);
});
