import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { MissingPart, Transaction, WafState } from "../../src/transaction/transaction.ts";
import { missingParts } from "../../src/transaction/transaction.ts";
import type { Decision, Points } from "../../src/verdict/decide.ts";
import { decide, defaultPoints } from "../../src/verdict/decide.ts";
import type { Mode } from "../../src/verdict/verdict.ts";
import { modes } from "../../src/verdict/verdict.ts";

const point = { suspect: 0.5, attack: 0.9 };

/** CRS over its threshold because of one rule for each of the variables; undefined: the WAF could not say which. */
function crs(variables: readonly (string | undefined)[], score = 5): WafState {
  const rules = variables.map((_, index) => 942_100 + index);
  const matched = Object.fromEntries(
    variables.flatMap((variable, index) => (variable === undefined ? [] : [[942_100 + index, variable]])),
  );
  return { score, threshold: 5, paranoiaLevel: 1, categories: {}, rules, matched };
}

const build = (parts: Partial<RequestParts> = {}): Transaction =>
  buildTransaction({ method: "POST", uri: "/?q=1", headers: [], ...parts });

function decision(
  transaction: Transaction,
  options: { probability?: number; exhausted?: boolean; mode?: Mode; points?: Points } = {},
): Decision {
  const { probability = 0.1, exhausted = false, mode = "second-opinion", points = defaultPoints } = options;
  return decide(transaction, probability, exhausted, point, mode, points);
}

describe("the word follows the probability", () => {
  test.each([
    [0, "pass", 0],
    [0.499, "pass", 0],
    [0.5, "suspect", 3],
    [0.899, "suspect", 3],
    [0.9, "attack", 5],
    [1, "attack", 5],
  ])("%d is a %s", (probability, verdict, points) => {
    for (const mode of modes)
      expect(decision(build(), { probability, mode })).toEqual({ verdict, points, partial: false });
  });

  test("a higher probability never gives a milder word", () => {
    const order = ["pass", "suspect", "attack"];
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const word = (probability: number): number =>
          order.indexOf(decision(build(), { probability }).verdict);
        expect(word(Math.max(a, b))).toBeGreaterThanOrEqual(word(Math.min(a, b)));
      }),
    );
  });
});

describe("points", () => {
  const points = { pass: -5, suspect: 1, attack: 9 };

  test("are those of the caller", () => {
    expect(decision(build(), { points }).points).toBe(-5);
    expect(decision(build(), { points, probability: 0.6 }).points).toBe(1);
    expect(decision(build(), { points, probability: 0.95 }).points).toBe(9);
  });

  test("are never negative for a request that was not inspected whole", () => {
    const partial = build({ missing: ["files"] });
    expect(decision(partial, { points, mode: "scoring" })).toEqual({
      verdict: "pass",
      points: 0,
      partial: true,
    });
    expect(decision(build(), { points, mode: "scoring", exhausted: true }).points).toBe(0);
  });
});

describe("an attack found in a part is an attack, whatever was missing", () => {
  test.each(missingParts.map((part) => [part]))("missing: %s", (part) => {
    const transaction = build({ missing: [part], waf: crs([undefined]) });
    expect(decision(transaction, { probability: 0.95 })).toEqual({
      verdict: "attack",
      points: 5,
      partial: true,
    });
    expect(decision(transaction, { probability: 0.6 }).verdict).toBe("suspect");
  });
});

describe("a pass overrules CRS in second opinion", () => {
  test("where the whole request was inspected, whatever matched", () => {
    for (const variable of ["ARGS:q", "REQUEST_BODY", "XML:/*", undefined])
      expect(decision(build({ waf: crs([variable]) })).verdict).toBe("pass");
  });

  const json = {
    headers: [{ name: "Content-Type", value: "application/json" }],
    body: Buffer.from('{"a":"1"}'),
  };
  const form = {
    headers: [{ name: "Content-Type", value: "application/x-www-form-urlencoded" }],
    body: Buffer.from("b=1"),
  };
  const engine = { arguments: [{ location: "engine", name: "b", value: "1" }] } as const;
  const handedOver = (name: string) => ({ arguments: [{ location: "engine", name, value: "v" }] }) as const;
  const xml = handedOver("XML:/*");
  const part = handedOver("MULTIPART_PART_HEADERS:f");
  const file = { arguments: [{ location: "file", name: "f", value: "x.txt" }] } as const;

  describe("where the rest is missing, but everything that matched was read", () => {
    test.each<[string, readonly string[], readonly MissingPart[], Partial<RequestParts>]>([
      ["the target", ["REQUEST_URI", "QUERY_STRING", "ARGS_GET:q", "ARGS_GET_NAMES:q"], ["body"], {}],
      [
        "the request line",
        ["REQUEST_LINE", "REQUEST_METHOD", "REQUEST_PROTOCOL", "REQUEST_FILENAME", "REQUEST_BASENAME"],
        ["body"],
        {},
      ],
      ["the client", ["REMOTE_ADDR"], ["body", "headers"], {}],
      ["a header", ["REQUEST_HEADERS:User-Agent"], ["body"], {}],
      ["a cookie", ["REQUEST_COOKIES:c", "REQUEST_COOKIES_NAMES:c"], ["body-tail"], {}],
      ["an argument of the query, the files' content missing", ["ARGS:q"], ["files"], {}],
      [
        "an argument of a form, the headers missing",
        ["ARGS:b", "ARGS_POST:b", "ARGS_NAMES:b"],
        ["headers"],
        form,
      ],
      ["an argument of JSON", ["ARGS:a"], ["xml"], json],
      ["an argument that the engine parsed", ["ARGS:b"], ["files"], engine],
      ["a file's name", ["FILES:f", "FILES_NAMES:f"], ["files"], file],
      ["the body, the headers missing", ["REQUEST_BODY"], ["headers"], form],
      ["XML texts that the engine handed over", ["XML", "XML:/*"], ["xml"], xml],
      ["part headers that the engine handed over", ["MULTIPART_PART_HEADERS:f"], ["files"], part],
      ["names in small letters", ["request_headers:user-agent", "args:q"], ["files"], {}],
    ])("%s", (_, matched, missing, parts) => {
      expect(decision(build({ ...parts, missing, waf: crs(matched) }))).toEqual({
        verdict: "pass",
        points: 0,
        partial: true,
      });
    });
  });

  describe("and is unavailable where something that matched was not read", () => {
    test.each<[string, readonly (string | undefined)[], readonly MissingPart[], Partial<RequestParts>]>([
      ["an argument of a missing body", ["ARGS:b"], ["body"], {}],
      ["an argument whose name is in the query and may be in the missing body", ["ARGS:q"], ["body"], {}],
      ["an argument whose name may repeat behind the cut", ["ARGS:b"], ["body-tail"], form],
      ["an argument of the engine's list that was cut", ["ARGS:b"], ["body-tail"], engine],
      ["an argument that nobody has seen", ["ARGS:other"], ["headers"], form],
      ["an argument while arguments are missing", ["ARGS:q"], ["arguments"], {}],
      ["a header while headers are missing", ["REQUEST_HEADERS:Referer"], ["headers"], {}],
      ["a cookie while headers are missing", ["REQUEST_COOKIES:c"], ["headers"], {}],
      ["the body itself", ["REQUEST_BODY"], ["body"], {}],
      ["the body behind the cut", ["REQUEST_BODY"], ["body-tail"], form],
      ["XML", ["XML:/*"], ["xml"], {}],
      ["XML of which the engine handed over only arguments", ["XML"], ["xml"], engine],
      ["part headers of another part", ["MULTIPART_PART_HEADERS:g"], ["files"], part],
      ["the content of a file", ["FILES_TMP_CONTENT:f"], ["files"], file],
      ["a file that nobody has seen", ["FILES:other"], ["files"], file],
      ["a file's name behind the cut", ["FILES:f"], ["body-tail"], file],
      ["a variable of which nothing is known", ["TX:0"], ["body"], {}],
      ["a rule without a variable", [undefined], ["files"], {}],
      ["one rule of two", ["REQUEST_URI", "REQUEST_BODY"], ["body"], {}],
      ["one rule of two without a variable", ["REQUEST_URI", undefined], ["files"], {}],
      ["no rule at all", [], ["files"], {}],
    ])("%s", (_, matched, missing, parts) => {
      expect(decision(build({ ...parts, missing, waf: crs(matched) }))).toEqual({
        verdict: "unavailable",
        points: 0,
        partial: true,
      });
    });

    test("where the WAF says nothing of itself", () => {
      expect(decision(build({ missing: ["files"] })).verdict).toBe("unavailable");
    });
  });

  describe("and is unavailable where the request may read otherwise to its application", () => {
    const waf = crs(["REQUEST_URI"]);
    test.each<[string, Partial<RequestParts>]>([
      ["a broken body", { ...json, body: Buffer.from('{"a":') }],
      ["an ambiguous body", { ...form, headers: [...form.headers, ...form.headers] }],
      [
        "a foreign character set",
        { ...form, headers: [{ name: "Content-Type", value: "text/plain; charset=utf-7" }] },
      ],
      ["a compressed body", { ...form, headers: [{ name: "Content-Encoding", value: "gzip" }] }],
      ["too many parameters", { uri: `/?${"a=1&".repeat(1001)}` }],
    ])("%s", (_, parts) => {
      expect(decision(build({ ...parts, waf }))).toEqual({
        verdict: "unavailable",
        points: 0,
        partial: true,
      });
    });

    test("decoding that did not end", () => {
      expect(decision(build({ waf }), { exhausted: true }).verdict).toBe("unavailable");
    });
  });
});

describe("the other modes", () => {
  const partial = (score: number): Transaction =>
    build({ missing: ["body"], waf: crs(["REQUEST_BODY"], score) });

  test("scoring passes what it has seen, since it only adds points", () => {
    expect(decision(partial(5), { mode: "scoring" })).toEqual({ verdict: "pass", points: 0, partial: true });
  });

  test("general passes a partial request that CRS lets through, and is unavailable where CRS would block", () => {
    expect(decision(partial(4), { mode: "general" }).verdict).toBe("pass");
    expect(decision(partial(5), { mode: "general" }).verdict).toBe("unavailable");
    expect(decision(build({ missing: ["body"] }), { mode: "general" }).verdict).toBe("pass");
  });
});

test("no variable and no missing part makes it throw, and only a whole request or a seen match is passed", () => {
  const variable = fc.oneof(
    fc.constantFrom("ARGS:q", "REQUEST_URI", "XML", "FILES:f", "REQUEST_BODY", ":", "ARGS", "__proto__"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(variable, { maxLength: 3 }), fc.subarray([...missingParts]), (matched, missing) => {
      const { verdict, partial } = decision(build({ missing, waf: crs(matched) }));
      expect(["pass", "unavailable"]).toContain(verdict);
      expect(partial).toBe(missing.length > 0);
      if (!partial) expect(verdict).toBe("pass");
      if (partial && matched.length === 0) expect(verdict).toBe("unavailable");
    }),
  );
});
