import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflateBase64, nestedTexts } from "../../src/features/nested.ts";

const base64 = (text: string | Uint8Array): string =>
  Buffer.from(text as string, "latin1").toString("base64");

describe("texts inside of a text", () => {
  test.each([
    ["/index.php?id=1' or 1=1&page=2", ["1' or 1=1", "2"]],
    ["https://example.test/a?next=%2Fetc%2Fpasswd", ["/etc/passwd"]],
    ["a=1&b=<script>", ["1", "<script>"]],
    ['{"a":{"b":"; id"},"c":[1,"x"]}', ["; id", "1", "x"]],
    ['{"user":{"$ne":"1"}}', ["1", "user.$ne"]],
    ['query { user(name: "x\' or 1=1") { id } }', ["x' or 1=1"]],
    ['{ user(name: "x") { id } }', ["x"]],
    [`data:text/html;base64,${base64("<script>alert(1)</script>")}`, ["<script>alert(1)</script>"]],
    [`echo ${base64("cat /etc/passwd; id")} | base64 -d`, ["cat /etc/passwd; id"]],
  ])("%j", (text, nested) => {
    expect(nestedTexts(text)).toEqual(nested);
  });

  test.each([
    "GET /a.php?b=c&d=e HTTP/1.1",
    "is it a=b? or b=c & d",
    "x = 1 & y = 2",
    "{{Infobox|name = Vera & Co}}",
    'say "hello" {to} "us"',
    "plain words",
    "",
  ])("prose and programs hold none: %j", (text) => {
    expect(nestedTexts(text)).toEqual([]);
  });

  test("at most 32 of them", () => {
    expect(nestedTexts(`?${"a=b&".repeat(100)}`)).toHaveLength(32);
    expect(nestedTexts(JSON.stringify(Array(100).fill("x")))).toHaveLength(32);
  });

  test("whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'?&=a{}[]":,\\ query%2'), { maxLength: 120 }), (characters) => {
        const text = characters.join("");
        for (const nested of nestedTexts(text)) expect(nested.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("compressed base64", () => {
  const attack = "<script>alert(document.cookie)</script>".repeat(3);
  test.each([
    ["gzip", gzipSync(attack), false],
    ["zlib", deflateSync(attack), false],
    ["raw deflate, as SAML sends it", deflateRawSync(attack), true],
  ])("%s", (_, bytes, isDeflated) => {
    expect(inflateBase64(bytes.toString("base64"), isDeflated)).toBe(attack);
  });

  test.each([
    ["a bomb", gzipSync(Buffer.alloc(10_000_000)).toString("base64")],
    ["cut", gzipSync(attack).toString("base64").slice(0, 40)],
    ["no text inside", gzipSync(Buffer.from(Array.from({ length: 200 }, (__, i) => i))).toString("base64")],
    ["no base64", "H4sI but not really, is it"],
    ["raw deflate where none is expected", deflateRawSync(attack).toString("base64")],
  ])("is left alone: %s", (_, text) => {
    expect(inflateBase64(text, false)).toBeUndefined();
  });
});
