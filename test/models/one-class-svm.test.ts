import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Plain } from "../../src/models/model.ts";
import type { OneClassSvm } from "../../src/models/one-class-svm.ts";
import {
  fitOneClassSvm,
  oneClassSvm,
  oneClassSvmDefaults,
  oneClassSvmScorer,
} from "../../src/models/one-class-svm.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

interface Reference {
  readonly nu: number;
  readonly train: readonly (readonly number[])[];
  readonly test: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly level: readonly number[];
  readonly boundary: number;
  readonly auc: number;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/one-class-svm.json", import.meta.url), "utf8"),
) as Reference;
const columns = reference.train[0]!.length;
const train = Float64Array.from(reference.train.flat());
const options = { nu: reference.nu, sampleSize: 4096 };

function scoresOf(model: OneClassSvm): number[] {
  const score = oneClassSvmScorer(model);
  return reference.test.map((row) => score(Float64Array.from(row)));
}

function aucOf(model: OneClassSvm): number {
  const scores = scoresOf(model);
  const of = (label: number): Float64Array =>
    Float64Array.from(scores.filter((_, index) => reference.labels[index] === label));
  return areaUnderRoc(of(0), of(1))!;
}

const fitted = fitOneClassSvm(train, columns, options, seededRandom(1));

describe("against scikit-learn", () => {
  test("scores are its decisions, from its own optimum", () => {
    for (const [index, score] of scoresOf(fitted).entries())
      expect(Math.abs(1 - score - reference.level[index]!), `row ${index}`).toBeLessThan(1e-4);
    expect(fitted.boundary).toBeCloseTo(reference.boundary, 4);
  });

  test("tells the test rows apart as well", () => {
    expect(Math.abs(aucOf(fitted) - reference.auc)).toBeLessThan(0.005);
  });

  test("a sample of the rows stands for all of them", () => {
    const aucs = [1, 2, 3, 4, 5].map((seed) =>
      aucOf(fitOneClassSvm(train, columns, { ...options, sampleSize: 150 }, seededRandom(seed))),
    );
    expect(Math.abs(aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length - reference.auc)).toBeLessThan(
      0.03,
    );
  });
});

describe("the machine", () => {
  test("leaves about the share nu of its training rows outside", () => {
    const score = oneClassSvmScorer(fitted);
    const outside = reference.train.filter((row) => score(Float64Array.from(row)) > fitted.boundary + 1e-6);
    expect(outside.length / reference.train.length).toBeLessThanOrEqual(reference.nu);
    expect(outside.length / reference.train.length).toBeGreaterThan(reference.nu / 2);
    expect(fitted.weights.length / reference.train.length).toBeGreaterThanOrEqual(reference.nu / 2);
  });

  test("has weights within their bounds, with a sum of 1", () => {
    expect(fitted.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    // A row that occurs three times may weigh three times as much.
    for (const weight of fitted.weights)
      expect(weight).toBeLessThanOrEqual(3 / (reference.nu * reference.train.length) + 1e-12);
  });

  test("is no larger for twice the rows, and the same", () => {
    const twice = new Float64Array(train.length * 2);
    twice.set(train);
    twice.set(train, train.length);
    const model = fitOneClassSvm(twice, columns, options, seededRandom(1));
    expect(Math.abs(aucOf(model) - aucOf(fitted))).toBeLessThan(1e-3);
    expect(Math.abs(model.weights.length - fitted.weights.length)).toBeLessThanOrEqual(3);
  });

  test("calls what is far from everything as anomalous as can be", () => {
    expect(oneClassSvmScorer(fitted)(Float64Array.of(1e6, 1e6, 1e6, 1e6, 1e6))).toBe(1);
    expect(oneClassSvmScorer(fitted)(Float64Array.of(1e300, 0, 0, 0, 0))).toBe(1);
  });

  test("of two rows by hand scores as the kernel says", () => {
    // Standardized they are −1 and 1; γ is 1, and both weigh a half.
    const model = fitOneClassSvm(Float64Array.of(10, 20), 1, { nu: 1, sampleSize: 9 }, seededRandom(1));
    const score = oneClassSvmScorer(model);
    expect(score(Float64Array.of(15))).toBeCloseTo(1 - Math.exp(-1), 12);
    expect(score(Float64Array.of(10))).toBeCloseTo(1 - (1 + Math.exp(-4)) / 2, 12);
  });

  test("of rows that are all alike calls them ordinary", () => {
    const model = fitOneClassSvm(new Float64Array(40).fill(3), 2, oneClassSvmDefaults, seededRandom(1));
    const score = oneClassSvmScorer(model);
    expect(score(Float64Array.of(3, 3))).toBe(0);
    expect(score(Float64Array.of(3, 5))).toBeGreaterThan(0.9);
  });
});

describe("a state from a file is refused", () => {
  const state = fitted as unknown as Readonly<Record<string, Plain>>;

  test("only where it is wrong", () => {
    expect(oneClassSvm.check(state)).toEqual(fitted);
  });

  test.each<[string, Record<string, Plain>]>([
    ["no columns", { columns: 0 }],
    ["other columns", { columns: columns + 1 }],
    ["a weight too many", { weights: new Float64Array([...fitted.weights, 0.1]) }],
    ["no vectors", { weights: new Float64Array(0), vectors: new Float64Array(0) }],
    ["weights of another sum", { weights: fitted.weights.map((weight) => weight * 2) }],
    ["a weight below zero", { weights: fitted.weights.map((weight, i) => (i === 0 ? -weight : weight)) }],
    ["a scale of zero", { scale: new Float64Array(columns) }],
    ["a gamma of zero", { gamma: 0 }],
    ["a boundary beyond all scores", { boundary: 1.5 }],
    ["a field of another kind", { vectors: new Float32Array(fitted.vectors.length) }],
    ["a field too many", { more: 1 }],
  ])("%s", (_, change) => {
    expect(() => oneClassSvm.check({ ...state, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
