import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArbiterError } from "../../../src/errors.ts";
import { readVerdictFields, writeVerdictLine } from "../../../src/server/protocols/verdict-fields.ts";
import type { Verdict } from "../../../src/verdict/verdict.ts";

type Field = readonly [key: string, value: string | Uint8Array, second?: string | Uint8Array];

/** Writes fields as a client does. */
function write(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([key, first, second]) => {
      const a = Buffer.from(first as Uint8Array);
      if (second === undefined) return [Buffer.from(`${key} ${a.length}\n`), a, Buffer.from("\n")];
      const b = Buffer.from(second as Uint8Array);
      return [Buffer.from(`${key} ${a.length} ${b.length}\n`), a, b, Buffer.from("\n")];
    }),
  );
}

const least: readonly Field[] = [
  ["version", "1"],
  ["id", "u1"],
  ["line", "GET / HTTP/1.1"],
];
const read = (...fields: Field[]) => readVerdictFields(write([...least, ...fields]));

describe("the field dialect", () => {
  it("reads every field", () => {
    const request = readVerdictFields(
      write([
        ["version", "1"],
        ["id", "YvN"],
        ["mode", "general"],
        ["site", "shop"],
        ["deadline", "50"],
        ["client", "192.0.2.1"],
        ["line", "POST /a b?c=d HTTP/1.0"],
        ["header", "Host", "a"],
        ["header", "X", ""],
        ["body", Buffer.from([0, 0xff, 0x0a])],
        ["argument", "q", "v"],
        ["file", "f", "x.php"],
        ["missing", "body-tail,files"],
        ["crs-score", "10"],
        ["crs-threshold", "5"],
        ["crs-paranoia", "2"],
        ["crs-category", "sqli", "10"],
        ["rule", "942100", "ARGS:q"],
        ["rule", "920350", ""],
        ["later", "?"],
        ["later", "?", "?"],
      ]),
    );
    expect(request).toEqual({
      parts: {
        id: "YvN",
        client: "192.0.2.1",
        method: "POST",
        uri: "/a b?c=d",
        protocol: "HTTP/1.0",
        headers: [
          { name: "Host", value: "a" },
          { name: "X", value: "" },
        ],
        body: Buffer.from([0, 0xff, 0x0a]),
        arguments: [
          { location: "engine", name: "q", value: "v" },
          { location: "file", name: "f", value: "x.php" },
        ],
        missing: ["body-tail", "files"],
        waf: {
          score: 10,
          threshold: 5,
          paranoiaLevel: 2,
          categories: { sqli: 10 },
          rules: [942100, 920350],
          matched: { 942100: "ARGS:q" },
        },
      },
      site: "shop",
      mode: "general",
      deadlineMs: 50,
      unknownFields: 2,
    });
  });

  it("gives back exactly the bytes that were sent, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 60 }), (body, name) => {
        const { parts } = read(["body", body], ["argument", name, body]);
        expect(Buffer.from(parts.body as Uint8Array)).toEqual(Buffer.from(body));
        expect(parts.arguments).toEqual([
          {
            location: "engine",
            name: Buffer.from(name).toString("latin1"),
            value: Buffer.from(body).toString("latin1"),
          },
        ]);
      }),
    );
  });

  it("takes libmodsecurity's whole request apart: headers, two line feeds, raw body", () => {
    const { parts } = read(["request", "Host: a\nContent-Type: text/plain\nX:\n\n\n\nbody\n\n"]);
    expect(parts.headers).toEqual([
      { name: "Host", value: "a" },
      { name: "Content-Type", value: "text/plain" },
      { name: "X", value: "" },
    ]);
    expect(parts.body?.toString()).toBe("\nbody\n\n");
  });

  it("takes an ordinary header block apart as well, and one without a body", () => {
    expect(read(["request", "Host: a\r\n\r\nbody"]).parts.body?.toString()).toBe("body");
    expect(read(["request", "Host: a\n\n\n"]).parts.body).toBeUndefined();
    expect(read(["request", ""]).parts.headers).toEqual([]);
  });

  it("reads a request line without protocol", () => {
    const { parts } = readVerdictFields(
      write([
        ["version", "1"],
        ["id", "a"],
        ["line", "GET /a"],
      ]),
    );
    expect(parts).toMatchObject({ method: "GET", uri: "/a" });
    expect(parts.protocol).toBeUndefined();
  });

  it.each([
    ["an empty message", "", "bad_request"],
    ["another first field", "id 1\na\n", "bad_request"],
    ["a newer version", "version 1\n2\n", "unsupported_version"],
    ["no id", "version 1\n1\nline 5\nGET /\n", "bad_request"],
    ["no request line", "version 1\n1\nid 1\na\n", "bad_request"],
    ["a length beyond the end", "version 1\n1\nid 99\na\n", "bad_request"],
    ["a huge length", `version 1\n1\nid ${"9".repeat(400)}\na\n`, "bad_request"],
    ["a negative length", "version 1\n1\nid -1\na\n", "bad_request"],
    ["no length", "version 1\n1\nid \na\n", "bad_request"],
    ["no line feed after the bytes", "version 1\n1\nid 1\nab\n", "bad_request"],
    ["no key", "version 1\n1\n 1\na\n", "bad_request"],
    ["a key without end", `version 1\n1\n${"k".repeat(100)} 1\na\n`, "bad_request"],
    ["a third length", "version 1\n1\nheader 1 1 1\nabc\n", "bad_request"],
  ])("refuses %s", (_what, message, code) => {
    expect(() => readVerdictFields(Buffer.from(message, "latin1"))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ["mode", "shadow"],
    ["deadline", "5e1"],
    ["deadline", ""],
    ["client", "host"],
    ["crs-paranoia", "9"],
    ["crs-threshold", "0"],
    ["line", "GET"],
    ["request", "Host"],
    ["request", ": x\n\n"],
  ])("refuses %s as %j", (key, value) => {
    expect(() => read([key, value])).toThrow(expect.objectContaining({ code: "bad_value" }));
  });

  it("refuses a rule or a category without a proper name", () => {
    expect(() => read(["rule", "x", "ARGS"])).toThrow(ArbiterError);
    expect(() => read(["crs-category", "__proto__", "1"])).toThrow(ArbiterError);
  });

  it("refuses a flood of fields", () => {
    const flood = Array.from({ length: 20_000 }, (): Field => ["x", ""]);
    expect(() => read(...flood)).toThrow(expect.objectContaining({ code: "too_many" }));
  });

  it("never throws anything but a refusal, wherever a message is cut or changed", () => {
    const whole = write([
      ...least,
      ["header", "Host", "a"],
      ["request", "A: b\n\n\nx"],
      ["rule", "942100", "ARGS:q"],
    ]);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(whole);
        changed[Math.min(at, changed.length - 1)] = byte;
        for (const message of [whole.subarray(0, at), changed]) {
          try {
            readVerdictFields(message);
          } catch (error) {
            expect(error).toBeInstanceOf(ArbiterError);
          }
        }
      }),
    );
  });
});

describe("the reply line", () => {
  const verdict: Verdict = {
    id: "YvN",
    verdict: "attack",
    probability: 0.987,
    points: 5,
    attackType: "sqli",
    reasons: [{ where: "query:q", what: '\' OR "1"%{tx.x}\n\u202e', why: "reads like SQL injection" }],
    partial: true,
    model: "m",
  };

  it("is one line of printable ASCII that cannot end a log field or hold a macro", () => {
    expect(writeVerdictLine(verdict)).toBe(
      "arbiter/1 YvN attack 99 5 sqli 1 query:q: reads like SQL injection: _ OR _1_%_tx.x}??\n",
    );
  });

  it("says what there is to say without reasons, and with negative points", () => {
    expect(
      writeVerdictLine({
        ...verdict,
        verdict: "pass",
        points: -5,
        attackType: null,
        reasons: [],
        partial: false,
        id: "",
      }),
    ).toBe("arbiter/1 - pass 99 -5 - 0 -\n");
  });

  it("is short, whatever the reason and the id", () => {
    const long = {
      ...verdict,
      id: "i".repeat(5_000),
      reasons: [{ where: "w".repeat(5_000), what: "", why: "" }],
    };
    expect(writeVerdictLine(long).length).toBeLessThan(500);
  });
});
