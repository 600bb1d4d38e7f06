import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Place } from "../../src/features/fold.ts";
import { fold, foldBuffers, maxFoldBytes, startSymbols } from "../../src/features/fold.ts";

const buffers = foldBuffers();
const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** The symbols between the start and the end symbol, as text. */
function folded(text: string, place: Place = "value"): string {
  fold(bytes(text), place, 0, bytes(text).length, buffers);
  return Buffer.from(buffers.symbols.subarray(1, buffers.length - 1)).toString("latin1");
}

const byteString = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array).toString("latin1"));

describe("what folds together", () => {
  test.each([
    ["letters of either case", "SeLeCt", "select"],
    ["digits", "7", "0"],
    ["runs of digits", "20240107", "00"],
    ["white space of all kinds", "a\t\r\n  b", "a b"],
    ["NUL and other controls, which are dropped", "sel\0ect\x7f", "select"],
    ["runs of one mark", "-----", "---"],
    ["any run outside ASCII", "日本語 текст", "\x03 \x03"],
    ["Cyrillic letters that look Latin beside Latin ones", "sеlесt", "select"],
    ["a Cyrillic word, which stays foreign", "еооо", "\x03"],
  ])("%s", (_, text, expected) => {
    expect(folded(text)).toBe(expected);
  });
});

test("the first symbol tells the place and the last one marks the end", () => {
  for (const place of ["value", "path", "header", "name"] as const) {
    fold("a", place, 0, 1, buffers);
    expect([...buffers.symbols.subarray(0, buffers.length)]).toEqual([startSymbols[place], 0x61, 2]);
  }
});

test("an empty value is its start and its end", () => {
  fold("", "value", 0, 0, buffers);
  expect(buffers.length).toBe(2);
});

test("a piece in the middle has neither start nor end", () => {
  fold("abcdef", "value", 2, 4, buffers);
  expect(Buffer.from(buffers.symbols.subarray(0, buffers.length)).toString()).toBe("cd");
});

test("any bytes fold into the buffers, each symbol with the byte that it came from", () => {
  fc.assert(
    fc.property(byteString(400), (text) => {
      fold(text, "value", 0, text.length, buffers);
      expect(buffers.length).toBeLessThanOrEqual(text.length + 2);
      for (let i = 0; i < buffers.length; i++) {
        expect(buffers.origins[i]!).toBeGreaterThanOrEqual(i === 0 ? 0 : buffers.origins[i - 1]!);
        expect(buffers.origins[i]!).toBeLessThanOrEqual(text.length);
      }
    }),
  );
});

test("the longest piece fits", () => {
  fold("ab".repeat(maxFoldBytes / 2), "value", 0, maxFoldBytes, buffers);
  expect(buffers.length).toBe(maxFoldBytes + 2);
});

test("folding what was folded changes nothing more", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 200 }), (text) => {
      const once = folded(text);
      expect(folded(once)).toBe(once);
    }),
  );
});
