import { describe, expect, test } from "vitest";
import type { TextBag } from "../../src/models/fit-symbol-ngrams.ts";
import { fitSymbolNgrams, ngramDefaults } from "../../src/models/fit-symbol-ngrams.ts";
import type { SymbolNgrams, Window } from "../../src/models/symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreClasses,
  scoreWindow,
  windowBuckets,
  windowSymbols,
} from "../../src/models/symbol-ngrams.ts";
import { seededRandom } from "../../src/random.ts";

const symbolsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const options = { ...ngramDefaults, buckets: 1 << 13, classBuckets: 1 << 12, classes: 2, maxSymbols: 512 };

const words = "red green blue small large house garden river table window paper summer winter".split(" ");
const picks = seededRandom(5);
const phrase = (): string => Array.from({ length: 4 }, () => words[picks.below(words.length)]).join(" ");

function bag(texts: readonly string[], attackClass = -1): TextBag {
  return { texts: texts.map(symbolsOf), attack: attackClass >= 0, attackClass, weight: 1 };
}

const training: TextBag[] = Array.from({ length: 60 }, (_, index) => {
  if (index % 3 === 0) return bag([phrase(), `' or ${index}=${index}--`], 0);
  if (index % 3 === 1) return bag([`<script>alert(${index})</script>`], 1);
  return bag([phrase(), phrase()]);
});

const fitWith = (seed: number, bags = training): SymbolNgrams =>
  fitSymbolNgrams(bags, options, seededRandom(seed));

function logitOf(model: SymbolNgrams, text: string): number {
  const symbols = symbolsOf(text);
  const window: Window = { logit: 0, start: 0, end: 0 };
  scoreWindow(model, symbols, symbols.length, ngramBuffers(512), window);
  return window.logit;
}

function classOf(model: SymbolNgrams, text: string): number {
  const symbols = symbolsOf(text);
  const found = new Int32Array(windowSymbols * ngramsPerPosition);
  const count = windowBuckets(model.buckets - 1, symbols, 0, symbols.length, ngramBuffers(512), found);
  const odds = new Float64Array(model.classes);
  scoreClasses(model, found, count, symbols.length, odds);
  return odds.indexOf(Math.max(...odds));
}

describe("a fitted model", () => {
  const model = fitWith(1);

  test("tells attacks from phrases that it has not seen", () => {
    expect(logitOf(model, "' or 777=777--")).toBeGreaterThan(0);
    expect(logitOf(model, "<script>alert(99)</script>")).toBeGreaterThan(0);
    for (let i = 0; i < 10; i++) expect(logitOf(model, phrase())).toBeLessThan(0);
  });

  test("learns from the worst text of an attack, not from the ordinary ones beside it", () => {
    for (const attack of training.filter(({ attackClass }) => attackClass === 0)) {
      const [beside, injected] = attack.texts.map((text) => logitOf(model, Buffer.from(text).toString()));
      expect(beside!).toBeLessThan(injected!);
    }
  });

  test("names the class of an attack", () => {
    expect(classOf(model, "' or 5=5--")).toBe(0);
    expect(classOf(model, "<script>alert(5)</script>")).toBe(1);
  });

  test("keeps every weight within its bound", () => {
    expect(model.step * 127).toBeCloseTo(options.bound, 12);
    expect(model.weights).toBeInstanceOf(Int8Array);
    expect(model.weights).toHaveLength(options.buckets);
    expect(model.classWeights).toHaveLength(options.classBuckets * options.classes);
    expect(Math.min(...model.weights)).toBeGreaterThanOrEqual(-127);
  });
});

test("equal seeds give equal models and another seed another", () => {
  expect(fitWith(2)).toEqual(fitWith(2));
  expect(fitWith(2).weights).not.toEqual(fitWith(3).weights);
});

test("an attack of unknown class teaches that it is an attack, and no class", () => {
  const unknown = training.map((example) => ({ ...example, attackClass: -1 }));
  const model = fitWith(1, unknown);
  expect(logitOf(model, "' or 777=777--")).toBeGreaterThan(0);
  expect(model.classWeights.every((weight) => weight === 0)).toBe(true);
});

test("an example that weighs nothing teaches nothing", () => {
  const light = training.map((example) => (example.attackClass === 1 ? { ...example, weight: 0 } : example));
  expect(logitOf(fitWith(1, light), "<script>alert(9)</script>")).toBeLessThan(
    logitOf(fitWith(1), "<script>alert(9)</script>"),
  );
});

test("progress counts every pass of both heads once", () => {
  const seen: string[] = [];
  fitSymbolNgrams(training, options, seededRandom(1), (done, total) => seen.push(`${done}/${total}`));
  const passes = options.epochs * 2;
  expect(seen).toEqual(Array.from({ length: passes }, (_, index) => `${index + 1}/${passes}`));
});
