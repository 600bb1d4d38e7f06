import { describe, expect, test } from "vitest";
import type { Example } from "../../src/training/dataset.ts";
import { sourceWeights, textBags } from "../../src/training/text-bags.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

function example(source: string, attack: boolean, ...texts: string[]): Example {
  return {
    source,
    attack,
    attackClass: attack ? 0 : -1,
    texts: texts.map((text) => ({
      text,
      from: 0,
      until: text.length,
      place: "value" as const,
      view: "decoded" as const,
      letters: bytes(text),
      tokens: bytes(`t${text}`),
    })),
    row: new Float64Array(1),
    alarms: [],
  };
}

const wordsOf = (bags: ReturnType<typeof textBags>): string[][] =>
  bags.map(({ texts }) => texts.map((text) => Buffer.from(text).toString("latin1")));

describe("the bags", () => {
  test("of ordinary requests hold one text each, shown as often as the root of the requests that have it", () => {
    const rows = Array.from({ length: 9 }, (_, i) => example("shop", false, "accept", `value ${i}`));
    const bags = wordsOf(textBags(rows, "letters"));
    expect(bags.filter(([text]) => text === "accept")).toHaveLength(3);
    expect(bags.filter(([text]) => text!.startsWith("value"))).toHaveLength(9);
  });

  test("show texts of false alarms more often, however rare", () => {
    const netted = { ...example("shop", false, "post"), alarms: [{ level: 2, rules: [942430] }] };
    const alarming = { ...example("shop", false, "post"), alarms: [{ level: 1, rules: [942100] }] };
    const bags = wordsOf(textBags([alarming, netted, example("shop", false, "x y")], "letters"));
    expect(bags.filter(([text]) => text === "post")).toHaveLength(4);
    expect(bags.filter(([text]) => text === "x y")).toHaveLength(1);
  });

  test("of attacks leave out what ordinary requests hold too", () => {
    const bags = textBags(
      [example("shop", false, "agent"), example("list", true, "agent", "' or 1=1")],
      "letters",
    );
    expect(wordsOf(bags.filter(({ attack }) => attack))).toEqual([["' or 1=1"]]);
  });

  test("of attacks leave out the carrier that many of one source share, and an attack that is nothing else", () => {
    const rows = Array.from({ length: 30 }, (_, i) => example("tool", true, "tool agent", `attack ${i}`));
    const bags = wordsOf(textBags([...rows, example("tool", true, "tool agent")], "letters"));
    expect(bags).toEqual(rows.map((_, i) => [`attack ${i}`]));
  });

  test("are of the reading that is asked for", () => {
    expect(wordsOf(textBags([example("shop", false, "a")], "tokens"))).toEqual([["ta"]]);
  });

  test("of a source with very many texts weigh less, but not nothing", () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => example("loud", false, `text ${i}`));
    const weights = new Set(
      textBags([...rows, example("quiet", false, "x")], "letters").map(({ weight }) => weight),
    );
    expect([...weights]).toEqual([0.2, 1]);
  });
});

test("a source weighs as if it had no more rows of a label than its cap", () => {
  const loud = Array.from({ length: 12_000 }, () => example("loud", true, "x"));
  const weightOf = sourceWeights([...loud, example("loud", false, "y")]);
  expect(weightOf(loud[0]!)).toBe(0.5);
  expect(weightOf(example("loud", false, "y"))).toBe(1);
});
