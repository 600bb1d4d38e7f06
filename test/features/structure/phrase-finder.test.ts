import fc from "fast-check";
import { expect, test } from "vitest";
import { phraseFinder } from "../../../src/features/structure/phrase-finder.ts";

function found(groups: string[][], text: string): [number, number][] {
  const all: [number, number][] = [];
  phraseFinder(groups)(text, (group, at) => all.push([group, at]));
  return all;
}

test("finds every phrase where it stands, overlapping ones too", () => {
  expect(found([["aa", "ab"], ["aab"]], "aaab")).toEqual([
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 2],
  ]);
  expect(found([["ab"]], "")).toEqual([]);
  expect(found([["ab"]], "a")).toEqual([]);
});

test("finds what a plain search finds", () => {
  const text = fc.array(fc.constantFrom("a", "b", "\xff"), { maxLength: 30 }).map((c) => c.join(""));
  const phrase = fc
    .array(fc.constantFrom("a", "b", "\xff"), { minLength: 2, maxLength: 4 })
    .map((c) => c.join(""));
  fc.assert(
    fc.property(text, fc.uniqueArray(phrase, { minLength: 1, maxLength: 5 }), (where, phrases) => {
      const expected = phrases.flatMap((one, group) =>
        Array.from({ length: where.length }, (_, at) => at)
          .filter((at) => where.startsWith(one, at))
          .map((at) => `${group} ${at}`),
      );
      const actual = found(
        phrases.map((one) => [one]),
        where,
      ).map(([group, at]) => `${group} ${at}`);
      expect(actual.sort()).toEqual(expected.sort());
    }),
  );
});
