import { describe, expect, test } from "vitest";
import {
  boundedLogit,
  isHarmless,
  isStartling,
  largestLogit,
  leastLogit,
  likeliestClass,
} from "../../src/detector/readings.ts";
import { fold, foldBuffers } from "../../src/features/fold.ts";

const folded = foldBuffers();
function isHarmlessText(text: string, tokens: number): boolean {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  fold(bytes, "value", 0, bytes.length, folded);
  return isHarmless(tokens, folded.symbols, folded.length);
}

describe("a text that is harmless by its tokens", () => {
  test.each<[string, number, boolean]>([
    ["x' or 1=1", -2.1, true],
    ["x' or 1=1", -1.9, false],
    ["two words, and 3 numbers.", -1.9, true],
    ["Zwei Wörter! in zwei-drei Sprachen", -0.6, true],
    ["two words", -0.5, false],
    ["two words", 3, false],
    ["it's", -1, false],
    ["a/b", -1, false],
    ["1=1", -1, false],
  ])("%s at %d: %s", (text, tokens, expected) => expect(isHarmlessText(text, tokens)).toBe(expected));
});

test("a text is startling from log-odds of -4 on", () => {
  expect(isStartling({ letters: -4, tokens: -0.1 })).toBe(false);
  expect(isStartling({ letters: -2, tokens: -2 })).toBe(true);
});

test("no text is startling that is harmless", () => {
  expect(isStartling({ letters: leastLogit, tokens: -0.5 })).toBe(false);
});

test("log-odds keep within their bounds", () => {
  expect([-50, 0, 50].map(boundedLogit)).toEqual([leastLogit, 0, largestLogit]);
});

test.each<[number[], number]>([
  [[0], 0],
  [[-2, 1, 0.5], 1],
  [[1, 1], 0],
])("the likeliest class of %j is %d", (odds, best) => {
  expect(likeliestClass(Float64Array.from(odds))).toBe(best);
});
