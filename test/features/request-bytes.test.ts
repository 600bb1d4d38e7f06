import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxRequestBytes, requestBytes } from "../../src/features/request-bytes.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const textOf = (parts: RequestParts): string =>
  Buffer.from(requestBytes(buildTransaction(parts))).toString("latin1");

describe("the bytes of a request", () => {
  test("are its line, its fields in order and its body", () => {
    const request = {
      method: "POST",
      uri: "/a?q=%27",
      protocol: "HTTP/2.0",
      headers: [
        { name: "X-B", value: "2" },
        { name: "Content-Length", value: "4" },
        { name: "accept", value: "*/*" },
      ],
      body: Uint8Array.of(0, 0x41, 0xff, 0x0a),
    };
    expect(textOf(request)).toBe("POST /a?q=%27\nx-b: 2\naccept: */*\n\n\0A\xff\n");
  });

  test("without fields and body are its line and an empty one", () => {
    expect(textOf({ method: "GET", uri: "/", headers: [] })).toBe("GET /\n\n");
  });

  test("do not depend on the version of the protocol and the case of names", () => {
    const one = { method: "GET", uri: "/", headers: [{ name: "Host", value: "a" }], protocol: "HTTP/1.1" };
    const two = { method: "GET", uri: "/", headers: [{ name: "host", value: "a" }], protocol: "HTTP/3" };
    expect(textOf(one)).toBe(textOf(two));
  });

  test("have the arguments of the WAF's parser where there is no body", () => {
    const request: RequestParts = {
      method: "POST",
      uri: "/?a=1",
      headers: [],
      arguments: [
        { location: "engine", name: "b", value: "2 3" },
        { location: "engine", name: "c", value: "é" },
      ],
    };
    expect(textOf(request)).toBe("POST /?a=1\n\nb=2 3&c=é");
    expect(textOf({ ...request, body: Buffer.from("raw") })).toBe("POST /?a=1\n\nraw");
  });
});

describe("a part that is too long", () => {
  const long = Array.from({ length: 2000 }, (_, i) => `[${i}]`).join("");

  test.each<[string, RequestParts]>([
    ["target", { method: "GET", uri: `/${long}`, headers: [] }],
    ["field", { method: "GET", uri: "/", headers: [{ name: "a", value: long }] }],
    ["body", { method: "GET", uri: "/", headers: [], body: Buffer.from(long) }],
  ])("is read at its beginning, at its end and in between: %s", (_, request) => {
    const text = textOf(request);
    expect(text).toContain("[0][1][2]");
    expect(text).toMatch(/\[1998\]\[1999\]\n*$/);
    expect(text).toMatch(/\[9\d\d\]|\[10\d\d\]/);
    expect(text.length).toBeLessThan(1_600);
  });

  test("takes no room from the others", () => {
    const text = textOf({
      method: "GET",
      uri: `/${long}`,
      headers: [{ name: "cookie", value: long }],
      body: Buffer.from("the body"),
    });
    expect(text.endsWith("the body")).toBe(true);
  });
});

test("there are never more bytes than the limit, and the transaction stays as it is", () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
  });
  const long = fc.tuple(bytes, fc.integer({ min: 0, max: 400 })).map(([text, times]) => text.repeat(times));
  fc.assert(
    fc.property(long, long, long, (uri, value, body) => {
      const transaction = buildTransaction({
        method: "GET",
        uri,
        headers: [{ name: "a", value }],
        body: Buffer.from(body, "latin1"),
      });
      const before = structuredClone(transaction);
      expect(requestBytes(transaction).length).toBeLessThanOrEqual(maxRequestBytes);
      expect(structuredClone(transaction)).toEqual(before);
    }),
    { seed: 1, numRuns: 50 },
  );
});
