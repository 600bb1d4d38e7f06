import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitLogisticRegression, logisticLogit, sigmoid } from "../../src/models/logistic-regression.ts";

interface Reference {
  readonly inputs: readonly (readonly [number, number])[];
  readonly labels: readonly number[];
  readonly rowWeights: readonly number[];
  readonly bias: number;
  readonly weights: readonly number[];
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/logistic-regression.json", import.meta.url), "utf8"),
) as Reference;

const inputs = Float64Array.from(reference.inputs.flat());
const labels = Uint8Array.from(reference.labels);
const rowWeights = Float64Array.from(reference.rowWeights);

describe("fitting", () => {
  test("the weights are those of scikit-learn without a penalty", () => {
    const model = fitLogisticRegression(inputs, 2, labels, rowWeights);
    expect(Math.abs(model.bias - reference.bias)).toBeLessThanOrEqual(1e-3);
    for (const [index, weight] of reference.weights.entries())
      expect(Math.abs(model.weights[index]! - weight)).toBeLessThanOrEqual(1e-3);
  });

  test("a row that weighs twice counts as two rows", () => {
    const half = labels.length / 2;
    const heavy = fitLogisticRegression(
      inputs.slice(0, half * 2),
      2,
      labels.slice(0, half),
      new Float64Array(half).fill(2),
    );
    const twice = fitLogisticRegression(
      Float64Array.from([...inputs.slice(0, half * 2), ...inputs.slice(0, half * 2)]),
      2,
      Uint8Array.from([...labels.slice(0, half), ...labels.slice(0, half)]),
      new Float64Array(half * 2).fill(1),
    );
    expect(heavy.bias).toBeCloseTo(twice.bias, 6);
    expect(heavy.weights[0]).toBeCloseTo(twice.weights[0]!, 6);
  });

  test("an input whose rise would lower the result counts for nothing", () => {
    const turned = inputs.map((value, index) => (index % 2 === 1 ? -value : value));
    const model = fitLogisticRegression(turned, 2, labels, rowWeights);
    expect(model.weights[1]).toBe(0);
    expect(model.weights[0]!).toBeGreaterThan(0);
  });

  test("rows that a line parts give large but finite weights", () => {
    const rows = Float64Array.of(-2, -1, 1, 2);
    const model = fitLogisticRegression(rows, 1, Uint8Array.of(0, 0, 1, 1), new Float64Array(4).fill(1));
    expect(model.weights[0]!).toBeGreaterThan(1);
    expect(Number.isFinite(model.weights[0]!)).toBe(true);
    expect(sigmoid(logisticLogit(model, [-1]))).toBeLessThan(0.1);
    expect(sigmoid(logisticLogit(model, [1]))).toBeGreaterThan(0.9);
  });
});

test("the logit is the bias plus the weighted inputs", () => {
  expect(logisticLogit({ bias: 1, weights: [2, -3] }, [10, 4])).toBe(9);
});

test("the sigmoid keeps the order of log-odds, and odds and counter-odds make one", () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (logit) => {
      const p = sigmoid(logit);
      expect(p >= 0 && p <= 1).toBe(true);
      expect(p + sigmoid(-logit)).toBeCloseTo(1, 12);
      expect(sigmoid(logit - 1)).toBeLessThanOrEqual(p);
    }),
  );
});
