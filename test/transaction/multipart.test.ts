import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MultipartOutcome } from "../../src/transaction/multipart.ts";
import { boundaryOf, readMultipart } from "../../src/transaction/multipart.ts";
import { byteString, piecedString } from "./byte-strings.ts";

const read = (body: string, maxParts = 64): MultipartOutcome => readMultipart(body, "B", maxParts);

/** A body of one part with the given header lines. */
const withHeaders = (...lines: string[]): string => `--B\r\n${lines.join("\r\n")}\r\n\r\nv\r\n--B--\r\n`;
const field = 'Content-Disposition: form-data; name="a"';

describe("the boundary", () => {
  test.each([
    ["plain", "multipart/form-data; boundary=abc", { boundary: "abc", plain: true }],
    ["in capitals", "Multipart/Form-Data; BOUNDARY=aBc", { boundary: "aBc", plain: true }],
    ["quoted", 'multipart/form-data; boundary="abc"', { boundary: "abc", plain: true }],
    ["with a blank", 'multipart/form-data; boundary="a b"', { boundary: "a b", plain: false }],
    ["with a semicolon", 'multipart/form-data; boundary="a;b"', { boundary: "a;b", plain: false }],
    [
      "with something after it",
      "multipart/form-data; boundary=a; charset=x",
      { boundary: "a", plain: false },
    ],
    ["given twice", "multipart/form-data; boundary=a; boundary=b", { boundary: "a", plain: false }],
    ["with a quote inside", 'multipart/form-data; boundary=a"b', { boundary: 'a"b', plain: false }],
    [
      "longer than allowed",
      `multipart/form-data; boundary=${"x".repeat(71)}`,
      { boundary: "x".repeat(71), plain: false },
    ],
    ["missing", "multipart/form-data", undefined],
    ["empty", "multipart/form-data; boundary=", undefined],
    ["of an open quote", 'multipart/form-data; boundary="a', undefined],
  ])("%s", (_, contentType, expected) => {
    expect(boundaryOf(contentType)).toEqual(expected);
  });
});

describe("a plain body", () => {
  test("gives fields and files in order", () => {
    const body =
      `--B\r\n${field}\r\n\r\none\r\ntwo\r\n` +
      '--B\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--B--\r\n';
    expect(read(body)).toEqual({
      complete: true,
      ambiguous: false,
      parts: [
        { name: "a", fileNames: [], contentType: undefined, content: "one\r\ntwo" },
        { name: "f", fileNames: ["x.txt"], contentType: "text/plain", content: "file" },
      ],
    });
  });

  test("an empty field has empty content", () => {
    expect(read(`--B\r\n${field}\r\n\r\n\r\n--B--`)).toMatchObject({
      complete: true,
      parts: [{ content: "" }],
    });
  });

  test("what was written is read back", () => {
    const content = byteString(80).filter((text) => !text.includes("--B"));
    const name = fc.string({ unit: fc.constantFrom(..."abc[]._-"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, content), { minLength: 1, maxLength: 8 }), (fields) => {
        const body = `${fields
          .map(([key, value]) => `--B\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`)
          .join("")}--B--\r\n`;
        const outcome = read(body);
        expect(outcome).toMatchObject({ complete: true, ambiguous: false });
        expect(outcome.parts.map((part) => [part.name, part.content])).toEqual(fields);
      }),
    );
  });
});

describe("file names", () => {
  test.each([
    ["in plain form", 'filename="x.php"', ["x.php"]],
    ["without quotes", "filename=x.php", ["x.php"]],
    ["in extended form", "filename*=iso-8859-1''x.php", ["x.php"]],
    ["in extended form with a quote of its own", "filename*=utf-8''a'b.php", ["a'b.php"]],
    ["in both forms", "filename=\"a.txt\"; filename*=utf-8''b.php", ["a.txt", "b.php"]],
    ["twice", 'filename="a.txt"; filename="b.php"', ["a.txt", "b.php"]],
    ["with escaped quotes", 'filename="a\\".php"', ['a\\".php']],
  ])("%s", (_, parameter, fileNames) => {
    expect(read(withHeaders(`${field}; ${parameter}`)).parts[0]).toMatchObject({ name: "a", fileNames });
  });
});

describe("what applications read differently is ambiguous, and read all the same", () => {
  test.each([
    ["no disposition", withHeaders("Content-Type: text/plain")],
    ["two dispositions", withHeaders(field, field)],
    ["two content types", withHeaders(field, "Content-Type: a/b", "Content-Type: c/d")],
    ["a character set", withHeaders(field, "Content-Type: text/plain; charset=utf-16")],
    ["a transfer encoding", withHeaders(field, "Content-Transfer-Encoding: base64")],
    ["a folded header", withHeaders(field, ' x="y"')],
    ["a header without colon", withHeaders(field, "nonsense")],
    ["two names", withHeaders(`${field}; name="b"`)],
    ["two file names", withHeaders(`${field}; filename="a"; filename="b"`)],
    ["two forms of a file name", withHeaders(`${field}; filename="a"; filename*=utf-8''b`)],
    ["a name without quotes", withHeaders("Content-Disposition: form-data; name=a")],
    ["a name with a backslash", withHeaders('Content-Disposition: form-data; name="a\\"b"')],
    ["no headers at all", "--B\r\n\r\nv\r\n--B--"],
    ["bare line feeds", `--B\n${field}\n\nv\n--B--`],
    ["text before the first part", `hello\r\n${withHeaders(field)}`],
    ["text after the last part", `${withHeaders(field)}hello`],
  ])("%s", (_, body) => {
    const outcome = read(body);
    expect(outcome).toMatchObject({ complete: true, ambiguous: true });
    expect(outcome.parts.map(({ content }) => content)).toEqual(["v"]);
  });
});

describe("what is not whole", () => {
  test.each([
    ["no boundary in it", "hello", 0],
    ["no closing boundary", `--B\r\n${field}\r\n\r\nv`, 1],
    ["a part without end of headers", `--B\r\n${field}\r\n`, 0],
    ["another boundary that begins alike", `--B\r\n${field}\r\n\r\nv\r\n--Bx\r\n`, 1],
    ["nothing", "", 0],
  ])("%s", (_, body, parts) => {
    const outcome = read(body);
    expect(outcome.complete).toBe(false);
    expect(outcome.parts).toHaveLength(parts);
  });

  test("parts beyond the bound", () => {
    const body = (parts: number): string => `${`--B\r\n${field}\r\n\r\nv\r\n`.repeat(parts)}--B--`;
    expect(read(body(64))).toMatchObject({ complete: true });
    expect(read(body(65)).complete).toBe(false);
    expect(read(body(5000)).parts).toHaveLength(64);
  });
});

const pieces = [
  "--B",
  "--",
  "\r\n",
  "\n",
  "\r\n\r\n",
  field,
  "; filename=",
  '"',
  "\\",
  ";",
  "=",
  "Content-Type:",
  "x",
];

test("no bytes make it throw, and parts together are no longer than the body", () => {
  fc.assert(
    fc.property(fc.oneof(byteString(), piecedString(pieces)), (body) => {
      const { parts } = read(body);
      expect(parts.length).toBeLessThanOrEqual(64);
      expect(parts.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(body.length);
    }),
    { numRuns: 1000 },
  );
});

test("no content type makes the boundary reader throw", () => {
  fc.assert(
    fc.property(piecedString(["boundary=", '"', ";", " ", "multipart/form-data"], 12), (contentType) => {
      const found = boundaryOf(contentType);
      if (found !== undefined) expect(contentType).toContain(found.boundary);
    }),
  );
});
