import zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codingsOf, decodeContent } from "../../src/transaction/content-encoding.ts";
import { collector, readBody } from "../../src/transaction/parameters.ts";
import type { Parameter } from "../../src/transaction/transaction.ts";
import { limits } from "../../src/transaction/transaction.ts";
import { byteString, piecedString } from "./byte-strings.ts";

type Encode = (content: Uint8Array) => Buffer;

const hasZstd = zlib.zstdCompressSync !== undefined;
/** Codings and what applies them; `deflate` once with zlib's frame and once without. */
const encoders: [coding: string, name: string, encode: Encode][] = [
  ["gzip", "gzip", zlib.gzipSync],
  ["x-gzip", "gzip by its old name", zlib.gzipSync],
  ["deflate", "zlib", zlib.deflateSync],
  ["deflate", "raw deflate", zlib.deflateRawSync],
  [
    "br",
    "brotli",
    (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
  ],
  ...(hasZstd ? [["zstd", "zstd", zlib.zstdCompressSync] as [string, string, Encode]] : []),
];

const content = Buffer.from("a=1&b=%27");
const bytesOf = (body: Uint8Array, codings: string): Buffer | undefined =>
  decodeContent(body, codingsOf([codings]))?.content;

describe("the names of codings", () => {
  test.each<[string, string[], string[]]>([
    ["no header", [], []],
    ["nothing", [""], []],
    ["identity", ["identity"], []],
    ["capitals", ["GZip"], ["gzip"]],
    ["a list with blanks and gaps", [" gzip ,, BR\t"], ["gzip", "br"]],
    ["identity in a list", ["identity, gzip"], ["gzip"]],
    ["two headers, which are one list", ["gzip", "br"], ["gzip", "br"]],
    ["a word that is none", ["none"], ["none"]],
  ])("%s", (_, values, codings) => {
    expect(codingsOf(values)).toEqual(codings);
  });
});

describe.each(encoders)("%s (%s)", (coding, _, encode) => {
  const body = encode(content);

  test("is removed", () => {
    expect(decodeContent(body, [coding])).toEqual({ content, isFollowed: false });
  });

  test("holds nothing, too", () => {
    expect(decodeContent(encode(Buffer.alloc(0)), [coding])?.content).toHaveLength(0);
  });

  test("is broken where it is cut anywhere, and where it is another's", () => {
    for (let end = 0; end < body.length; end++)
      expect(decodeContent(body.subarray(0, end), [coding])).toBeUndefined();
    expect(decodeContent(content, [coding])).toBeUndefined();
    const other = coding === "br" ? "gzip" : "br";
    expect(decodeContent(body, [other])).toBeUndefined();
  });

  test("tells of bytes behind it", () => {
    const decoded = decodeContent(Buffer.concat([body, Buffer.from("\0&x=1")]), [coding]);
    expect(decoded).toEqual({ content, isFollowed: true });
  });

  test("is refused where it comes to more than a hundred times its size", () => {
    expect(decodeContent(encode(Buffer.alloc(limits.bodyBytes, "x")), [coding])).toBeUndefined();
  });

  test("may come to the bytes of a body, and to no more", () => {
    const noise = Buffer.from(
      Array.from({ length: limits.bodyBytes }, (_, i) => (i * i * 2_654_435_761) >>> 24),
    );
    expect(decodeContent(encode(noise), [coding])?.content).toHaveLength(limits.bodyBytes);
    const larger = Buffer.concat([noise, Buffer.from("x")]);
    expect(decodeContent(encode(larger), [coding])).toBeUndefined();
  });

  test("gives back the parameters of any body", () => {
    const parametersOf = (bytes: Buffer, type: string, codings: string[]): readonly Parameter[] => {
      const found = collector();
      readBody(bytes, [type], codings, found);
      return found.parameters;
    };
    const bodies = fc.oneof(
      byteString(400),
      piecedString(["a=1", "&", "%27", '{"a":', '"b"', "}", "<a>", "</a>", "\r\n", "--B"]),
    );
    const types = fc.constantFrom(
      "application/x-www-form-urlencoded",
      "application/json",
      "text/xml",
      "multipart/form-data; boundary=B",
      "text/plain",
      "",
    );
    fc.assert(
      fc.property(bodies, types, (text, type) => {
        const plain = Buffer.from(text, "latin1");
        // Where the compressed bytes look like text they are read as well, behind the content.
        expect(parametersOf(encode(plain), type, [coding])).toEqual(
          expect.arrayContaining([...parametersOf(plain, type, [])]),
        );
      }),
    );
  });
});

describe("lists", () => {
  const twice = zlib.brotliCompressSync(zlib.gzipSync(content));

  test.each([
    ["the last coding is removed first", twice, "gzip, br", content],
    ["the other order is broken", twice, "br, gzip", undefined],
    ["identity counts for nothing", twice, "gzip, identity, br", content],
    ["one unknown coding is enough", twice, "unknown, br", undefined],
    ["three are too many", zlib.gzipSync(twice), "gzip, br, gzip", undefined],
  ])("%s", (_, body, codings, expected) => {
    expect(bytesOf(body, codings)).toEqual(expected);
  });

  test("a bomb in a bomb is stopped at a hundred times the body", () => {
    const bomb = zlib.gzipSync(zlib.gzipSync(Buffer.alloc(limits.bodyBytes / 2, "x")));
    expect(bomb.length).toBeLessThan(1000);
    expect(bytesOf(bomb, "gzip, gzip")).toBeUndefined();
  });
});

test("gzip of several members is their contents one after another, and something else behind it breaks it", () => {
  const member = zlib.gzipSync(content);
  expect(bytesOf(Buffer.concat([member, member]), "gzip")).toEqual(Buffer.concat([content, content]));
  expect(bytesOf(Buffer.concat([member, Buffer.from("x")]), "gzip")).toBeUndefined();
});

test.runIf(hasZstd)("a zstd frame with a window of more than 8 MB is refused", () => {
  const { ZSTD_c_windowLog, ZSTD_c_contentSizeFlag } = zlib.constants;
  const frame = (windowLog: number): Buffer => {
    const body = zlib.zstdCompressSync(content, {
      params: { [ZSTD_c_windowLog]: 10, [ZSTD_c_contentSizeFlag]: 0 },
    });
    // The window descriptor stands behind the magic number and the frame header: exponent − 10 in its upper five bits.
    expect(body[4]! & 0x20).toBe(0);
    body[5] = (windowLog - 10) << 3;
    return body;
  };
  expect(bytesOf(frame(23), "zstd")).toEqual(content);
  expect(bytesOf(frame(24), "zstd")).toBeUndefined();
});

test("no bytes make it throw, nor more than its bound", () => {
  const bodies = fc.uint8Array({ maxLength: 300 });
  const codings = fc.array(fc.constantFrom("gzip", "deflate", "br", "zstd", "x"), { maxLength: 3 });
  fc.assert(
    fc.property(bodies, codings, (body, names) => {
      const decoded = decodeContent(body, names);
      if (decoded !== undefined && names.length > 0)
        expect(decoded.content.length).toBeLessThanOrEqual(body.length * 100);
    }),
    { numRuns: 1000 },
  );
});
