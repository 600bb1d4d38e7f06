import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Plain } from "../../src/models/model.ts";
import {
  fitTfidfLinear,
  tfidfLinear,
  tfidfLinearDefaults,
  tfidfLinearScorer,
} from "../../src/models/tfidf-linear.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

interface Reference {
  readonly texts: readonly string[];
  readonly labels: readonly number[];
  readonly trained: number;
  readonly words: Fitted;
  readonly characters: Fitted;
}
interface Fitted {
  readonly terms: readonly string[];
  readonly weights: readonly number[];
  readonly bias: number;
  readonly probability: readonly number[];
  readonly auc: number;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/tfidf.json", import.meta.url), "utf8"),
) as Reference;
const { texts, trained } = reference;
const labels = Uint8Array.from(reference.labels);

describe.each(["words", "characters"] as const)("against scikit-learn, %s", (analyzer) => {
  const expected = reference[analyzer];
  const model = fitTfidfLinear(texts.slice(0, trained), labels.subarray(0, trained), {
    ...tfidfLinearDefaults,
    analyzer,
    terms: expected.terms.length,
  });

  test("the weights are its weights", () => {
    expect(model.bias).toBeCloseTo(expected.bias, 3);
    for (const [term, weight] of expected.weights.entries())
      expect(model.weights[term], model.terms[term]).toBeCloseTo(weight, 3);
  });

  test("and so are the probabilities of unseen texts, and what they tell apart", () => {
    const score = tfidfLinearScorer(model);
    const scores = texts.slice(trained).map(score);
    for (const [index, probability] of expected.probability.entries())
      expect(scores[index]).toBeCloseTo(probability, 4);
    const of = (label: number): Float64Array =>
      Float64Array.from(scores.filter((_, index) => labels[trained + index] === label));
    expect(Math.abs(areaUnderRoc(of(0), of(1))! - expected.auc)).toBeLessThan(0.002);
  });
});

test("a text without any term gets the odds of the bias", () => {
  const model = fitTfidfLinear(["aa", "bb"], Uint8Array.of(0, 1), {
    ...tfidfLinearDefaults,
    analyzer: "words",
  });
  expect(tfidfLinearScorer(model)("")).toBe(1 / (1 + Math.exp(-model.bias)));
});

test("two words by hand: the loss is least where the weight is what the error leaves", () => {
  const model = fitTfidfLinear(["aa", "bb"], Uint8Array.of(0, 1), {
    ...tfidfLinearDefaults,
    analyzer: "words",
  });
  // By symmetry the bias is 0; each weight w solves w = 1 / (1 + e^w).
  expect(model.bias).toBeCloseTo(0, 9);
  expect(model.weights[1]).toBeCloseTo(0.40105813754, 6);
  expect(model.weights[0]).toBeCloseTo(-0.40105813754, 6);
});

describe("a state from a file is refused", () => {
  const fitted = tfidfLinear.fit([["aa"], ["bb", "cc"]], Uint8Array.of(0, 1), seededRandom(1));
  const state = fitted as unknown as Readonly<Record<string, Plain>>;

  test("only where it is wrong", () => {
    expect(tfidfLinear.check(state)).toEqual(fitted);
  });

  test.each<[string, Record<string, Plain>]>([
    ["a weight too few", { weights: fitted.weights.subarray(1) }],
    ["a weight beyond measure", { weights: fitted.weights.map(() => 1e7) }],
    ["a bias beyond measure", { bias: -1e9 }],
    ["a vocabulary that is none", { analyzer: "lines" }],
    ["terms that are numbers", { terms: fitted.terms.map((_, i) => i) }],
  ])("%s", (_, change) => {
    expect(() => tfidfLinear.check({ ...state, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
