import { describe, expect, test } from "vitest";
import { counts, countsTfidfForest } from "../../src/models/counts-tfidf-forest.ts";
import type { Plain } from "../../src/models/model.ts";
import { seededRandom } from "../../src/random.ts";

const words = "red green blue small large house garden river lamp window paper summer".split(" ");
const random = seededRandom(5);
const phrase = (): string =>
  Array.from({ length: 3 + random.below(4) }, () => words[random.below(12)]).join(" ");
const texts = Array.from({ length: 300 }, () => [phrase(), phrase()]);
const fitted = countsTfidfForest.fit(texts, new Uint8Array(texts.length), seededRandom(1));
const score = countsTfidfForest.scorer(fitted);

test("the forest reads ten counts and the terms", () => {
  expect(counts).toBe(10);
  expect(fitted.forest.features).toBe(10 + fitted.vocabulary.terms.length);
  expect(fitted.vocabulary.terms).toContain("red green");
  expect(Math.max(...fitted.forest.feature)).toBeGreaterThanOrEqual(10);
});

test("about a tenth of what it was fitted on lies above the boundary", () => {
  const above = texts.filter((text) => score(text) > fitted.boundary).length;
  expect(above / texts.length).toBeGreaterThan(0.08);
  expect(above / texts.length).toBeLessThan(0.12);
});

test("what makes it miss attacks: a text without known words is at the quiet end of most of its columns", () => {
  const usual = score(["green lamp river", "house window red"]);
  expect(score(["green lamp' OR (1=1);-- %3Cscript%3E <b>", "{{7*7}}"])).toBeLessThan(usual);
});

describe("a state from a file is refused", () => {
  const state = fitted as unknown as Readonly<Record<string, Plain>>;

  test("only where it is wrong", () => {
    expect(countsTfidfForest.check(state)).toEqual(fitted);
  });

  test.each<[string, Record<string, Plain>]>([
    ["no vocabulary", { vocabulary: null }],
    ["no forest", { forest: 1 }],
    ["a forest of other columns", { forest: { ...fitted.forest, features: 2000 } as unknown as Plain }],
    ["a boundary beyond all scores", { boundary: 2 }],
  ])("%s", (_, change) => {
    expect(() => countsTfidfForest.check({ ...state, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
