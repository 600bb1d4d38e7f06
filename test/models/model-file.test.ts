import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import type { Plain } from "../../src/models/model.ts";
import { isModelFile, modelId, readModelFile, writeModelFile } from "../../src/models/model-file.ts";

const content: Plain = {
  depth: 3,
  name: "é\u0000𝐀",
  flags: [true, null, 0.1 + 0.2],
  nested: { "a-b": { weights: Float64Array.of(1e-300, -0, 2 ** 53) } },
  arrays: [
    Int8Array.of(-128, 127),
    Uint8Array.of(255),
    Int16Array.of(-32768),
    Int32Array.of(1, 2, 3),
    Uint32Array.of(0xffffffff),
    Float32Array.of(0.5),
    new Float64Array(0),
  ],
};
const file = writeModelFile({ kind: "some-model", content });

function refusal(bytes: Uint8Array): ArbiterError {
  try {
    readModelFile(bytes);
  } catch (error) {
    if (error instanceof ArbiterError) return error;
    throw error;
  }
  throw new Error("the file was read");
}

/** A file with this header and these bytes behind it, and a digest that fits. */
function sealed(header: string, sections: Uint8Array = new Uint8Array(0), version = 1): Buffer {
  const text = Buffer.from(header);
  const start = Math.ceil((16 + text.length) / 8) * 8;
  const bytes = Buffer.alloc(start + sections.length);
  bytes.write("ARBMODEL", "latin1");
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(text.length, 12);
  text.copy(bytes, 16);
  bytes.set(sections, start);
  return Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]);
}

const eight = new Uint8Array(8);
const nan = new Uint8Array(Float64Array.of(Number.NaN).buffer);

describe("a file", () => {
  test("holds what was written, with the kind", () => {
    const read = readModelFile(file);
    expect(read).toEqual({ kind: "some-model", content });
  });

  test("is the same for the same content, and has an identity", () => {
    expect(writeModelFile({ kind: "some-model", content: structuredClone(content) as Plain })).toEqual(file);
    expect(modelId(file)).toMatch(/^[0-9a-f]{12}$/);
    expect(isModelFile(file)).toBe(true);
    expect(isModelFile(file.subarray(1))).toBe(false);
    expect(isModelFile(new Uint8Array(0))).toBe(false);
  });

  test("is read from any place in memory", () => {
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(readModelFile(shifted.subarray(3)).content).toEqual(content);
  });

  test("by hand is what the tests below build", () => {
    const header = '{"kind":"m","content":{"a":{"$section":0}},"sections":[["float64",1]]}';
    expect(readModelFile(sealed(header, eight))).toEqual({
      kind: "m",
      content: { a: Float64Array.of(0) },
    });
  });

  test("any plain data survives", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    const array = fc.oneof(
      fc.float64Array({ noNaN: true, noDefaultInfinity: true, maxLength: 9 }),
      fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 9 }),
      fc.int8Array({ maxLength: 9 }),
      fc.uint32Array({ maxLength: 9 }),
    );
    const leaf = fc.oneof(number, fc.string({ unit: "grapheme" }), fc.boolean(), fc.constant(null), array);
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}$/), tie("value"), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    })).value as fc.Arbitrary<Plain>;
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = writeModelFile({ kind: "any", content: value });
        const read = readModelFile(bytes);
        expect(writeModelFile(read).equals(bytes)).toBe(true);
      }),
    );
  });
});

describe("is refused", () => {
  test.each<[string, () => Uint8Array, string]>([
    ["an empty file", () => new Uint8Array(0), "begin"],
    ["a text", () => Buffer.from("some text that is long enough to be a model file, were it one"), "begin"],
    ["the magic alone", () => file.subarray(0, 8), "begin"],
    ["one without its last byte", () => file.subarray(0, -1), "digest"],
    ["one with a byte more", () => Buffer.concat([file, Buffer.alloc(1)]), "digest"],
    [
      "a header that is longer than the file",
      () => {
        const bytes = sealed("{}");
        bytes.writeUInt32LE(0xffffffff, 12);
        const body = bytes.subarray(0, -32);
        return Buffer.concat([body, createHash("sha256").update(body).digest()]);
      },
      "longer",
    ],
    ["a header that is no JSON", () => sealed("{"), "JSON"],
    ["a header that is no record", () => sealed("[]"), "no content"],
    ["no kind", () => sealed('{"content":1,"sections":[]}'), "kind"],
    ["a kind that is no name", () => sealed('{"kind":"../x","content":1,"sections":[]}'), "kind"],
    ["no sections", () => sealed('{"kind":"m","content":1}'), "sections"],
    [
      "a section of no known type",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["big64",1]]}', eight),
      "section",
    ],
    [
      "a section of a type from the prototype",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["constructor",1]]}', eight),
      "section",
    ],
    [
      "a section of negative length",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["int8",-8]]}', eight),
      "section",
    ],
    [
      "a section past the end",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["float64",2]]}', eight),
      "past the end",
    ],
    [
      "a section without end",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["float64",9007199254740991]]}', eight),
      "past the end",
    ],
    [
      "bytes behind the sections",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["float64",1]]}', new Uint8Array(16)),
      "would write",
    ],
    [
      "bytes between the sections",
      () =>
        sealed(
          '{"kind":"m","content":{"$section":0},"sections":[["int8",1]]}',
          eight.map(() => 1),
        ),
      "would write",
    ],
    [
      "a section that nothing names",
      () => sealed('{"kind":"m","content":1,"sections":[["float64",1]]}', eight),
      "would write",
    ],
    [
      "a section named twice",
      () =>
        sealed('{"kind":"m","content":[{"$section":0},{"$section":0}],"sections":[["float64",1]]}', eight),
      "out of order",
    ],
    [
      "a section that there is not",
      () => sealed('{"kind":"m","content":{"$section":1},"sections":[["float64",1]]}', eight),
      "out of order",
    ],
    [
      "a section among fields",
      () => sealed('{"kind":"m","content":{"$section":0,"a":1},"sections":[["float64",1]]}', eight),
      "would write",
    ],
    [
      "a number that is none",
      () => sealed('{"kind":"m","content":{"$section":0},"sections":[["float64",1]]}', nan),
      "finite",
    ],
    ["a number that is too large", () => sealed('{"kind":"m","content":1e999,"sections":[]}'), "finite"],
    [
      "a field named twice",
      () => sealed('{"kind":"m","content":{"a":1,"a":2},"sections":[]}'),
      "would write",
    ],
    [
      "a field that is a prototype",
      () => sealed('{"kind":"m","content":{"__proto__":{"a":1}},"sections":[]}'),
      "name",
    ],
    [
      "a field more in the header",
      () => sealed('{"kind":"m","content":1,"sections":[],"more":1}'),
      "would write",
    ],
    ["blanks in the header", () => sealed('{"kind":"m", "content":1,"sections":[]}'), "would write"],
    [
      "nesting without end",
      () => sealed(`{"kind":"m","content":${"[".repeat(9e4)}${"]".repeat(9e4)},"sections":[]}`),
      "nested",
    ],
    [
      "more sections than any model has",
      () => sealed(`{"kind":"m","content":1,"sections":[${'["int8",0],'.repeat(300)}["int8",0]]}`),
      "sections",
    ],
  ])("%s", (_, bytes, reason) => {
    expect(refusal(bytes())).toMatchObject({
      code: "model_invalid",
      message: expect.stringContaining(reason),
    });
  });

  test("a file of another version, with advice", () => {
    const error = refusal(sealed('{"kind":"m","content":1,"sections":[]}', undefined, 2));
    expect(error).toMatchObject({
      code: "model_incompatible",
      message: expect.stringContaining("train it again"),
    });
  });

  test("a huge file before anything else", () => {
    expect(refusal(new Uint8Array(64 * 1024 * 1024 + 1)).message).toContain("more than");
  });

  test("whatever is cut or changed", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        expect(refusal(file.subarray(0, length)).code).toBe("model_invalid");
      }),
    );
    fc.assert(
      fc.property(fc.nat(file.length * 8 - 1), (bit) => {
        const changed = Buffer.from(file);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(["model_invalid", "model_incompatible"]).toContain(refusal(changed).code);
      }),
    );
  });

  test("whatever is changed with a digest that fits, or it is what it says", () => {
    const body = file.subarray(0, -32);
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const changed = Buffer.from(body);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        const whole = Buffer.concat([changed, createHash("sha256").update(changed).digest()]);
        try {
          expect(writeModelFile(readModelFile(whole)).equals(whole)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ArbiterError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("cannot be written", () => {
  test.each<[string, Plain]>([
    ["a number that is none", Number.NaN],
    ["a number without end in an array", Float32Array.of(Infinity)],
    ["a field without a name", { "": 1 }],
    ["a field that looks like a section", { $section: 0 }],
    ["nesting without end", [[[[[[[[[[1]]]]]]]]]]],
    ["more than a file may hold", new Float64Array(8 * 1024 * 1024)],
    ["a text that is too long", "x".repeat(4 * 1024 * 1024)],
  ])("%s", (_, value) => {
    expect(() => writeModelFile({ kind: "m", content: value })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
