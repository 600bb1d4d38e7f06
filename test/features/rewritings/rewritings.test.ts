import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rewritingsOf } from "../../../src/features/rewritings/rewritings.ts";

describe("disguises are undone", () => {
  test.each([
    // A shell.
    ["w'h'oami", "whoami"],
    ["c\"a\"t /etc/pass''wd", "cat /etc/passwd"],
    ["'i'fconfig", "ifconfig"],
    ["wh\\oami", "whoami"],
    ["who$@ami", "whoami"],
    ["c${u}at x", "cat x"],
    ["cat${IFS}/etc/hosts", "cat /etc/hosts"],
    ["cat$IFS$9/etc/hosts", "cat /etc/hosts"],
    ["{cat,/etc/hosts}", "cat /etc/hosts"],
    // A database.
    ["1/**/union/*x*/select 1", "1 union select 1"],
    ["1/*!50000union*/select 1", "1 union select 1"],
    ["-1#x\nunion--y\nselect 1", "-1 union select 1"],
    ["1 or 1=1/* and the rest", "1 or 1=1 "],
    // Literals that are put together.
    ["'__cla'+'ss__'", "'__class__'"],
    ['"sel" || "ect"', '"select"'],
    ["('po'.'pen')('id')", "('popen')('id')"],
    // Paths.
    ["/./etc//passwd", "/etc/passwd"],
    ["....//....//etc/passwd", "../../etc/passwd"],
    ["..\\..\\boot.ini", "../../boot.ini"],
    ["..;/manager/html", "../manager/html"],
    // Lookups of logging libraries.
    ["${${lower:j}${::-n}di:${lower:l}dap://x}", "${jndi:ldap://x}"],
    ["${${env:NONE:-j}ndi:rmi://x}", "${jndi:rmi://x}"],
    // Codes and numbers.
    ["chr(99).chr(97).chr(116)", "'cat'"],
    ["CHAR(0x63,97)", "'ca'"],
    ["0x2e0x2e0x2f", "../"],
    ["0x73656c656374", "select"],
    ["\\56\\56\\57", "../"],
    // UTF-7.
    ["+ADw-script+AD4-alert(1)", "<script>alert(1)"],
  ])("%j reads %j", (text, plain) => {
    expect(rewritingsOf(text)).toContain(plain);
  });

  test("of several interpreters at once", () => {
    expect(rewritingsOf("'un'||'ion'/**/sel\\ect")).toContain("'union' select");
  });
});

describe("what is written plainly has no rewriting", () => {
  test.each([
    "don't do it",
    "It's 5 o'clock, isn't it?",
    '{"a":1,"b":2}',
    "http://www.example.com/a/b?c=d",
    "<!-- a -->",
    "# Heading\nand text",
    "*/*",
    "5 + 7 - 2",
    "price: $5 and $10",
    "${jndi:ldap://x}",
    "C:/Users/a.txt",
  ])("%j", (text) => {
    expect(rewritingsOf(text)).toEqual([]);
  });
});

const alphabet = fc.constantFrom(..."'\"`\\${}()/*#-.+|~,;:!0x1aAI FSchr\n");
const hostile = fc.array(alphabet, { maxLength: 200 }).map((characters) => characters.join(""));

test("gives texts of bytes, none twice, none equal to the text", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const rewritings = rewritingsOf(text);
      expect(new Set(rewritings).size).toBe(rewritings.length);
      expect(rewritings).not.toContain(text);
      expect(rewritings.length).toBeLessThanOrEqual(9);
      for (const rewriting of rewritings) {
        expect(rewriting).toMatch(/^[\0-\xff]*$/);
        // A literal of character codes is longer by its quotes alone.
        expect(rewriting.length).toBeLessThanOrEqual(text.length + 2);
      }
    }),
  );
});

test("texts beyond the bound are left as they are", () => {
  expect(rewritingsOf(`w'h'oami${"a".repeat(8_192)}`)).toEqual([]);
});
