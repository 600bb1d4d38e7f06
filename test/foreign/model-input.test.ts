import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extract } from "../../src/features/extract.ts";
import { featureColumns, featureNames, type inputKinds, inputOf } from "../../src/foreign/model-input.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const read = (kind: (typeof inputKinds)[number], uri: string, over: object = {}, length = 16) =>
  inputOf(buildTransaction({ method: "POST", uri, headers: [], ...over }), {
    kind,
    columns: featureColumns(undefined),
    length,
  });
const form = {
  headers: [
    { name: "Content-Type", value: "application/x-www-form-urlencoded" },
    { name: "Cookie", value: "sid=SECRET" },
    { name: "Proxy-Authorization", value: "SECRET" },
    { name: "authorization", value: "SECRET" },
  ],
  body: Buffer.from("a=1%27&b=1%27"),
};

describe("what a model reads", () => {
  it("is the row that Arbiter's own forest reads", () => {
    const transaction = buildTransaction({ method: "GET", uri: "/a/b?c=d", headers: [] });
    const reading = { kind: "row", columns: featureColumns(undefined), length: 0 } as const;
    expect(inputOf(transaction, reading)).toEqual({ kind: "row", row: extract(transaction).row() });
    const columns = featureColumns(["path-length", "hour"]);
    expect(inputOf(transaction, { ...reading, columns })).toEqual({
      kind: "row",
      row: Float64Array.of(4, 12),
    });
    expect(columns).toEqual([featureNames.indexOf("path-length"), featureNames.indexOf("hour")]);
    expect(() => featureColumns(["path-lenght"])).toThrow(/no feature called "path-lenght"/);
  });

  it("is the whole request as text, decoded, without cookies and credentials", () => {
    expect(read("text", "/x%2e?q=a+%253Cb", form)).toEqual({
      kind: "text",
      texts: [
        "POST /x.\nquery:q=a <b\nheader:Content-Type=application/x-www-form-urlencoded\nform:a=1'\nform:b=1'",
      ],
    });
  });

  it("is every value once, decoded, and one empty text where there is none", () => {
    expect(read("values", "/x?q=a%2527", form)).toEqual({
      kind: "values",
      texts: ["/x", "a'", "application/x-www-form-urlencoded", "1'"],
    });
    expect(read("values", "/")).toEqual({ kind: "values", texts: [""] });
  });

  it("is the first bytes of the text, filled up with 0", () => {
    expect(read("bytes", "/?q=%00%FF", {}, 18)).toEqual({
      kind: "bytes",
      bytes: Uint8Array.from([...Buffer.from("POST /\nquery:q="), 0, 0xff, 0]),
    });
    expect(read("bytes", "/?q=1", {}, 4)).toEqual({
      kind: "bytes",
      bytes: new Uint8Array(Buffer.from("POST")),
    });
  });

  it("hides nothing behind a NUL, at which runtimes would end a text", () => {
    expect(read("values", "/?q=a%00b")).toEqual({ kind: "values", texts: ["a\ufffdb"] });
  });

  it("is bounded", () => {
    const many = Array.from({ length: 900 }, (_, i) => `p${i}=${i}${"x".repeat(5_000)}`).join("&");
    const { texts } = read("values", `/?${many}`) as { texts: readonly string[] };
    expect([texts.length, Math.max(...texts.map((text) => text.length))]).toEqual([256, 4_096]);
    const [text] = (read("text", `/?${many}`) as { texts: readonly string[] }).texts;
    expect(text?.length).toBe(16_384);
  });

  it("is well-formed Unicode without NUL, whatever a request holds", () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString("latin1"));
    fc.assert(
      fc.property(bytes, bytes, (uri, value) => {
        for (const kind of ["text", "values"] as const) {
          const { texts } = read(kind, `/${uri}`, { headers: [{ name: "X", value }] }) as {
            texts: readonly string[];
          };
          for (const text of texts) {
            expect(text.isWellFormed()).toBe(true);
            expect(text).not.toContain("\0");
          }
        }
      }),
    );
  });
});
