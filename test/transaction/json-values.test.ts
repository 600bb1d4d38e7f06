import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonOutcome } from "../../src/transaction/json-values.ts";
import { readJsonValues } from "../../src/transaction/json-values.ts";
import { byteString, piecedString, utf8 } from "./byte-strings.ts";

function read(
  text: string,
  maxDepth = 64,
): JsonOutcome & { readonly found: readonly (readonly [string, string])[] } {
  const found: [string, string][] = [];
  const outcome = readJsonValues(text, maxDepth, (name, value) => found.push([name, value]));
  return { ...outcome, found };
}

/** The names and scalars of a parsed value, as the reader reports them. */
function scalarsOf(value: unknown, path: readonly string[] = []): [string, string][] {
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, member]) => scalarsOf(member, [...path, key]));
  return [[utf8(path.join(".")), utf8(String(value))]];
}

/** JSON objects keep their members in order where no key looks like an index. */
const key = fc.string({ unit: "binary", maxLength: 8 }).filter((text) => !/^\d+$/.test(text));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe("valid JSON", () => {
  test.each([
    ["a scalar", "42", [["", "42"]]],
    [
      "members and items",
      '{"a":{"b":[1,"x",null]},"c":true}',
      [
        ["a.b.0", "1"],
        ["a.b.1", "x"],
        ["a.b.2", "null"],
        ["c", "true"],
      ],
    ],
    ["empty containers", '{"a":{},"b":[],"c":""}', [["c", ""]]],
    [
      "a repeated key",
      '{"q":"1","q":"2"}',
      [
        ["q", "1"],
        ["q", "2"],
      ],
    ],
    [
      "keys of objects",
      '{"__proto__":"1","constructor":"2"}',
      [
        ["__proto__", "1"],
        ["constructor", "2"],
      ],
    ],
    [
      "escapes",
      String.raw`{"a\u0062":"\"\\\/\b\f\n\r\t\u003c\u00e9\ud83d\ude00"}`,
      [["ab", utf8('"\\/\b\f\n\r\t<é😀')]],
    ],
    [
      "white space",
      " \t\r\n[ 1 , 2 ]\n",
      [
        ["0", "1"],
        ["1", "2"],
      ],
    ],
    [
      "numbers of every form",
      "[-0,1.5,2e9,-3.25E-7]",
      [
        ["0", "-0"],
        ["1", "1.5"],
        ["2", "2e9"],
        ["3", "-3.25E-7"],
      ],
    ],
  ])("%s", (_, text, found) => {
    expect(read(text)).toMatchObject({ complete: true, tooDeep: false, found });
  });

  test("names and scalars are those of JSON.parse", () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const text = utf8(JSON.stringify(value, undefined, space));
        expect(read(text)).toMatchObject({
          complete: true,
          found: scalarsOf(JSON.parse(JSON.stringify(value))),
        });
      }),
      { numRuns: 500 },
    );
  });

  test("a key that repeats, also in an escaped spelling, hands over each of its values", () => {
    expect(read('{"a":1,"b":{"a":2},"a":3}').found).toEqual([
      ["a", "1"],
      ["b.a", "2"],
      ["a", "3"],
    ]);
    expect(read(String.raw`{"a":1,"\u0061":3}`).found).toEqual([
      ["a", "1"],
      ["a", "3"],
    ]);
  });
});

describe("broken JSON yields what was found so far", () => {
  test.each([
    ["nothing", "", []],
    ["blanks", "  ", []],
    ["a cut string", '{"a":"1","b":"', [["a", "1"]]],
    ["a cut escape", '["a\\', []],
    ["a comma at the end", '{"a":1,}', [["a", "1"]]],
    ["two commas", "[1,,2]", [["0", "1"]]],
    ["a second value", '{"a":1} {"b":2}', [["a", "1"]]],
    ["a key without quotes", "{a:1}", []],
    ["a key without value", '{"a"}', []],
    ["the wrong bracket", '{"a":[1}', [["a.0", "1"]]],
    ["a word that is no literal", "[drop]", [["0", "drop"]]],
    ["a number that is none", "[01]", [["0", "01"]]],
    ["infinity", '{"a":1e400}', [["a", "1e400"]]],
    ["a raw line break in a string", '["a\nb"]', [["0", "a\nb"]]],
    ["an unknown escape", '["\\q\\u12zz"]', [["0", "qu12zz"]]],
    ["single quotes", "{'a':'b'}", []],
    ["a byte order mark", '\xef\xbb\xbf{"a":1}', []],
  ])("%s", (name, text, found) => {
    const outcome = read(text);
    expect(outcome.complete).toBe(name === "infinity");
    if (name !== "a byte order mark") expect(outcome.found).toEqual(found);
  });

  test("every cut of a text is incomplete", () => {
    const text = '{"a":[1,{"b":"x\\u0041y"},null],"c":{"d":-1.5e3}}';
    expect(read(text).complete).toBe(true);
    for (let end = 0; end < text.length; end++)
      expect(read(text.slice(0, end)).complete, text.slice(0, end)).toBe(false);
  });

  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    '"b":',
    "\\",
    "\\u00",
    "e1",
    "-",
    "1",
    "0",
    ".",
    "true",
    "null",
    " ",
    "\n",
  ];

  test("it is complete exactly where JSON.parse accepts it", () => {
    const accepts = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          byteString(),
          piecedString(pieces, 12),
          json.map((value) => JSON.stringify(value).slice(1)),
        ),
        (text) => {
          expect(read(text).complete, text).toBe(accepts(text));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("nesting", () => {
  test("is read down to the bound and no deeper", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(read(nested(64))).toMatchObject({ complete: true, tooDeep: false });
    expect(read(nested(65))).toMatchObject({ complete: false, tooDeep: true });
    expect(read("[".repeat(1_000_000))).toMatchObject({ complete: false, tooDeep: true });
    expect(read(`{"a":`.repeat(100_000))).toMatchObject({ complete: false, tooDeep: true });
  });

  test("what stands before too deep a value is found", () => {
    expect(read(`{"a":"x","b":${"[".repeat(70)}`).found).toEqual([["a", "x"]]);
  });
});

// Quadratic work would take minutes here, and run into the time limit of the test.
test.each([
  ["many scalars below many names", `${`{"${"n".repeat(8000)}":`.repeat(60)}[${"1,".repeat(250_000)}1]`],
  ["a million items", `[${"1,".repeat(500_000)}1]`],
  ["a megabyte of quotes", '"'.repeat(1 << 20)],
  ["a megabyte of escapes", `"${"\\u0041".repeat(170_000)}"`],
])("%s are read in one pass", (_, text) => {
  let count = 0;
  readJsonValues(text, 64, () => count++);
  expect(count).toBeGreaterThanOrEqual(1);
});
