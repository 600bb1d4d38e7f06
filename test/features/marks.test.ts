import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marks, marksOf } from "../../src/features/marks.ts";

describe("the kinds of characters of a text", () => {
  test.each<[string, readonly (keyof typeof marks)[]]>([
    ["plain_word-1", ["beyondProse", "disguise"]],
    ["word", []],
    ["", []],
    ["/a/b", ["beyondWord", "beyondField", "beyondName", "beyondProse", "disguise", "spelledStream"]],
    ["a.b", ["beyondWord", "beyondPath", "beyondField"]],
    ["tags[]", ["beyondWord", "beyondPath", "beyondProse", "template"]],
    ["two words, at most", ["beyondWord", "beyondPath", "beyondField", "beyondName"]],
    [
      "a%20b",
      ["beyondWord", "beyondPath", "beyondField", "beyondName", "beyondProse", "layer", "spelledStream"],
    ],
    ["a\nb", ["beyondWord", "beyondPath", "beyondField", "beyondName", "beyondProse", "shell", "lineEnd"]],
    [
      "(5$!)",
      [
        "beyondWord",
        "beyondPath",
        "beyondField",
        "beyondName",
        "beyondProse",
        "disguise",
        "shell",
        "template",
        "markup",
        "parenthesis",
        "dollar",
        "exclamation",
      ],
    ],
    ["a\0b", ["beyondWord", "beyondPath", "beyondField", "beyondName", "beyondProse", "nul", "control"]],
  ])("%j", (text, expected) => {
    const found = marksOf(text);
    const names = (Object.keys(marks) as (keyof typeof marks)[]).filter(
      (name) => (found & marks[name]) !== 0,
    );
    expect(names.sort()).toEqual([...expected].sort());
  });

  test("are those of its characters one by one, however long it is", () => {
    const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 120 }), fc.constantFrom(1, 700), (characters, times) => {
        const all = characters.reduce((found, character) => found | marksOf(character), 0);
        expect(marksOf(characters.join("").repeat(times))).toBe(all);
      }),
    );
  });
});
