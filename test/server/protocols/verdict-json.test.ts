import { describe, expect, it } from "vitest";
import { readVerdictJson, writeVerdictJson } from "../../../src/server/protocols/verdict-json.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const least = { id: "a", method: "GET", uri: "/" };
const read = (over: object = {}) =>
  readVerdictJson(Buffer.from(JSON.stringify({ ...least, ...over })), nowMs);

describe("the JSON dialect", () => {
  it("reads every field", () => {
    const request = read({
      site: "shop",
      mode: "scoring",
      deadlineMs: 50,
      client: "192.0.2.1",
      protocol: "HTTP/2.0",
      headers: [
        ["Host", "a"],
        ["host", "b"],
      ],
      bodyBase64: "/wA=",
      missing: ["files", "body-tail"],
      arguments: [["engine", "q", "é"]],
      time: "2025-12-31T23:00:00.5+01:00",
      waf: {
        score: 10,
        threshold: 5,
        paranoiaLevel: 2,
        categories: { sqli: 10 },
        rules: [942100],
        matched: { 942100: "ARGS:q" },
      },
      version: 1,
    });
    expect(request).toEqual({
      parts: {
        id: "a",
        method: "GET",
        uri: "/",
        protocol: "HTTP/2.0",
        client: "192.0.2.1",
        headers: [
          { name: "Host", value: "a" },
          { name: "host", value: "b" },
        ],
        body: Buffer.from([0xff, 0]),
        missing: ["files", "body-tail"],
        arguments: [{ location: "engine", name: "q", value: "\xc3\xa9" }],
        timeMs: Date.parse("2025-12-31T22:00:00.5Z"),
        waf: {
          score: 10,
          threshold: 5,
          paranoiaLevel: 2,
          categories: { sqli: 10 },
          rules: [942100],
          matched: { 942100: "ARGS:q" },
        },
      },
      site: "shop",
      mode: "scoring",
      deadlineMs: 50,
      unknownFields: 0,
    });
  });

  it("needs id, method and target, and takes everything else as absent", () => {
    expect(read()).toEqual({
      parts: { id: "a", method: "GET", uri: "/", headers: [] },
      site: undefined,
      mode: undefined,
      deadlineMs: undefined,
      unknownFields: 0,
    });
    for (const name of ["id", "method", "uri"])
      expect(() => read({ [name]: undefined })).toThrow(`"${name}" is missing`);
  });

  it("takes text bodies as the bytes of their UTF-8 form", () => {
    expect(read({ body: "é" }).parts.body).toEqual(Buffer.from("é"));
    expect(read({ body: "" }).parts.body).toEqual(Buffer.alloc(0));
    expect(read({ body: null }).parts.body).toBeUndefined();
  });

  it("counts fields that it does not know", () => {
    expect(read({ a: 1, b: { c: 2 } }).unknownFields).toBe(2);
  });

  it.each([
    ["id", 5],
    ["method", ""],
    ["headers", {}],
    ["headers", [["a"]]],
    ["headers", [["a", 1]]],
    ["headers", [["a", "b", "c"]]],
    ["missing", "body"],
    ["missing", [1]],
    ["arguments", [["nowhere", "a", "b"]]],
    ["arguments", [["engine", "a"]]],
    ["bodyBase64", "a*b="],
    ["bodyBase64", "YQ=\n="],
    ["bodyBase64", "abcde"],
    ["mode", "shadow"],
    ["deadlineMs", -1],
    ["deadlineMs", "50"],
    ["waf", []],
    ["waf", { rules: ["942100"] }],
    ["waf", { rules: [0] }],
    ["waf", { paranoiaLevel: 5 }],
    ["waf", { threshold: 0 }],
    ["waf", { categories: [] }],
    ["waf", { categories: { sqli: "5" } }],
    ["waf", { matched: { 942100: 1 } }],
    ["time", "2026-01-02T00:00:01Z"],
  ])("refuses %s as %j", (name, value) => {
    expect(() => read({ [name]: value })).toThrow(expect.objectContaining({ code: "bad_value" }));
  });

  it("refuses a body given twice", () => {
    expect(() => read({ body: "a", bodyBase64: "YQ==" })).toThrow(/must not be given together/);
  });

  it("writes the id back as text", () => {
    const verdict = {
      id: "\xc3\xa9",
      verdict: "pass",
      probability: 0.25,
      points: 0,
      attackType: null,
      reasons: [],
      partial: false,
      model: "m",
    } as const;
    expect(JSON.parse(writeVerdictJson(verdict, 7))).toEqual({ ...verdict, id: "é", elapsedUs: 7 });
  });
});
