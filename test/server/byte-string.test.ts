import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replyText, utf8Bytes } from "../../src/server/byte-string.ts";

describe("byte strings", () => {
  it("hold the UTF-8 form of every code point", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x10ffff }), (codePoint) => {
        fc.pre(codePoint < 0xd800 || codePoint > 0xdfff);
        expect(utf8Bytes(codePoint)).toBe(Buffer.from(String.fromCodePoint(codePoint)).toString("latin1"));
      }),
    );
  });

  it("keep a lone surrogate apart from every character", () => {
    expect(utf8Bytes(0xd800)).toBe("\xed\xa0\x80");
    expect(utf8Bytes(0xdfff)).toBe("\xed\xbf\xbf");
  });

  it("become text again where they are UTF-8, and say so where they are not", () => {
    expect(replyText("plain")).toBe("plain");
    expect(replyText("\xc3\xa9")).toBe("é");
    expect(replyText("\xff")).toBe("\ufffd");
  });
});
