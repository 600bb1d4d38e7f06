import { describe, expect, test } from "vitest";
import { parseDetector } from "../../src/detector/detector-file.ts";
import { boundedLogit, largestLogit, leastLogit } from "../../src/detector/readings.ts";
import type { WorstText } from "../../src/detector/text-judge.ts";
import { largestRelief, textJudge } from "../../src/detector/text-judge.ts";
import { maxFoldBytes } from "../../src/features/fold.ts";
import type { Text } from "../../src/features/texts.ts";
import type { ParameterHistory } from "../../src/profiles/parameter-history.ts";
import { tinyDetectorFile } from "../training/tiny-traffic.ts";

const judge = textJudge(parseDetector(tinyDetectorFile()));

const textOf = (text: string): Text => ({
  parameter: { location: "query", name: "q", value: text },
  isName: false,
  place: "value",
  view: "decoded",
  text,
  from: 0,
  until: text.length,
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

describe("the history of a parameter", () => {
  const history = (familiar: boolean, raise = 0): ParameterHistory => ({
    isFamiliar: () => familiar,
    raiseOf: () => raise,
    describe: () => undefined,
  });
  const found = (
    texts: readonly Text[],
    historyOf: (text: Text) => ParameterHistory | undefined,
  ): WorstText => judge.findWorst(texts, historyOf);

  test("changes nothing where nothing is known", () => {
    expect(found([harmless, hostile], () => undefined)).toEqual(judge.findWorst([harmless, hostile]));
    expect(found([hostile], () => history(false)).shift).toBe(0);
  });

  test("lowers the odds where its pieces are familiar, down to a bound", () => {
    expect(found([hostile], () => history(true)).shift).toBe(-largestRelief);
  });

  test("excuses no address inside, and what stands far from one", () => {
    const inside = textOf(`${hostile.text} http://127.0.0.1/`);
    expect(found([inside], () => history(true)).shift).toBeGreaterThanOrEqual(0);
    const far = textOf(`http://127.0.0.1/ ${"plain words ".repeat(40)} ${hostile.text}`);
    expect(found([far], () => history(true)).shift).toBe(-largestRelief);
  });

  test("raises them where such texts are rare, and not where they are familiar", () => {
    expect(found([hostile], () => history(false, 1.2)).shift).toBeCloseTo(1.2, 9);
    expect(found([harmless], () => history(false, 1.2)).shift).toBe(0);
  });

  test("decides which text is the worst", () => {
    const other = textOf("x' union select null,pass from v--");
    const [first, second] = [judge.findWorst([hostile]), judge.findWorst([other])];
    const worse = first.letters + first.tokens > second.letters + second.tokens ? hostile : other;
    const familiar = (text: Text): ParameterHistory => history(text === worse);
    expect(found([hostile, other], familiar).text).not.toBe(worse);
    expect(found([other, hostile], familiar).text).not.toBe(worse);
  });

  test("raises a text above one that is worse by itself", () => {
    const other = textOf("zq' union select null,user from t--");
    const oddsOf = (text: Text): number => {
      const { letters, tokens } = judge.findWorst([text]);
      return letters + tokens;
    };
    const [worse, milder] = oddsOf(hostile) > oddsOf(other) ? [hostile, other] : [other, hostile];
    expect(oddsOf(worse) - oddsOf(milder)).toBeLessThan(1.4);
    for (const texts of [
      [worse, milder],
      [milder, worse],
    ])
      expect(found(texts, (text) => history(false, text === milder ? 1.5 : 0)).text).toBe(milder);
  });

  test("is taught the alarming pieces of a text, whether it is read at once or not", () => {
    for (const text of [hostile, textOf(`${"ab, ".repeat(5_000)}${hostile.text}`)]) {
      const known = new Set<string>();
      const lesson = {
        raiseOf: () => 0,
        describe: () => undefined,
        isFamiliar: (reading: string, bucket: number) => known.has(`${reading} ${bucket}`),
        notePiece: (reading: string, bucket: number) => void known.add(`${reading} ${bucket}`),
        noteValue: () => {},
      };
      expect(judge.teach(text, lesson)).toBe(true);
      expect(found([text], () => lesson).shift).toBe(-largestRelief);
    }
  });
});

describe("the description", () => {
  test("names the attack type and a piece of the text", () => {
    const { piece, attackType, isClear } = judge.describe(judge.findWorst([hostile]));
    expect(attackType).toBe("sqli");
    expect(isClear).toBe(true);
    expect(hostile.text).toContain(piece);
    const markup = judge.describe(judge.findWorst([textOf('"><img src=x onerror=alert(1)>')]));
    expect(markup.attackType).toBe("xss");
  });

  test("says where no type is clearly the likeliest", () => {
    expect(judge.describe(judge.findWorst([textOf("im////")])).isClear).toBe(false);
  });

  test("of no text is empty", () => {
    expect(judge.describe(judge.findWorst([]))).toEqual({
      piece: "",
      attackType: "other",
      isClear: false,
    });
  });
});

test.each([
  [-1e9, leastLogit],
  [0, 0],
  [1e9, largestLogit],
])("log-odds of %d are kept within the bounds", (logit, bounded) => {
  expect(boundedLogit(logit)).toBe(bounded);
});
