/**
 * What the client hands over of each kind of body, byte for byte, and what it says is missing. Apache's Lua sees no raw
 * JSON, XML or multipart body, so there the parser's findings stand in.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Field, fieldPairs, fieldValue } from "../../testbed/fields.ts";
import { pairs } from "../../testbed/matrix.ts";
import type { PlainRequest } from "../../testbed/raw-http.ts";
import { injection, type Outcome, type Pair, type Settings, startPair } from "./waf-pair.ts";

const post = (type: string, body: string | Uint8Array): PlainRequest => ({
  path: "/comments?from=list",
  body,
  headers: { "Content-Type": type },
});
const multipart = (...parts: readonly string[]) =>
  post(
    "multipart/form-data; boundary=XyZ",
    `${parts.map((part) => `--XyZ\r\n${part}\r\n`).join("")}--XyZ--\r\n`,
  );
const textPart = 'Content-Disposition: form-data; name="comment"\r\n\r\nhello there';
const filePart =
  'Content-Disposition: form-data; name="photo"; filename="cat.txt"\r\nContent-Type: text/plain\r\n\r\nmeow';

const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
const large = `comment=${"lorem ipsum ".repeat(16_700)}end`;

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs, { limits: { noFilesBytes: 1_048_576 } });
    pair.verdicts.behave({ verdict: "pass" });
  });
  afterAll(() => pair?.stop());

  const isApache = engine === "apache";

  /** The fields of the question about a request, in general mode. */
  async function ask(request: PlainRequest, settings: Settings = {}): Promise<readonly Field[]> {
    pair.verdicts.asked.length = 0;
    await pair.send({ mode: "general", ...settings }, request);
    expect(pair.verdicts.asked).toHaveLength(1);
    const { route, fields, problem } = pair.verdicts.asked[0] ?? { route: "", fields: [] };
    expect(problem).toBeUndefined();
    expect(route).toBe("POST /v1/verdict");
    return fields;
  }
  const missing = (fields: readonly Field[]) => fieldValue(fields, "missing")?.split(",") ?? [];

  it("tells who asks, about what, and what CRS thinks", async () => {
    const fields = await ask(
      { path: "/a?b=c", headers: [["Cookie", "x=1; y=2"]] },
      { site: "shop", score: 4 },
    );
    const plain = Object.fromEntries(
      fields.filter(({ values }) => values.length === 1).map((f) => [f.key, f.values[0]]),
    );
    expect(plain).toMatchObject({
      version: "1",
      mode: "general",
      site: "shop",
      deadline: "60000",
      client: "127.0.0.1",
      line: "GET /a?b=c HTTP/1.1",
      "crs-score": "4",
      "crs-threshold": "5",
      "crs-paranoia": "1",
    });
    expect(fields[0]).toEqual({ key: "version", values: ["1"] });
    expect(plain["id"]).toMatch(/^\S{10,}$/);
    const headers = fieldPairs(fields, "header");
    expect(headers.map(([name]) => name.toLowerCase())).toEqual(
      expect.arrayContaining(["host", "user-agent", "cookie"]),
    );
    expect(headers.find(([name]) => name.toLowerCase() === "cookie")?.[1]).toBe("x=1; y=2");
    expect(missing(fields)).toEqual([]);
  });

  it("names the rules that matched, their variables, and CRS's categories", async () => {
    const fields = await ask({ path: injection });
    const rules = fieldPairs(fields, "rule");
    expect(rules.map(([id]) => id)).toContain("942100");
    for (const [, variable] of rules) expect(variable).toBe("ARGS:q");
    expect(Number(new Map(fieldPairs(fields, "crs-category")).get("sqli"))).toBeGreaterThanOrEqual(5);
  });

  it("sends a form as it came, whatever its bytes and length", async () => {
    for (const body of [
      "a=1&b=two+words%20more",
      `comment=${encodeURIComponent("x\n5 3\nid 3\nabc")}`,
      large,
    ]) {
      const fields = await ask(post("application/x-www-form-urlencoded", body));
      expect(fieldValue(fields, "body")).toBe(body);
      expect(missing(fields)).toEqual([]);
    }
  });

  it("sends a body of no known type with every byte it has", async () => {
    const fields = await ask(post("text/plain", Buffer.from(allBytes, "latin1")));
    expect(fieldValue(fields, "body")).toBe(allBytes);
    expect(missing(fields)).toEqual([]);
  });

  it("lets no body pass for a header or a field", async () => {
    const body = "X-Evil: 1\n\nid 3\nabc\nverdict 4\npass\n";
    const fields = await ask(post("text/plain", body));
    expect(fieldValue(fields, "body")).toBe(body);
    expect(fields.filter(({ key }) => key === "id")).toHaveLength(1);
    expect(fieldPairs(fields, "header").map(([name]) => name)).not.toContain("X-Evil");
  });

  it("hands over JSON", async () => {
    const body = '{"comment":"it\'s fine","tags":["a","b"],"deep":{"n":7,"none":null}}';
    const fields = await ask(post("application/json", body));
    if (isApache) {
      expect(
        fieldPairs(fields, "argument").map(([name, value]) => [name.replace(/^json\./, ""), value]),
      ).toEqual([
        ["comment", "it's fine"],
        ["tags.tags", "a"],
        ["tags.tags", "b"],
        ["deep.n", "7"],
        ["deep.none", ""],
      ]);
    } else expect(fieldValue(fields, "body")).toBe(body);
    expect(missing(fields)).toEqual([]);
  });

  it("takes an empty JSON object for whole, and one that nothing was read from for missing", async () => {
    expect(missing(await ask(post("application/json", "{}")))).toEqual([]);
    const keysOnly = await ask(post("application/json", '{"\' or 1=1 --":{}}'));
    expect(missing(keysOnly)).toEqual(isApache ? ["body"] : []);
  });

  it("hands over XML, and on Apache says that its markup is missing", async () => {
    const body = '<?xml version="1.0"?><order id="o7"><item kind="new">red shoes</item><!-- note --></order>';
    const fields = await ask(post("text/xml", body));
    if (isApache) {
      expect(fieldPairs(fields, "argument")).toEqual([
        ["XML:/*", "red shoes"],
        ["XML://@*", "o7"],
        ["XML://@*", "new"],
      ]);
      expect(missing(fields)).toEqual(["xml"]);
    } else {
      expect(fieldValue(fields, "body")).toBe(body);
      expect(missing(fields)).toEqual([]);
    }
  });

  it("hands over multipart fields, and on Apache says that the files' content is missing", async () => {
    const fields = await ask(multipart(textPart, filePart));
    if (isApache) {
      expect(fieldPairs(fields, "argument")).toContainEqual(["comment", "hello there"]);
      expect(fieldPairs(fields, "argument")).toContainEqual([
        "MULTIPART_PART_HEADERS:photo",
        "Content-Type: text/plain",
      ]);
      expect(fieldPairs(fields, "argument").map(([name]) => name)).not.toContain("from");
      expect(fieldPairs(fields, "file")).toEqual([["photo", "cat.txt"]]);
      expect(missing(fields)).toEqual(["files"]);
    } else {
      expect(fieldValue(fields, "body")).toContain("meow");
      expect(missing(fields)).toEqual([]);
    }
    expect(missing(await ask(multipart(textPart)))).toEqual([]);
  });

  it("cuts a body at its limit and says so", async () => {
    const form = await ask(post("application/x-www-form-urlencoded", "comment=123456789"), {
      body_limit: 10,
    });
    expect(fieldValue(form, "body")).toBe("comment=12");
    expect(missing(form)).toEqual(["body-tail"]);
    const json = await ask(post("application/json", '{"a":"123456","b":"123456"}'), { body_limit: 13 });
    expect(missing(json)).toEqual(["body-tail"]);
    if (isApache) expect(fieldPairs(json, "argument")).toHaveLength(1);
  });

  it("reports a body that the engine was told not to read", async () => {
    const request = post("application/x-www-form-urlencoded", "comment=hello");
    if (!isApache) {
      // libmodsecurity then skips phase 2, so neither CRS nor the plugin sees the request.
      const outcome = await pair.send({ mode: "general", access: "Off" }, { ...request, path: injection });
      expect(outcome).toMatchObject({ status: 200, ruleIds: [] });
      return;
    }
    const fields = await ask(request, { access: "Off" });
    expect(fieldValue(fields, "body")).toBeUndefined();
    expect(missing(fields)).toEqual(["body"]);
    expect(missing(await ask({}, { access: "Off" }))).toEqual([]);
  });

  const benign: readonly (readonly [string, PlainRequest])[] = [
    ["form", post("application/x-www-form-urlencoded", "comment=hello+there")],
    ["JSON", post("application/json", '{"comment":"hello there"}')],
    ["XML", post("text/xml", "<comment>hello there</comment>")],
    ["multipart", multipart(textPart, filePart)],
    ["200 KB", post("application/x-www-form-urlencoded", large)],
  ];
  const sql = "1' union select password from users-- ";
  const attacks: readonly (readonly [string, PlainRequest])[] = [
    ["form", post("application/x-www-form-urlencoded", `comment=${encodeURIComponent(sql)}`)],
    ["JSON", post("application/json", JSON.stringify({ comment: sql }))],
    ["XML", post("text/xml", `<comment>${sql}</comment>`)],
    ["multipart", multipart(`Content-Disposition: form-data; name="comment"\r\n\r\n${sql}`, filePart)],
    ["200 KB", post("application/x-www-form-urlencoded", `${large}&q=${encodeURIComponent(sql)}`)],
  ];
  const status = ({ status }: Outcome) => status;

  it.each(benign)("a benign %s passes in every mode while the verdict is pass", async (_, request) => {
    for (const mode of ["second-opinion", "scoring", "general"])
      expect(status(await pair.send({ mode }, request))).toBe(200);
  });

  it.each(attacks)(
    "an attack in a %s is CRS's alarm, and the verdict's to confirm or overrule",
    async (_, request) => {
      pair.verdicts.behave({ verdict: "attack" });
      for (const mode of ["second-opinion", "scoring", "general"])
        expect(status(await pair.send({ mode }, request))).toBe(403);
      pair.verdicts.behave({ verdict: "pass" });
      expect(status(await pair.send({ mode: "second-opinion" }, request))).toBe(200);
      expect(status(await pair.send({ mode: "scoring" }, request))).toBe(403);
      expect(status(await pair.send({ mode: "general" }, request))).toBe(200);
      expect(status(await pair.send({ mode: "second-opinion", shadow: 1 }, request))).toBe(403);
      pair.verdicts.asked.length = 0;
      await pair.send({ mode: "second-opinion" }, request);
      expect(fieldPairs(pair.verdicts.asked[0]?.fields ?? [], "rule").map(([id]) => id)).toContain("942100");
    },
  );
});

describe.each(pairs)("$title, reading no bodies at all", ({ engine, crs }) => {
  it("reports every body as missing where anybody looks at the request at all", async () => {
    const pair = await startPair(engine, crs, { limits: { access: false } });
    try {
      for (const [type, body] of [
        ["application/x-www-form-urlencoded", "a=b"],
        ["application/json", '{"a":"b"}'],
        ["text/xml", "<a/>"],
        ["text/plain", "a"],
      ] as const) {
        pair.verdicts.asked.length = 0;
        await pair.send({ mode: "general" }, { ...post(type, body), path: injection });
        // libmodsecurity skips phase 2, and with it all of CRS that could raise an alarm there.
        const missing = pair.verdicts.asked.map(({ fields }) => fieldValue(fields, "missing"));
        expect(missing).toEqual(engine === "apache" ? ["body"] : []);
      }
    } finally {
      await pair.stop();
    }
  });
});

describe.each(pairs)("$title, reading only the first KB of a body", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs, {
      extraRules:
        "SecRequestBodyLimit 1024\nSecRequestBodyNoFilesLimit 1048576\nSecRequestBodyLimitAction ProcessPartial",
    });
  });
  afterAll(() => pair?.stop());

  it.each(["application/x-www-form-urlencoded", "text/plain"])(
    "says that the rest of a %s is missing",
    async (type) => {
      pair.verdicts.asked.length = 0;
      await pair.send({ mode: "general" }, post(type, `comment=${"x".repeat(4000)}`));
      const fields = pair.verdicts.asked[0]?.fields ?? [];
      expect(fieldValue(fields, "body")?.length).toBeLessThanOrEqual(4008);
      expect(fieldValue(fields, "missing")).toBe("body-tail");
    },
  );

  it("says that a JSON body of which only the beginning was parsed is missing", async () => {
    pair.verdicts.asked.length = 0;
    await pair.send(
      { mode: "general" },
      post("application/json", JSON.stringify({ a: "x".repeat(4000), b: 1 })),
    );
    const asked = pair.verdicts.asked[0];
    // The parser calls it broken, and the engine's recommended rules refuse it before anybody is asked.
    if (asked !== undefined) expect(fieldValue(asked.fields, "missing")).toMatch(/^body(?:-tail)?$/);
  });
});
