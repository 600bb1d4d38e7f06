import { describe, expect, test } from "vitest";
import { holdsPickle } from "../../../src/features/structure/pickle.ts";
import { expectLinear, expectSound } from "./steps.ts";

describe("programs that make objects", () => {
  test.each([
    ["cos\nsystem\n(S'id'\ntR.", true],
    ["cos\nsystem\np0\n(Vid\np1\ntp2\nRp3\n.", true],
    ["(S'id'\nios\nsystem\n.", true],
    ["ccopy_reg\n_reconstructor\np0\n(c__main__\nX\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n.", true],
    ["c__builtin__\neval\n(S'1'\ntR.", true],
    [
      "\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.",
      true,
    ],
    ["\x80\x02cposix\nsystem\nq\0X\x02\0\0\0idq\x01\x85q\x02Rq\x03.", true],
    ["\x80\x03}q\0X\x01\0\0\0aq\x01K\x01s.", false],
    ["\x80\x04\x95\x09\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s.", false],
    ["(lp0\nI1\naI2\na.", false],
    ["(dp0\nS'a'\np1\nI1\ns.", false],
    ["cat\ndog\nRabbit", false],
    ["cat\ndog\n(see) R.", false],
    ["c\nd\ne", false],
    ["copy\npaste\ntR.", false],
    ["(see the note)\nRegards.", false],
    ["caf\xc3\x80\x02 and more", false],
    ["cos\nsystem\n", false],
    ["", false],
  ])("%j", (text, expected) => {
    expect(holdsPickle(text)).toBe(expected);
  });
});

const pieces = [
  "cos\nsystem\n",
  "(",
  "S'id'\n",
  "t",
  "R",
  ".",
  "\x80\x04",
  "\x93",
  "\x8c\x01",
  "p0\n",
  "X\xff\xff\xff\xff",
  "\n",
  "I1\n",
];

test("reads whatever comes", () => {
  expectSound(holdsPickle, pieces);
});

test("takes steps in proportion to the text", () => {
  expectLinear(holdsPickle, [...pieces, "(V", "\x80", "\x80\x04(V"]);
});
