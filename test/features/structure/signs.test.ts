import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDirectory } from "../../../src/features/structure/directory.ts";
import { readQuery } from "../../../src/features/structure/query-object.ts";
import { readSerialized } from "../../../src/features/structure/serialized.ts";
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
    ["*)(uid=*))(|(uid=*", ["directory broken out of", "directory goes on"]],
    ["(&(cn=a)(sn=b))", ["directory filter"]],
    ["*", ["directory wild card"]],
    ["*))\0", ["directory cut off"]],
    ['{"$where":"1"}', ["query operator", "query script"]],
    ["user[$ne]", ["query operator in name"]],
    ["db.a.find()", ["query call"]],
    ["'; return true; var x='", ["query string broken out of"]],
    [
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///a"><!ENTITY y "&x;">]><r>&y;</r>',
      ["xml entity", "xml entity used", "xml entity nested", "xml external entity", "xml external file"],
    ],
    ['<!DOCTYPE r SYSTEM "http://evil.test/a">', ["xml external subset"]],
    ['<xi:include href="a"/>', ["xml inclusion"]],
    ["<xsl:a b=\"document('x')\"/>", ["xml stylesheet runs"]],
    ["a:1:{i:0;i:1;}", ["serialized array"]],
    ['O:1:"A":0:{}', ["serialized object"]],
    ["rO0ABXNy", ["serialized stream"]],
    ["!!python/object:a.B", ["serialized tag"]],
    ['{"@type":"java.net.URL"}', ["serialized type"]],
    ["{_$$ND_FUNC$$_", ["serialized function"]],
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

test("what is passed by for its characters holds nothing that readers find", () => {
  const pieces = [
    "*",
    ")(",
    "uid=",
    "$ne",
    "{",
    ":",
    '"',
    "'",
    "; return 1",
    "db.a.find(",
    "a:1:",
    "!!java.a",
    "cos\nsystem\n",
    "(tR.",
  ];
  const streams = ["\x04\x08", "o:\x05A", "rO0AB", "AAEAAAD/////AQAAAA", "aced00057", "5||this.a"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces, ...streams), { maxLength: 5 }), (parts) => {
      const text = parts.join("");
      const readings = [readDirectory(text, -1), readQuery(text, -1), readSerialized(text, -1)];
      expect(signsOf(text).some((name) => /^(directory|query|serialized)/.test(name))).toBe(
        readings.some((reading) => Object.values(reading).includes(true)),
      );
    }),
  );
});
