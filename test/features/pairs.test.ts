import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { innerApostrophe, markKindOf, markKinds, pairs } from "../../src/features/pairs.ts";

const blank = 0x20;
const open = pairs();

/** The tokens of the marks of a text, one for each character; other characters are their own tokens. */
function tokensOf(text: string): number[] {
  const tokens = new Uint8Array(text.length);
  open.begin();
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    const at = (index: number): number =>
      index >= 0 && index < text.length ? text.charCodeAt(index) : blank;
    if (markKindOf[symbol] === markKinds.other) tokens[i] = symbol;
    else tokens[i] = open.token(symbol, at(i - 1), at(i + 1), tokens, i);
  }
  return [...tokens];
}

describe("the marks of a pair", () => {
  const tokensOfPairs = ["'x'", '"x"', "`x`", "(x)", "[x]", "{x}"].map((pair) => {
    const [opening, , closing] = tokensOf(pair);
    return { pair, opening: opening!, closing: closing! };
  });

  test.each(tokensOfPairs)(
    "$pair have tokens of their own, which no character has",
    ({ opening, closing }) => {
      expect(opening).toBeLessThan(blank);
      expect(closing).toBeLessThan(blank);
    },
  );

  test("are told apart by kind and by side", () => {
    const all = tokensOfPairs.flatMap(({ opening, closing }) => [opening, closing]);
    expect(new Set([...all, innerApostrophe]).size).toBe(13);
  });
});

test.each(["x' or 1", "x) or (1", "]x", "'x", "(x", "[x)", 'x" "y', "';x", "'= x", "'x'y"])(
  "%s: what has no partner stays as it is",
  (text) => {
    expect(tokensOf(text)).toEqual([...Buffer.from(text)]);
  },
);

test("a line that ends closes no bracket but every quote", () => {
  const tokens = new Uint8Array(8);
  open.begin();
  tokens[0] = open.token(0x28, blank, blank, tokens, 0);
  tokens[1] = open.token(0x27, 0x28, 0x78, tokens, 1);
  open.endLine();
  expect(open.token(0x27, 0x78, blank, tokens, 2)).toBe(0x27);
  expect(open.token(0x29, blank, blank, tokens, 3)).not.toBe(0x29);
  expect(tokens[1]).toBe(0x27);
});

test("brackets come in pairs of equal number, however they are nested and however deep", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(..."()[]{}'\"` x="), { maxLength: 400 }), (characters) => {
      const tokens = tokensOf(characters.join(""));
      for (const pair of ["()", "[]", "{}", "''", '""', "``"]) {
        const [opening, , closing] = tokensOf(`${pair[0]}x${pair[1]}`);
        const count = (token: number | undefined): number => tokens.filter((other) => other === token).length;
        if (characters.length <= 64) expect(count(opening)).toBe(count(closing));
        else expect(count(opening)).toBeLessThanOrEqual(count(closing));
      }
    }),
  );
});
