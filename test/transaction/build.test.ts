import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction, canonicalAddress, splitTarget } from "../../src/transaction/build.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";
import { limits, missingParts } from "../../src/transaction/transaction.ts";
import { byteString } from "./byte-strings.ts";

const build = (parts: Partial<RequestParts> = {}): Transaction =>
  buildTransaction({ method: "GET", uri: "/", headers: [], ...parts });
const codes = (transaction: Transaction): string[] => transaction.problems.map(({ code }) => code);

describe("the target", () => {
  test.each([
    ["origin form", "/a/b?c=d", "/a/b", "c=d"],
    ["no query", "/a", "/a", ""],
    ["an empty query", "/a?", "/a", ""],
    ["a query with question marks", "/a?b?c", "/a", "b?c"],
    ["a fragment, which stays", "/a#b?c", "/a#b", "c"],
    ["absolute form", "http://host:80/a?b", "/a", "b"],
    ["absolute form in capitals", "HTTPS://HOST/a", "/a", ""],
    ["absolute form without a path", "http://host?q=/etc/passwd", "", "q=/etc/passwd"],
    ["absolute form with nothing behind the host", "http://host", "", ""],
    ["an address inside a relative target", "a?u=http://x/y", "a", "u=http://x/y"],
    ["a colon that begins no authority", "x'://a?b", "x'://a", "b"],
    ["two slashes", "//x/../a?b", "//x/../a", "b"],
    ["the whole server", "*", "*", ""],
    ["authority form", "host:443", "host:443", ""],
    ["nothing", "", "", ""],
  ])("%s", (_, uri, path, query) => {
    expect(splitTarget(uri)).toEqual({ path, query });
  });

  test("no byte after the host is lost", () => {
    fc.assert(
      fc.property(byteString(60), (rest) => {
        const { path, query } = splitTarget(`/${rest}`);
        expect(path + (rest.includes("?") ? `?${query}` : "")).toBe(`/${rest}`);
      }),
    );
  });
});

describe("the client's address has one spelling", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::1"],
    ["999.1.1.1", undefined],
    ["010.0.0.1", undefined],
    ["192.0.2.1:80", undefined],
    ["[::1]", undefined],
    ["localhost", undefined],
    [" 192.0.2.1", undefined],
    ["%eth0", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s is %s", (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });

  test("and keeps it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const canonical = canonicalAddress(address);
        expect(canonical).toBeDefined();
        expect(canonicalAddress(canonical)).toBe(canonical);
      }),
    );
  });
});

describe("a transaction", () => {
  test("has every named value in order of appearance", () => {
    const transaction = build({
      method: "POST",
      uri: "/shop;jsessionid=1?q=a",
      headers: [
        { name: "Cookie", value: "c=1" },
        { name: "Content-Type", value: "application/json" },
      ],
      body: Buffer.from('{"note":"x"}'),
      arguments: [{ location: "engine", name: "e", value: "1" }],
    });
    expect(transaction.parameters.map(({ location, name, value }) => [location, name, value])).toEqual([
      ["path", "", "/shop;jsessionid=1"],
      ["query", "q", "a"],
      ["cookie", "c", "1"],
      ["header", "Content-Type", "application/json"],
      ["json", "note", "x"],
      ["engine", "e", "1"],
    ]);
    expect(transaction.problems).toEqual([]);
  });

  test("has plain values where the caller says nothing", () => {
    expect(build()).toMatchObject({
      id: "",
      site: "default",
      client: undefined,
      timeMs: undefined,
      protocol: "HTTP/1.1",
      missing: [],
      problems: [],
      waf: undefined,
    });
  });

  test("is frozen", () => {
    expect(Object.isFrozen(build())).toBe(true);
  });

  test("leaves the caller's parts as they are", () => {
    const parts: RequestParts = {
      method: "POST",
      uri: "/?a=1",
      headers: [{ name: "A", value: "b" }],
      body: Buffer.from("a=1"),
      missing: ["xml"],
    };
    const before = structuredClone(parts);
    build(parts);
    expect(structuredClone(parts)).toEqual(before);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [8.65e15], [-8.65e15]])(
    "a time of %d is no time",
    (timeMs) => {
      expect(build({ timeMs }).timeMs).toBeUndefined();
    },
  );

  test("a time of the calendar stays", () => {
    for (const timeMs of [0, -1, 1_700_000_000_000, 8.64e15]) expect(build({ timeMs }).timeMs).toBe(timeMs);
  });
});

describe("what cannot be read whole becomes a problem", () => {
  test.each(missingParts.map((part) => [part]))("a missing part: %s", (part) => {
    expect(codes(build({ missing: [part] }))).toEqual(["missing_part"]);
  });

  test("headers beyond the limit", () => {
    const headers = (count: number): RequestParts["headers"] =>
      Array.from({ length: count }, (_, i) => ({ name: `x-${i}`, value: "1" }));
    expect(codes(build({ headers: headers(limits.headers) }))).toEqual([]);
    const beyond = build({ headers: headers(limits.headers + 1) });
    expect(codes(beyond)).toEqual(["too_many_parameters"]);
    expect(beyond.headers).toHaveLength(limits.headers);
  });

  test("parameters beyond the limit", () => {
    const transaction = build({ uri: `/?${"a=1&".repeat(10_000)}` });
    expect(codes(transaction)).toEqual(["too_many_parameters"]);
    expect(transaction.parameters).toHaveLength(limits.parameters);
  });

  test("a body beyond the limit, of which the first part is read", () => {
    const headers = [{ name: "content-type", value: "text/plain" }];
    const body = (size: number): Uint8Array => Buffer.alloc(size, "x ");
    expect(codes(build({ headers, body: body(limits.bodyBytes) }))).toEqual([]);
    const beyond = build({ headers, body: body(limits.bodyBytes + 1) });
    expect(codes(beyond)).toEqual(["body_too_large"]);
    expect(beyond.parameters.at(-1)!.value).toHaveLength(limits.bodyBytes);
  });

  test("an attack behind long padding is among the values", () => {
    for (const kilobytes of [8, 16, 32, 64, 128]) {
      const { parameters } = build({ uri: `/?a=${"x".repeat(kilobytes * 1024)}%27or%201=1` });
      expect(parameters.at(-1)!.value.endsWith("'or 1=1")).toBe(true);
    }
  });
});

test("no bytes make it throw, and no count goes beyond its limit", () => {
  const header = fc.record({
    name: fc.oneof(fc.constantFrom("Content-Type", "Cookie", "Content-Encoding"), byteString(10)),
    value: fc.oneof(fc.constantFrom("application/json", "multipart/form-data; boundary=B"), byteString(60)),
  });
  fc.assert(
    fc.property(
      byteString(80),
      byteString(10),
      fc.array(header, { maxLength: 5 }),
      fc.uint8Array({ maxLength: 300 }),
      (uri, method, headers, body) => {
        const transaction = build({ uri, method, headers, body });
        expect(transaction.parameters.length).toBeLessThanOrEqual(limits.parameters);
        for (const { name, value } of transaction.parameters)
          expect(`${name}${value}`).toMatch(/^[\0-\xff]*$/);
      },
    ),
    { numRuns: 500 },
  );
});

test("bytes of the request never reach the text of a problem", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (body) => {
      const { problems } = build({ headers: [{ name: "content-type", value: "application/json" }], body });
      for (const { detail } of problems) expect(detail).toMatch(/^[A-Za-z ,]+$/);
    }),
  );
});
