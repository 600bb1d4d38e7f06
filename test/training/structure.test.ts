import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillStructure, largestCorrection, structureColumns } from "../../src/detector/readings.ts";
import { seededRandom } from "../../src/random.ts";
import type { ExampleText } from "../../src/training/dataset.ts";
import type { ReadExample, ReadText } from "../../src/training/structure.ts";
import { correctionOf, fitStructure, textReader } from "../../src/training/structure.ts";
import { train } from "../../src/training/train.ts";
import { tinyDataset, tinyRows } from "./tiny-traffic.ts";

/** A text on which both text models cannot make up their minds. */
function read(text: string, letters = 0, tokens = 0): ReadText {
  const row = new Float64Array(structureColumns);
  fillStructure(text, "decoded", { letters, tokens }, row);
  return { letters, tokens, row: Float32Array.from(row), attackClass: 0 };
}

function examples(count: number): ReadExample[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, (_, index) => {
    const attack = index % 2 === 0;
    const n = Math.floor(random.next() * 1_000);
    const text = attack ? `x' or ${n}=${n} -- ` : `it's ${n} o'clock, isn't it`;
    return { texts: [read(text)], attack, weight: 1, offsetOf: () => 0 };
  });
}

describe("trees of structure", () => {
  const trees = fitStructure(examples(2_000), seededRandom(1));

  test("tell apart what the text models could not", () => {
    expect(correctionOf(trees, read("y' or 'a'='a"))).toBeGreaterThan(1);
    expect(correctionOf(trees, read("it's 12 o'clock"))).toBeLessThan(-1);
  });

  test("add nothing to a text that is harmless whatever it holds", () => {
    expect(correctionOf(trees, { letters: -4, tokens: -4, row: undefined, attackClass: 0 })).toBe(0);
  });

  test("stay within their bounds, and never fall where letters or tokens are more suspicious", () => {
    const logit = fc.double({ min: -4, max: 30, noNaN: true });
    fc.assert(
      fc.property(logit, logit, logit, fc.constantFrom("x' or 1=1", "it's 5 o'clock"), (a, b, more, text) => {
        const least = correctionOf(trees, read(text, Math.min(a, more), b));
        const most = correctionOf(trees, read(text, Math.max(a, more), b));
        expect(most).toBeGreaterThanOrEqual(least);
        expect(Math.abs(least)).toBeLessThanOrEqual(largestCorrection);
      }),
    );
  });

  test("are none where a label is missing", () => {
    const benign = examples(100).filter(({ attack }) => !attack);
    expect(correctionOf(fitStructure(benign, seededRandom(1)), read("x' or 1=1"))).toBe(0);
  });
});

test("the most suspicious texts of an example come first, three of them at most", () => {
  const dataset = tinyDataset(tinyRows(60));
  const { parts } = train(dataset, { seed: 1, madeWith: "test" });
  const readTexts = textReader(parts);
  const texts = dataset.examples.flatMap((example): readonly ExampleText[] => example.texts).slice(0, 20);
  const found = readTexts(texts);
  expect(found).toHaveLength(3);
  const sums = found.map(({ letters, tokens }) => letters + tokens);
  expect(sums).toEqual([...sums].sort((a, b) => b - a));
  const alone = texts.map((text) => readTexts([text])[0]!).map(({ letters, tokens }) => letters + tokens);
  expect(sums[0]).toBe(Math.max(...alone));
});
