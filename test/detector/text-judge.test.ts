import { describe, expect, test } from "vitest";
import { parseDetector } from "../../src/detector/detector-file.ts";
import type { WorstText } from "../../src/detector/text-judge.ts";
import { boundedLogit, largestLogit, leastLogit, textJudge } from "../../src/detector/text-judge.ts";
import { maxFoldBytes } from "../../src/features/fold.ts";
import type { Text } from "../../src/features/texts.ts";
import { tinyDetectorFile } from "../training/tiny-traffic.ts";

const judge = textJudge(parseDetector(tinyDetectorFile()));

const textOf = (text: string): Text => ({
  parameter: { location: "query", name: "q", value: text },
  isName: false,
  place: "value",
  text,
});
const hostile = textOf("x' union select null,user from t--");
const harmless = textOf("green river");

describe("the worst text", () => {
  test("is found among harmless ones, wherever it stands", () => {
    for (const texts of [[hostile], [harmless, hostile], [hostile, harmless, harmless]])
      expect(judge.findWorst(texts).text).toBe(hostile);
  });

  test("is none where there is no text", () => {
    expect(judge.findWorst([])).toMatchObject({ letters: leastLogit, tokens: leastLogit, text: undefined });
  });

  test("is found in a long text, in whatever piece of it, and where one piece ends within it", () => {
    const within = (before: number): WorstText => {
      const long = textOf(`${"ab, ".repeat(before / 4)}${hostile.text}${" cd,".repeat(9_000)}`);
      const worst = judge.findWorst([harmless, long]);
      expect(worst.text).toBe(long);
      return worst;
    };
    const reference = within(4_000);
    for (let before = maxFoldBytes - 60; before < maxFoldBytes + 8; before += 4) {
      const worst = within(before);
      expect(Math.abs(worst.letters - reference.letters), `${before} bytes before it`).toBeLessThan(0.2);
      expect(Math.abs(worst.tokens - reference.tokens), `${before} bytes before it`).toBeLessThan(0.2);
    }
    expect(judge.describe(within(40_000)).piece).toMatch(/union|select|from/);
  });
});

describe("the description", () => {
  test("names the attack type and a piece of the text", () => {
    const { piece, attackType } = judge.describe(judge.findWorst([hostile]));
    expect(attackType).toBe("sqli");
    expect(hostile.text).toContain(piece);
    const markup = judge.describe(judge.findWorst([textOf('"><img src=x onerror=alert(1)>')]));
    expect(markup.attackType).toBe("xss");
  });

  test("of no text is empty", () => {
    expect(judge.describe(judge.findWorst([]))).toEqual({ piece: "", attackType: "other" });
  });
});

test.each([
  [-1e9, leastLogit],
  [0, 0],
  [1e9, largestLogit],
])("log-odds of %d are kept within the bounds", (logit, bounded) => {
  expect(boundedLogit(logit)).toBe(bounded);
});
