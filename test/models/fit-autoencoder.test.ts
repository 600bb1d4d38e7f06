import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import { autoencoderScorer, reconstructionError } from "../../src/models/autoencoder.ts";
import {
  autoencoderDefaults,
  fitAutoencoder,
  layerSizes,
  learner,
} from "../../src/models/fit-autoencoder.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

interface Reference {
  readonly buckets: number;
  readonly encoder: readonly number[];
  readonly normal: readonly string[];
  readonly test: readonly string[];
  readonly labels: readonly number[];
  /** Numbers of the network before the steps, and after them. */
  readonly start: readonly number[];
  readonly steps: {
    readonly batch: number;
    readonly learningRate: number;
    readonly losses: readonly number[];
    readonly end: readonly number[];
  };
  /** Of every eighth test request, after the steps. */
  readonly errors: readonly number[];
  readonly options: { readonly epochs: number; readonly batch: number; readonly learningRate: number };
  readonly aucs: readonly number[];
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/autoencoder.json", import.meta.url), "utf8"),
) as Reference;
const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");
const normal = reference.normal.map(bytesOf);
const tests = reference.test.map(bytesOf);
const sizes = layerSizes(reference);
const options = {
  ...autoencoderDefaults,
  buckets: reference.buckets,
  encoder: reference.encoder,
  ...reference.options,
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe("against PyTorch", () => {
  test("ten steps from the same numbers have the same losses and end at the same numbers", () => {
    const { batch, learningRate, losses, end } = reference.steps;
    const parameters = Float64Array.from(reference.start);
    const learn = learner(sizes, parameters, learningRate);
    const own = losses.map((_, step) => learn(normal.slice(step * batch, (step + 1) * batch)));
    expect(worst(own, losses)).toBeLessThan(1e-9);
    expect(worst(parameters, end)).toBeLessThan(1e-6);

    const error = reconstructionError(sizes, parameters);
    const errors = tests.filter((_, index) => index % 8 === 0).map((bytes) => error(bytes));
    expect(worst(errors, reference.errors)).toBeLessThan(1e-6);
  });

  test("fitted from numbers of its own, it tells odd requests from ordinary ones as well", () => {
    const aucs = reference.aucs.map((_, seed) => {
      const score = autoencoderScorer(fitAutoencoder(normal, options, seededRandom(seed)));
      const scores = tests.map((bytes) => score(bytes));
      const of = (label: number): Float64Array =>
        Float64Array.from(scores.filter((_, index) => reference.labels[index] === label));
      return areaUnderRoc(of(0), of(1))!;
    });
    expect(Math.abs(mean(aucs) - mean(reference.aucs))).toBeLessThanOrEqual(0.01);
  });
});

describe("fitting", () => {
  const quick = { ...options, epochs: 2 };

  test("gives equal models for equal seeds and others for others", () => {
    const fitted = (seed: number) => fitAutoencoder(normal, quick, seededRandom(seed));
    expect(fitted(3)).toEqual(fitted(3));
    expect(fitted(3)).not.toEqual(fitted(4));
  });

  test("holds a tenth of the requests out, whose errors are sorted and above 0", () => {
    const { errors } = fitAutoencoder(normal, quick, seededRandom(1));
    expect(errors).toHaveLength(40);
    expect(errors).toEqual(errors.slice().sort());
    expect(errors[0]!).toBeGreaterThan(0);
  });

  test("makes the errors smaller from epoch to epoch", () => {
    const medians = [1, 5, 20].map((epochs) => {
      const { errors } = fitAutoencoder(normal, { ...options, epochs }, seededRandom(1));
      return errors[20]!;
    });
    expect(medians[1]!).toBeLessThan(medians[0]!);
    expect(medians[2]!).toBeLessThan(medians[1]!);
  });

  test("says how far it is", () => {
    const seen: [number, number][] = [];
    fitAutoencoder(normal, quick, seededRandom(1), (done, total) => seen.push([done, total]));
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test("leaves the requests as they are", () => {
    const before = structuredClone(normal);
    fitAutoencoder(normal, quick, seededRandom(1));
    expect(normal.map((bytes) => [...bytes])).toEqual(before.map((bytes) => [...bytes]));
  });

  test("needs two requests", () => {
    expect(() => fitAutoencoder(normal.slice(0, 1), quick, seededRandom(1))).toThrow(ArbiterError);
    expect(fitAutoencoder(normal.slice(0, 2), quick, seededRandom(1)).errors).toHaveLength(1);
  });
});

test("the scores of requests far from all normal ones have no ties", () => {
  const model = fitAutoencoder(normal, options, seededRandom(1));
  const score = autoencoderScorer(model);
  const odd = Array.from({ length: 300 }, (_, i) =>
    bytesOf(String.fromCharCode(...Array.from({ length: 20 + i }, (_, k) => (i * 31 + k * k * 7) % 256))),
  );
  const scores = odd.map((bytes) => score(bytes));
  expect(scores.filter((value) => value > 1 - 1 / (model.errors.length + 1)).length).toBeGreaterThan(50);
  expect(new Set(scores).size).toBe(300);
  for (const value of scores) expect(value >= 0 && value <= 1).toBe(true);
});
