import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeDetector, readDetector } from "../../src/detector/detector.ts";
import { parseDetector } from "../../src/detector/detector-file.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Mode, Verdict } from "../../src/verdict/verdict.ts";
import { modes } from "../../src/verdict/verdict.ts";
import { tinyDetectorFile } from "../training/tiny-traffic.ts";

const file = tinyDetectorFile();
const detector = readDetector(file);

const get = (value: string, parts: Partial<RequestParts> = {}): ReturnType<typeof buildTransaction> =>
  buildTransaction({
    id: "r1",
    method: "GET",
    uri: `/?q=${encodeURIComponent(value)}`,
    headers: [],
    ...parts,
  });
const inspect = (value: string): Verdict => detector.inspect(get(value));

const injection = "river' union select null,user from t--";

describe("a verdict", () => {
  test("on an injection names the parameter, the piece and the kind", () => {
    const verdict = inspect(injection);
    expect(verdict).toMatchObject({
      id: "r1",
      verdict: "attack",
      points: 5,
      attackType: "sqli",
      partial: false,
      model: detector.id,
    });
    expect(verdict.probability).toBeGreaterThan(0.9);
    expect(verdict.reasons[0]!.where).toBe("query:q");
    expect(injection).toContain(verdict.reasons[0]!.what);
    expect(verdict.reasons[0]!.why).toContain("SQL");
  });

  test("on an ordinary value is a plain pass", () => {
    const verdict = inspect("green river");
    expect(verdict).toMatchObject({
      verdict: "pass",
      points: 0,
      attackType: null,
      reasons: [],
      partial: false,
    });
    expect(verdict.probability).toBeLessThan(0.5);
  });

  test("on plain words alone is a pass", () => {
    expect(inspect("hello")).toMatchObject({ verdict: "pass", attackType: null });
  });

  test("on a request that was not read whole says so and why", () => {
    const verdict = detector.inspect(get("green river", { missing: ["body"] }));
    expect(verdict).toMatchObject({
      verdict: "pass",
      partial: true,
      reasons: [{ where: "request", what: "missing_part" }],
    });
  });

  test("finds an attack in every place", () => {
    const value = encodeURIComponent(injection);
    const requests: Partial<RequestParts>[] = [
      { uri: `/${value}` },
      { uri: "/", headers: [{ name: "Cookie", value: `a=${value}` }] },
      { uri: "/", headers: [{ name: "Referer", value: injection }] },
      {
        uri: "/",
        method: "POST",
        headers: [{ name: "Content-Type", value: "application/json" }],
        body: Buffer.from(JSON.stringify({ a: [injection] })),
      },
      {
        uri: "/",
        method: "POST",
        headers: [{ name: "Content-Type", value: "text/xml" }],
        body: Buffer.from(`<a b="${injection}"/>`),
      },
      { uri: "/", arguments: [{ location: "engine", name: "a", value: injection }] },
      { uri: `/?${value}=1` },
    ];
    for (const parts of requests)
      expect(detector.inspect(get("", parts)).probability, JSON.stringify(parts)).toBeGreaterThan(0.5);
  });

  test("is the same behind any padding", () => {
    for (const length of [1_000, 20_000, 100_000]) {
      const verdict = inspect(
        `${"green river ".repeat(length / 12)}${injection}${" small house".repeat(20)}`,
      );
      expect(verdict.probability).toBeGreaterThan(0.9);
    }
  });

  test.each([
    ["percent", encodeURIComponent(encodeURIComponent(injection))],
    ["entities", [...injection].map((c) => `&#${c.charCodeAt(0)};`).join("")],
    ["escapes", [...injection].map((c) => `\\x${c.charCodeAt(0).toString(16)}`).join("")],
    ["full-width letters", injection.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
    ["Cyrillic look-alikes", injection.replaceAll("e", "е").replaceAll("o", "о")],
    ["case", injection.toUpperCase()],
    ["NULs", injection.replace("select", "sel\0ect")],
    ["base64", Buffer.from(injection).toString("base64")],
  ])("is the same for the attack in %s", (_, value) => {
    expect(inspect(value)).toMatchObject({ verdict: "attack", attackType: "sqli" });
  });

  test("shows reasons that no one can be harmed by, at most three", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const value = `' or 1=1--${Buffer.from(bytes).toString("latin1")}\x1b[31m\u202e`;
        const { reasons } = detector.inspect(
          buildTransaction({
            method: "GET",
            uri: "/",
            headers: [{ name: value, value }],
            missing: ["body", "xml"],
          }),
        );
        expect(reasons.length).toBeLessThanOrEqual(3);
        for (const { where, what, why } of reasons)
          expect(`${where}${what}${why}`).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
      }),
    );
  });
});

describe("what rules of CRS say", () => {
  const parts = parseDetector(file);
  const told = composeDetector(
    { ...parts, evidence: { signs: [930130, 942100], weights: [4, 0.2] } },
    "test",
  );
  const wafOf = (...rules: number[]): RequestParts["waf"] => ({
    score: 5,
    threshold: 5,
    paranoiaLevel: 1,
    categories: {},
    rules,
    matched: { 930130: "REQUEST_FILENAME" },
  });
  const judge = (rules: number[] | undefined, mode: Mode): Verdict =>
    told.inspect(get("green river", rules === undefined ? {} : { waf: wafOf(...rules)! }), { mode });

  test("counts in second opinion, and in no other mode", () => {
    for (const mode of modes) {
      const [without, with_] = [judge([], mode), judge([930130], mode)];
      if (mode === "second-opinion") expect(with_.probability).toBeGreaterThan(without.probability);
      else expect(with_).toEqual(without);
    }
  });

  test("turns the verdict where the texts are mute, and is the first reason then", () => {
    const point = { suspect: judge([942100], "second-opinion").probability + 1e-6, attack: 0.999_999 };
    const verdict = told.inspect(get("green river", { waf: wafOf(942100, 930130)! }), {
      mode: "second-opinion",
      operatingPoints: { "second-opinion": point },
    });
    expect(verdict.verdict).toBe("suspect");
    expect(verdict.reasons[0]).toMatchObject({ where: "REQUEST_FILENAME", what: "rule 930130" });
  });

  test("is worth nothing where CRS casts a wide net", () => {
    const at = (paranoiaLevel: number): number =>
      told.inspect(get("green river", { waf: { ...wafOf(930130)!, paranoiaLevel } }), {
        mode: "second-opinion",
      }).probability;
    expect(at(1)).toBeGreaterThan(at(2));
    expect([at(2), at(4)]).toEqual([judge([], "second-opinion").probability, at(2)]);
  });

  test("never lowers the probability, and may be missing or unknown", () => {
    const bare = judge(undefined, "second-opinion").probability;
    expect(judge([], "second-opinion").probability).toBe(bare);
    expect(judge([111], "second-opinion").probability).toBe(bare);
    expect(judge([930130, 942100], "second-opinion").probability).toBeGreaterThan(
      judge([930130], "second-opinion").probability,
    );
  });
});

test("a forest with a say counts, and one without changes nothing but what is computed", () => {
  const parts = parseDetector(file);
  const [letters, tokens] = parts.fusion.weights as [number, number];
  const withForest = (weight: number): number =>
    composeDetector(
      { ...parts, fusion: { ...parts.fusion, weights: [letters, tokens, weight] } },
      "test",
    ).inspect(get("green river")).probability;
  expect(withForest(1e-12)).toBeCloseTo(withForest(0), 9);
  expect(withForest(2)).toBeGreaterThan(withForest(0));
});

describe("the caller", () => {
  const transaction = get(injection);
  const { probability } = detector.inspect(transaction);

  test("may set the operating point of a mode, and the others keep theirs", () => {
    const suspect = (1 + probability) / 2;
    const operatingPoints = { scoring: { suspect, attack: (1 + suspect) / 2 } };
    const words = modes.map((mode) => detector.inspect(transaction, { mode, operatingPoints }).verdict);
    expect(words).toEqual(["attack", "pass", "attack"]);
  });

  test("may set the points", () => {
    expect(detector.inspect(transaction, { points: { pass: 0, suspect: 1, attack: 7 } }).points).toBe(7);
  });

  test("gets the general mode without asking", () => {
    expect(detector.inspect(transaction)).toEqual(detector.inspect(transaction, { mode: "general" }));
  });
});

describe("inspecting", () => {
  test("gives the same verdict again, whatever came in between", () => {
    const first = inspect(injection);
    for (const value of ["x", "<script>", "a".repeat(50_000), ""]) inspect(value);
    expect(inspect(injection)).toEqual(first);
    expect(composeDetector(parseDetector(file), detector.id).inspect(get(injection))).toEqual(first);
  });

  test("changes nothing of the transaction", () => {
    const transaction = get(injection, { body: Buffer.from("a=1") });
    const before = structuredClone(transaction);
    detector.inspect(transaction);
    expect(structuredClone(transaction)).toEqual(before);
  });

  test("never throws, and the probability is one", () => {
    const pair = fc.tuple(fc.uint8Array({ maxLength: 10 }), fc.uint8Array({ maxLength: 80 }));
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.array(pair, { maxLength: 4 }),
        fc.uint8Array(),
        fc.constantFrom(...modes),
        (uri, headers, body, mode) => {
          const { probability } = detector.inspect(
            buildTransaction({
              method: "POST",
              uri: text(uri),
              headers: headers.map(([name, value]) => ({ name: text(name), value: text(value) })),
              body,
            }),
            { mode },
          );
          expect(probability >= 0 && probability <= 1).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("votes of other models", () => {
  const calm = get("green river");
  const point = { suspect: 0.3, attack: 0.8 };
  const vote = (score: number, weight = 0.9) => ({
    votes: [{ name: "mine", score, weight }],
    operatingPoints: { general: point, "second-opinion": point },
  });

  test("raise a verdict, and are said first where they alone did", () => {
    const verdict = detector.inspect(calm, vote(1));
    expect(["suspect", "attack"]).toContain(verdict.verdict);
    expect(verdict.reasons[0]).toMatchObject({ where: "model:mine", what: "score 1.00" });
    expect(verdict.reasons.length).toBeLessThanOrEqual(3);
  });

  test("lower a verdict, and are no reason then", () => {
    const verdict = detector.inspect(get(injection), vote(0, 1));
    expect(verdict).toMatchObject({ verdict: "pass", reasons: [] });
  });

  test("change nothing where there are none", () => {
    for (const value of ["green river", injection])
      expect(detector.inspect(get(value), { votes: [] })).toEqual(inspect(value));
  });

  test("lift no alarm on a request that was not read whole", () => {
    const request = get(injection, { missing: ["body"] });
    const options = { mode: "second-opinion", ...vote(0, 1) } as const;
    expect(detector.inspect(request, options).verdict).toBe("unavailable");
  });
});
