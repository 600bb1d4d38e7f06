import { describe, expect, test } from "vitest";
import {
  alphabet,
  firstCharacter,
  lengths,
  traitCount,
  traitsOf,
  types,
  type ValueType,
} from "../../src/profiles/traits.ts";

const typeOf = (value: string): ValueType => types[traitsOf(value).type]!;
const charactersOf = (value: string): string[] =>
  alphabet.filter((_, kind) => (traitsOf(value).characters & (1 << kind)) !== 0);

describe("the type of a value", () => {
  test.each<[ValueType, string[]]>([
    ["empty", [""]],
    ["integers", ["0", "12", "-7", "1660484211395"]],
    ["numbers", ["1.5", "-0,25", "127.0.0.1"]],
    ["identifiers", ["deadbeef01", "5f2b1c9a-0d3e-4f61-8a77-0123456789ab"]],
    ["dates", ["2024-01-02", "2.1.2024", "2024-01-02T10:00:00Z"]],
    ["words", ["a", "garden_hose-2", "yard.css", "GS1.1.1719225691"]],
    ["mail addresses", ["ana.b+c@mail.example"]],
    ["addresses", ["https://a.example/x?y=1", "//a.example/x", "www.a.example/b"]],
    ["paths", ["/", "/a/b", "../../etc/passwd", "a/b.css"]],
    ["base64", ["dGhlbWU9ZGFyayZwZXJfcGFnZT0xMA=="]],
    ["JSON", ['{"a":1}', "[1,2]", "{}"]],
    ["prose", ["two words, it's fine!", "gr\xfc\xdfe aus Ulm"]],
    ["texts with syntax", ["1 or 1=1", "<b>", "';--", "1-if(1=1,1,0)", "https://a.example/<script>"]],
  ])("%s", (type, values) => {
    for (const value of values) expect(typeOf(value), value).toBe(type);
  });
});

test("lengths are told apart by doublings", () => {
  const lengthOf = (length: number): number => traitsOf("a".repeat(length)).length;
  expect([0, 1, 2, 3, 6, 7, 14, 15, 1_022, 1_023, 100_000].map(lengthOf)).toEqual([
    0, 1, 1, 2, 2, 3, 3, 4, 9, 10, 10,
  ]);
  expect(lengths).toBe(11);
});

describe("the characters of a value", () => {
  test("are those that are in it", () => {
    expect(charactersOf("aB3 '\"`")).toEqual([
      "small letters",
      "capital letters",
      "digits",
      "blanks",
      "'",
      '"',
      "`",
    ]);
    expect(charactersOf("\x00\n\xe4<)")).toEqual([
      "line breaks",
      "control characters",
      "characters beyond ASCII",
      "round brackets",
      "angle brackets",
    ]);
  });

  test("are each of one kind, whatever byte it is", () => {
    for (let byte = 0; byte < 256; byte++) expect(charactersOf(String.fromCharCode(byte))).toHaveLength(1);
  });

  test("fit into 32 bits, the last of which is a mark", () => {
    expect(alphabet).toHaveLength(32);
    expect(charactersOf("!?^~")).toEqual(["other marks"]);
    expect(traitCount).toBe(firstCharacter + 32);
  });
});
