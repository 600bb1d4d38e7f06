import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import type { TrafficRow } from "../../src/traffic/traffic-row.ts";
import { bytesOf, parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";

const parse = (row: unknown): TrafficRow => parseTrafficRow(JSON.stringify(row));

describe("a request", () => {
  const row = {
    id: "r1",
    source: "shop",
    label: "attack",
    attack_type: "sqli",
    method: "POST",
    path: "/search",
    query: "q=%27",
    headers: { Host: "shop.example", "X-Ä": "ü" },
    body: "a=ü",
    payload: null,
    granularity: "request",
    client: "192.0.2.1",
    time: "2024-01-07T10:00:00Z",
    waf: { score: 5, rules: [942100], matched: { 942100: "ARGS:q" }, categories: { sqli: 5 } },
  };

  test("has everything that the row says, as byte strings", () => {
    expect(parse(row)).toEqual({
      id: "r1",
      source: "shop",
      label: "attack",
      attackType: "sqli",
      request: {
        id: "r1",
        method: "POST",
        uri: "/search?q=%27",
        headers: [
          { name: "Host", value: "shop.example" },
          { name: "X-\xc3\x84", value: "\xc3\xbc" },
        ],
        body: Buffer.from("a=ü"),
        client: "192.0.2.1",
        timeMs: Date.UTC(2024, 0, 7, 10),
        waf: {
          score: 5,
          threshold: 5,
          paranoiaLevel: 1,
          categories: { sqli: 5 },
          rules: [942100],
          matched: { 942100: "ARGS:q" },
        },
      },
    });
  });

  test("may repeat a header, where headers are pairs", () => {
    const headers = [
      ["Cookie", "a=1"],
      ["Cookie", "b=2"],
    ];
    expect(parse({ ...row, headers }).request.headers).toEqual([
      { name: "Cookie", value: "a=1" },
      { name: "Cookie", value: "b=2" },
    ]);
  });

  test("may have a body of any bytes", () => {
    const body = Buffer.from([0, 255, 128, 10]);
    expect(parse({ ...row, body: undefined, body_b64: body.toString("base64") }).request.body).toEqual(body);
  });

  test("needs its path alone", () => {
    expect(parse({ path: "/a" })).toEqual({
      id: "",
      source: "unknown",
      label: undefined,
      attackType: undefined,
      request: { id: "", method: "GET", uri: "/a", headers: [] },
    });
  });

  test.each([
    ["an empty query adds no question mark", { path: "/a", query: "" }, { uri: "/a" }],
    ["an empty body is none", { path: "/a", body: "" }, { uri: "/a" }],
    ["a time that is none is left out", { path: "/a", time: "yesterday" }, { uri: "/a" }],
    [
      "null is as good as nothing",
      { path: "/a", query: null, headers: null, body: null, waf: null },
      { uri: "/a" },
    ],
  ])("%s", (_, given, request) => {
    expect(parse(given).request).toEqual({ id: "", method: "GET", headers: [], ...request });
  });

  test("a long name of a source is cut to what a detector file can hold", () => {
    expect(parse({ path: "/", source: "x".repeat(500) }).source).toHaveLength(128);
  });
});

describe("a payload", () => {
  test("is the value of p in GET /", () => {
    expect(parse({ id: 7, payload: "' or 1=1", source: "list" }).request).toEqual({
      id: "7",
      method: "GET",
      uri: "/?p=%27%20or%201%3D1",
      headers: [],
    });
  });

  test("beside a path counts only where the row says so", () => {
    expect(parse({ path: "/a", payload: "x" }).request.uri).toBe("/a");
    expect(parse({ path: "/a", payload: "x", granularity: "payload" }).request.uri).toBe("/?p=x");
  });

  test("of any text comes back as the value of p", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (payload) => {
        const { parameters } = transactionOf(parse({ payload }));
        const text = bytesOf(payload.toWellFormed());
        expect(parameters).toEqual([{ location: "query", name: "p", value: text }]);
      }),
    );
  });
});

describe("labels", () => {
  test.each([
    ["benign", "benign"],
    [" Attack ", "attack"],
    [null, undefined],
    [undefined, undefined],
  ])("%j is %s", (label, expected) => {
    expect(parse({ path: "/", label }).label).toBe(expected);
  });
});

describe("what is no row is refused with a reason", () => {
  test.each([
    ["no JSON", "{", /not JSON/],
    ["nothing", "", /not JSON/],
    ["null", "null", /JSON object/],
    ["a list", "[]", /JSON object/],
    ["a number", "1", /JSON object/],
    ["neither path nor payload", "{}", /`path`.*`payload`/],
    ["a path that is no text", '{"path":1}', /`path` must be a string/],
    ["a method that is no text", '{"path":"/","method":{}}', /`method` must be a string/],
    ["another label", '{"path":"/","label":"maybe"}', /`label`/],
    ["a label that is an object", '{"path":"/","label":{"toString":1}}', /`label`/],
    ["an id that is an object", '{"path":"/","id":{"toString":1,"valueOf":1}}', /`id`/],
    ["headers of text", '{"path":"/","headers":"a: b"}', /`headers`/],
    ["headers of triples", '{"path":"/","headers":[["a","b","c"]]}', /`headers`/],
    ["a header that is an object", '{"path":"/","headers":{"a":{"toString":1}}}', /`headers`/],
    ["a state of the WAF that is a list", '{"path":"/","waf":[]}', /`waf`/],
    ["a score that is no integer", '{"path":"/","waf":{"score":1.5}}', /`waf.score` must be an integer/],
    ["a rule that is no integer", '{"path":"/","waf":{"rules":["x"]}}', /`waf.rules` must be an integer/],
    ["points that are no integer", '{"path":"/","waf":{"categories":{"sqli":{}}}}', /`waf.categories`/],
    ["a variable that is an object", '{"path":"/","waf":{"matched":{"1":{}}}}', /`waf.matched`/],
  ])("%s", (_, line, reason) => {
    const refusal = expect(() => parseTrafficRow(line));
    refusal.toThrow(ArbiterError);
    refusal.toThrow(reason);
  });

  test("and nothing but a refusal is ever thrown", () => {
    const names = [
      "id",
      "source",
      "label",
      "attack_type",
      "method",
      "path",
      "query",
      "headers",
      "body",
      "body_b64",
      "payload",
      "granularity",
      "client",
      "time",
      "waf",
      "__proto__",
    ];
    const row = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.jsonValue()), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          row.map((value) => JSON.stringify(value)),
        ),
        (line) => {
          try {
            transactionOf(parseTrafficRow(line));
          } catch (error) {
            expect(error).toMatchObject({ name: "ArbiterError", code: "data_invalid" });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("names that could change prototypes change none", () => {
    parseTrafficRow(
      '{"path":"/","__proto__":{"polluted":1},"headers":{"__proto__":"x"},"waf":{"matched":{"__proto__":"y"}}}',
    );
    expect("polluted" in {}).toBe(false);
  });
});
