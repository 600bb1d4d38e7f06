import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayText } from "../../src/transaction/transaction.ts";
import { byteString, utf8 } from "./byte-strings.ts";

describe("display text", () => {
  test.each([
    ["UTF-8 is read", utf8("naïve 日本 😀"), "naïve 日本 😀"],
    ["control characters show their number", "a\0\x1b[31m\r\n", "a\\u0000\\u001b[31m\\u000d\\u000a"],
    ["direction marks show their number", utf8("a\u202eb\u200f\u2066"), "a\\u202eb\\u200f\\u2066"],
    ["invisible characters show their number", utf8("a\u200bb\ufeff"), "a\\u200bb\\ufeff"],
    ["bytes that are no UTF-8 become a replacement", "\xff", "\ufffd"],
    ["a long text is cut and says so", "x".repeat(130), `${"x".repeat(120)}…`],
  ])("%s", (_, bytes, text) => {
    expect(displayText(bytes)).toBe(text);
  });

  test("no bytes leave a control or direction character, and the length is bounded", () => {
    fc.assert(
      fc.property(byteString(400), fc.integer({ min: 1, max: 100 }), (bytes, maxLength) => {
        const text = displayText(bytes, maxLength);
        expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(text.length).toBeLessThanOrEqual((maxLength + 1) * 6);
      }),
    );
  });
});
