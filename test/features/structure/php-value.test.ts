import fc from "fast-check";
import { expect, test } from "vitest";
import { readPhp } from "../../../src/features/structure/php-value.ts";

test.each<[string, ReturnType<typeof readPhp>]>([
  ['a:2:{i:0;s:1:"x";i:1;b:1;}', "array"],
  ["a:0:{}", "array"],
  ['cart=a:1:{s:2:"id";i:7;}', "array"],
  ['O:8:"stdClass":0:{}', "object"],
  ['O:+8:"stdClass":1:{s:1:"a";N;}', "object"],
  ['a:1:{i:0;O:3:"Foo":0:{}}', "object"],
  ['C:3:"Foo":4:{abcd}', "object"],
  ['O:8:"stdClass":1:{s:1:"a', "object"],
  ["a:1:{x}", undefined],
  ["data:1:{", undefined],
  ["{a:1}", undefined],
  ["see 4:{ and 5:{", undefined],
])("%s: %s", (text, expected) => expect(readPhp(text)).toBe(expected));

test("reads whatever comes", () => {
  const piece = fc.constantFrom("a:1:{", 'O:1:"A":1:{', "i:0;", 's:1:"', '";', "}", "C:1:", ":{", "9", "x");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(["array", "object", undefined]).toContain(readPhp(pieces.join("")));
    }),
  );
});
