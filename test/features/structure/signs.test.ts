import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillSigns, signCount, signNames } from "../../../src/features/structure/signs.ts";

function signsOf(text: string): string[] {
  const row = new Float64Array(signCount);
  fillSigns(text, row, 0);
  return signNames.filter((_, i) => row[i] === 1);
}

describe("signs by name", () => {
  test.each([
    ["1 or 1=1", ["sql connective", "sql comparison", "sql connective with comparison"]],
    ["<img onerror=alert(1)>", ["markup element", "markup handler", "markup call"]],
    ["; id", ["shell separated"]],
    ["{{7*7}}", ["template computes"]],
    ["../../etc/passwd", ["path climbs", "path climbs twice", "path secret", "path climbs to secret"]],
    ["a\r\nSet-Cookie: b=c", ["line break header", "line break", "phrase header"]],
    ["O'Brien", ["unbalanced quote", "short"]],
  ])("%j", (text, expected) => {
    expect(signsOf(text)).toEqual(expect.arrayContaining(expected));
  });

  test("names are given once", () => {
    expect(new Set(signNames).size).toBe(signCount);
  });
});

test("every sign is written, as 0 or 1, and nothing else is touched", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", maxLength: 200 }), (text) => {
      const row = new Float64Array(signCount + 4).fill(7);
      fillSigns(text, row, 2);
      expect([...row.subarray(0, 2), ...row.subarray(signCount + 2)]).toEqual([7, 7, 7, 7]);
      expect(row.subarray(2, signCount + 2).every((value) => value === 0 || value === 1)).toBe(true);
    }),
  );
});
