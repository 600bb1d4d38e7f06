import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArbiterError } from "../../../src/errors.ts";
import { messageLimits, readJsonMessage } from "../../../src/server/protocols/json-message.ts";

const read = (text: string) => readJsonMessage(Buffer.from(text, "utf8"));
const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof ArbiterError ? error.code : String(error);
  }
  return "accepted";
};

describe("a JSON message", () => {
  it("holds byte strings, however a character is written", () => {
    expect(read('["é","\\u00e9","\\u20ac","\\ud83d\\ude00","\\u0041","\\\\u00e9"]')).toEqual([
      bytes("é"),
      bytes("é"),
      bytes("€"),
      bytes("😀"),
      "A",
      "\\u00e9",
    ]);
    expect(readJsonMessage(Buffer.from([0x22, 0xff, 0x22]))).toBe("\xff");
    expect(read('"\\ud800x"')).toBe("\xed\xa0\x80x");
  });

  it("reads what JSON.stringify writes, for all text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (a, b) => {
        expect(read(JSON.stringify([a, { k: b }]))).toEqual([bytes(a), { k: bytes(b) }]);
      }),
    );
  });

  it("sees no structure inside strings, however quotes and backslashes follow each other", () => {
    const piece = fc.constantFrom(
      "\\",
      '"',
      "\\\\",
      '\\"',
      ":",
      ",",
      "{",
      "}",
      "[",
      "u00e9",
      "\\u0041",
      "é",
      "a",
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(read(JSON.stringify([a, { k: b }, c]))).toEqual([bytes(a), { k: bytes(b) }, bytes(c)]);
        // Cut anywhere, it is refused as what it is.
        const whole = JSON.stringify([a, { [b]: c }]);
        expect(codeOf(() => read(whole.slice(0, -1)))).toBe("bad_request");
      }),
      { numRuns: 500 },
    );
  });

  it("refuses a key that is named twice, at any depth and however it is written", () => {
    for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"a":1,"a":1}}]']) {
      expect(codeOf(() => read(text))).toBe("duplicate_key");
    }
    expect(codeOf(() => read('[{"a":1},{"a":1,"b":{"a":"a:a,{"}}]'))).toBe("accepted");
  });

  it("refuses keys that reach for prototypes", () => {
    for (const key of ["__proto__", "constructor", "prototype", "\\u005f_proto__"]) {
      expect(codeOf(() => read(`[{"a":{"${key}":1}}]`))).toBe("forbidden_key");
    }
  });

  it("bounds depth, items and keys before anything is built", () => {
    const { depth, items, keys } = messageLimits;
    expect(codeOf(() => read("[".repeat(depth) + "]".repeat(depth)))).toBe("accepted");
    expect(codeOf(() => read("[".repeat(depth + 1)))).toBe("too_deep");
    expect(codeOf(() => read(`[${"1,".repeat(items)}1]`))).toBe("accepted");
    expect(codeOf(() => read(`[${"1,".repeat(items + 1)}`))).toBe("too_many");
    const objects = (count: number) => `[${Array.from({ length: count }, () => '{"a":1}').join(",")}]`;
    expect(codeOf(() => read(objects(keys)))).toBe("accepted");
    expect(codeOf(() => read(objects(keys + 1)))).toBe("too_many");
  });

  it("never throws anything but a refusal, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        expect(codeOf(() => readJsonMessage(Buffer.from(content)))).toMatch(/^[a-z_]+$/);
      }),
    );
  });
});
