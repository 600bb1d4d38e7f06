import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SymbolNgrams, Window } from "../../src/models/symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreClasses,
  scoreUnfamiliar,
  scoreWindow,
  visitAlarming,
  windowBuckets,
  windowScale,
  windowSymbols,
  worstByStretch,
} from "../../src/models/symbol-ngrams.ts";
import { seededRandom } from "../../src/random.ts";

const buckets = 4096;

function modelWith(weights: Int8Array, classes = 1): SymbolNgrams {
  return {
    buckets,
    classBuckets: buckets,
    weights,
    step: 0.01,
    bias: -1,
    classes,
    classWeights: new Int8Array(buckets * classes),
    classStep: 0.01,
    classBias: new Float32Array(classes),
  };
}

const random = seededRandom(9);
const mixed = modelWith(Int8Array.from({ length: buckets }, () => random.below(255) - 127));
const symbolsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

function worstOf(model: SymbolNgrams, symbols: Uint8Array, buffers = ngramBuffers(symbols.length)): Window {
  const window: Window = { logit: 0, start: 0, end: 0 };
  scoreWindow(model, symbols, symbols.length, buffers, window);
  return window;
}

function bucketsOf(symbols: Uint8Array, start = 0, end = symbols.length): number[] {
  const found = new Int32Array(windowSymbols * ngramsPerPosition);
  const count = windowBuckets(buckets - 1, symbols, start, end, ngramBuffers(symbols.length), found);
  return [...found.subarray(0, count)];
}

const text = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });

describe("scoring", () => {
  test("a text of one window scores its bias plus the weight of each n-gram once", () => {
    fc.assert(
      fc.property(text(1, windowSymbols), (symbols) => {
        const sum = bucketsOf(symbols).reduce((total, bucket) => total + mixed.weights[bucket]!, 0);
        const expected = mixed.bias + sum * mixed.step * windowScale(symbols.length);
        expect(worstOf(mixed, symbols).logit).toBeCloseTo(expected, 9);
      }),
    );
  });

  test("a repeated n-gram weighs no more than one", () => {
    const once = symbolsOf("ab");
    const weights = new Int8Array(buckets);
    for (const bucket of bucketsOf(once)) weights[bucket] = 100;
    const model = modelWith(weights);
    expect(worstOf(model, symbolsOf("ab-ab-ab")).logit).toBeLessThanOrEqual(worstOf(model, once).logit);
    expect(worstOf(model, once).logit).toBeGreaterThan(model.bias);
  });

  test("padding before and after a window of hostile symbols changes nothing", () => {
    const hostile = Uint8Array.from({ length: windowSymbols }, (_, index) => 128 + index);
    const weights = new Int8Array(buckets);
    for (const bucket of bucketsOf(hostile)) weights[bucket] = 50;
    const model = modelWith(weights);
    const alone = worstOf(model, hostile);
    const padding = symbolsOf("a".repeat(5000));
    const padded = worstOf(model, Uint8Array.from([...padding, ...hostile, ...padding]));
    expect(padded.logit).toBeGreaterThanOrEqual(alone.logit - 1e-9);
    expect(padded.start).toBeGreaterThan(padding.length - windowSymbols);
    expect(padded.end).toBeLessThan(padding.length + 2 * windowSymbols);
  });

  test("the window lies within the text and is no longer than a window", () => {
    fc.assert(
      fc.property(text(0, 300), (symbols) => {
        const { logit, start, end } = worstOf(mixed, symbols);
        expect(start >= 0 && start <= end && end <= symbols.length).toBe(true);
        expect(end - start).toBeLessThanOrEqual(windowSymbols);
        expect(Number.isFinite(logit)).toBe(true);
      }),
    );
  });

  test("what was scored before leaves no trace, however often the buffers are used", () => {
    const buffers = ngramBuffers(300);
    fc.assert(
      fc.property(text(1, 300), text(1, 300), (first, second) => {
        worstOf(mixed, first, buffers);
        expect(worstOf(mixed, second, buffers)).toEqual(worstOf(mixed, second));
      }),
    );
    buffers.clock = 0xf_fff8;
    const symbols = symbolsOf("select 1 from t");
    expect(worstOf(mixed, symbols, buffers)).toEqual(worstOf(mixed, symbols));
    expect(buffers.clock).toBeLessThan(1000);
  });

  test("a text without symbols scores the bias", () => {
    expect(worstOf(mixed, new Uint8Array(0))).toEqual({ logit: mixed.bias, start: 0, end: 0 });
  });

  test("the symbols themselves are left as they are", () => {
    const symbols = symbolsOf("' or 1=1--".repeat(9));
    const before = symbols.slice();
    worstOf(mixed, symbols);
    expect(symbols).toEqual(before);
  });
});

describe("the buckets of a window", () => {
  test("are distinct n-grams of two to five symbols", () => {
    expect(bucketsOf(symbolsOf("a"))).toHaveLength(0);
    expect(bucketsOf(symbolsOf("abc"))).toHaveLength(3);
    // 6 symbols: 5 pairs, 4 triples, 3 of four, 2 of five.
    expect(bucketsOf(symbolsOf("abcdef"))).toHaveLength(14);
    // aa, aaa, aaaa, aaaaa.
    expect(bucketsOf(symbolsOf("aaaaaaaa"))).toHaveLength(4);
  });

  test("include n-grams that begin before the window", () => {
    const symbols = symbolsOf("xyzab");
    expect(bucketsOf(symbols, 3, 5)).toHaveLength(7);
  });

  test("are never more than fit", () => {
    fc.assert(
      fc.property(text(windowSymbols, windowSymbols), (symbols) => {
        expect(bucketsOf(symbols).length).toBeLessThanOrEqual(windowSymbols * ngramsPerPosition);
      }),
    );
  });
});

test("class odds add the weights of the buckets and the bias of each class to what is there", () => {
  const model = modelWith(new Int8Array(buckets), 2);
  model.classWeights[5 * 2] = 100;
  model.classWeights[6 * 2 + 1] = -50;
  model.classBias[1] = 0.25;
  const odds = new Float64Array(2).fill(1);
  scoreClasses(model, Int32Array.of(5, 6), 2, windowSymbols, odds);
  expect(odds[0]).toBeCloseTo(1 + 100 * 0.01 * windowScale(windowSymbols), 9);
  expect(odds[1]).toBeCloseTo(1.25 - 50 * 0.01 * windowScale(windowSymbols), 9);
});

test("short windows are judged as if they had a least number of n-grams", () => {
  expect(windowScale(1)).toBe(windowScale(2));
  expect(windowScale(windowSymbols)).toBeLessThan(windowScale(10));
});

describe("the worst window of each stretch", () => {
  test("is the worst window of all in one of them, and none is worse", () => {
    fc.assert(
      fc.property(text(1, 400), (symbols) => {
        const buffers = ngramBuffers(symbols.length);
        const worst = worstOf(mixed, symbols, buffers);
        const stretches = worstByStretch(mixed, symbols.length, buffers);
        expect(stretches.length).toBeLessThanOrEqual(Math.ceil(symbols.length / windowSymbols));
        expect(Math.max(...stretches.map(({ logit }) => logit))).toBeCloseTo(worst.logit, 9);
        for (const { start, end } of stretches) {
          expect(end - start).toBe(Math.min(symbols.length, windowSymbols));
          expect(end).toBeLessThanOrEqual(symbols.length);
        }
      }),
    );
  });

  test("leaves no stretch of a long text unread", () => {
    const symbols = new Uint8Array(windowSymbols * 3).fill(0x61);
    const buffers = ngramBuffers(symbols.length);
    worstOf(mixed, symbols, buffers);
    const ends = worstByStretch(mixed, symbols.length, buffers).map(({ end }) =>
      Math.ceil(end / windowSymbols),
    );
    expect(ends).toEqual([1, 2, 3]);
  });
});

describe("scoring what is unfamiliar", () => {
  const strange = (
    model: SymbolNgrams,
    symbols: Uint8Array,
    isFamiliar: (bucket: number) => boolean,
  ): Window => {
    const window: Window = { logit: 0, start: 0, end: 0 };
    scoreUnfamiliar(model, symbols, symbols.length, ngramBuffers(symbols.length), window, isFamiliar);
    return window;
  };

  test("gives what scoring gives where nothing is familiar", () => {
    fc.assert(
      fc.property(text(1, 300), (symbols) => {
        expect(strange(mixed, symbols, () => false)).toEqual(worstOf(mixed, symbols));
      }),
    );
  });

  test("gives what a model gives that has no weight there where it would alarm", () => {
    fc.assert(
      fc.property(text(1, 300), fc.integer({ min: 1, max: 7 }), (symbols, every) => {
        const isFamiliar = (bucket: number): boolean => bucket % every === 0;
        const without = modelWith(
          mixed.weights.map((weight, bucket) => (weight > 0 && isFamiliar(bucket) ? 0 : weight)),
        );
        const { logit, start, end } = strange(mixed, symbols, isFamiliar);
        expect(logit).toBeCloseTo(worstOf(without, symbols).logit, 9);
        expect(logit).toBeLessThanOrEqual(worstOf(mixed, symbols).logit + 1e-9);
        expect([0 <= start, start < end, end <= symbols.length]).toEqual([true, true, true]);
      }),
    );
  });
});

test("the alarming pieces of a text are those of positive weight", () => {
  fc.assert(
    fc.property(text(1, windowSymbols), (symbols) => {
      const visited = new Set<number>();
      visitAlarming(mixed, symbols, symbols.length, ngramBuffers(symbols.length), (bucket) =>
        visited.add(bucket),
      );
      expect([...visited].sort()).toEqual(
        bucketsOf(symbols)
          .filter((bucket) => mixed.weights[bucket]! > 0)
          .sort(),
      );
    }),
  );
});
