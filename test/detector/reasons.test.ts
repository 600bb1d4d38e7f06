import { describe, expect, test } from "vitest";
import { evidenceReason, problemReason, shapeReason, textReason } from "../../src/detector/reasons.ts";
import type { Text } from "../../src/features/texts.ts";
import type { Location } from "../../src/transaction/transaction.ts";
import { attackTypes } from "../../src/verdict/verdict.ts";

const textAt = (location: Location, name: string, isName = false): Text => ({
  parameter: { location, name, value: "v" },
  isName,
  place: "value",
  view: "decoded",
  text: "v",
  from: 0,
  until: 1,
});

describe("where", () => {
  test.each<[string, Text]>([
    ["query:q", textAt("query", "q")],
    ["header:User-Agent", textAt("header", "User-Agent")],
    ["json:a.b.0", textAt("json", "a.b.0")],
    ["query name:<x>", textAt("query", "<x>", true)],
    ["path", textAt("path", "")],
    ["body", textAt("body", "")],
  ])("%s", (where, text) => {
    expect(textReason(text, "v", "sqli").where).toBe(where);
  });

  test("a long name is cut", () => {
    expect(textReason(textAt("query", "n".repeat(5000)), "v", "sqli").where.length).toBeLessThanOrEqual(80);
  });
});

test("the piece is shown trimmed, cut, and without control characters", () => {
  expect(textReason(textAt("query", "q"), "  \x00<b>\x1b \n", "xss").what).toBe("\\u0000<b>\\u001b");
  expect(textReason(textAt("query", "q"), "x".repeat(5000), "xss").what.length).toBeLessThanOrEqual(81);
});

test("every attack type has words of its own", () => {
  const words = attackTypes.map((type) => textReason(textAt("query", "q"), "v", type).why);
  expect(new Set(words).size).toBe(attackTypes.length);
  for (const word of words) expect(word).toMatch(/^this piece reads like (an?|the|SQL|script|program) /);
});

test("a text that is odd in its parameter comes with what was expected there", () => {
  const expected = "240 values so far, all of them integers";
  expect(textReason(textAt("query", "q"), "v", "sqli", expected).why).toBe(
    `this piece reads like SQL injection, and is odd here: ${expected}`,
  );
  expect(textReason(textAt("query", "q"), "v", "unusual", expected).why).toBe(
    `this piece is odd here: ${expected}`,
  );
});

test("an unusual shape shows its score", () => {
  expect(shapeReason(0.6789)).toMatchObject({ where: "request", what: "anomaly 0.68" });
});

test("a problem shows its code and its detail", () => {
  expect(problemReason({ code: "body_malformed", detail: "the JSON body is broken" })).toEqual({
    where: "request",
    what: "body_malformed",
    why: "the JSON body is broken",
  });
});

describe("the reason of a rule", () => {
  const evidence = { signs: [920420, 930130, 942100], weights: [0.1, 2.5, 1] };

  test("names the one that weighs most, and the variable that it matched", () => {
    const matched = { 930130: "REQUEST_FILENAME", 942100: "ARGS:q" };
    expect(evidenceReason(evidence, [942100, 930130, 1], matched)).toMatchObject({
      where: "REQUEST_FILENAME",
      what: "rule 930130",
    });
    expect(evidenceReason(evidence, [942100], {})?.where).toBe("request");
  });

  test("is none where no rule weighs much", () => {
    expect(evidenceReason(evidence, [920420, 7], {})).toBeUndefined();
    expect(evidenceReason(evidence, [], {})).toBeUndefined();
  });

  test("shows a variable's name without control characters", () => {
    expect(evidenceReason(evidence, [942100], { 942100: `ARGS:\x1b${"n".repeat(500)}` })!.where).toMatch(
      /^ARGS:\\u001bn{1,80}…$/,
    );
  });
});
