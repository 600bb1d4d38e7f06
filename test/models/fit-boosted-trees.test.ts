import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import type { BoostedTrees } from "../../src/models/boosted-trees.ts";
import { scoreBoostedTrees } from "../../src/models/boosted-trees.ts";
import type { LabelledRows } from "../../src/models/fit-boosted-trees.ts";
import { boostingDefaults, fitBoostedTrees } from "../../src/models/fit-boosted-trees.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

type Rows = readonly (readonly (number | null)[])[];

interface Reference {
  readonly train: Rows;
  readonly labels: readonly number[];
  readonly weights: readonly number[];
  readonly test: Rows;
  readonly testLabels: readonly number[];
  readonly variants: Readonly<
    Record<
      "plain" | "monotone",
      { readonly monotone: readonly number[]; readonly logits: readonly number[]; readonly auc: number }
    >
  >;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/boosted-trees.json", import.meta.url), "utf8"),
) as Reference;
const columns = reference.train[0]!.length;
const flat = (rows: Rows): Float64Array => Float64Array.from(rows.flat(), (value) => value ?? Number.NaN);
const data: LabelledRows = {
  rows: flat(reference.train),
  labels: Uint8Array.from(reference.labels),
  weights: Float64Array.from(reference.weights),
};
const tests = reference.test.map((row) => flat([row]));

/** The settings of the fixture. */
const settings = { ...boostingDefaults, trees: 40, leaves: 8, depth: 99, leastHessian: 1e-3 };

function aucOf(logits: readonly number[]): number {
  const of = (label: number): Float64Array =>
    Float64Array.from(logits.filter((_, index) => reference.testLabels[index] === label));
  return areaUnderRoc(of(0), of(1))!;
}

describe("against scikit-learn", () => {
  const logitsOf = (name: "plain" | "monotone"): number[] => {
    const { monotone } = reference.variants[name];
    const model = fitBoostedTrees(data, columns, { ...settings, monotone }, seededRandom(1));
    return tests.map((row) => scoreBoostedTrees(model, row));
  };

  test("log-odds agree row by row, but where two cuts part the rows of a node alike", () => {
    const { logits } = reference.variants.plain;
    const agreeing = logitsOf("plain").filter((logit, index) => Math.abs(logit - logits[index]!) < 1e-5);
    expect(agreeing.length).toBeGreaterThanOrEqual(0.99 * logits.length);
  });

  // Under constraints, scikit-learn ranks splits by a first-order gain.
  test.each([
    ["plain", 0.001],
    ["monotone", 0.01],
  ] as const)("rows are told apart as well, %s", (name, tolerance) => {
    const difference = aucOf(logitsOf(name)) - reference.variants[name].auc;
    expect(Math.abs(difference)).toBeLessThanOrEqual(tolerance);
  });
});

describe("shares of rows and columns", () => {
  const options = { ...settings, trees: 80, rowShare: 0.6, columnShare: 0.5 };

  test("change the trees, and cost little", () => {
    const aucs = [1, 2, 3].map((seed) => {
      const model = fitBoostedTrees(data, columns, options, seededRandom(seed));
      return aucOf(tests.map((row) => scoreBoostedTrees(model, row)));
    });
    expect(new Set(aucs).size).toBe(3);
    for (const auc of aucs) expect(Math.abs(auc - reference.variants.plain.auc)).toBeLessThan(0.03);
  });

  test("give equal trees for equal seeds", () => {
    const fitted = (seed: number) => fitBoostedTrees(data, columns, options, seededRandom(seed));
    expect(fitted(4)).toEqual(fitted(4));
    expect(fitted(4)).not.toEqual(fitted(5));
  });

  test("of half the columns ask about three in each tree", () => {
    const { roots, feature } = fitBoostedTrees(data, columns, options, seededRandom(1));
    for (const [tree, root] of roots.entries()) {
      const asked = new Set(feature.subarray(root, roots[tree + 1] ?? feature.length));
      asked.delete(-1);
      expect(asked.size).toBeLessThanOrEqual(3);
    }
  });
});

describe("constraints", () => {
  // What is constrained turns around in the data with the unconstrained third column, so that every bound is reached.
  const random = seededRandom(5);
  const rows = Float64Array.from({ length: 4 * 600 }, () =>
    random.next() < 0.1 ? Number.NaN : Math.round(random.next() * 50) / 10,
  );
  const labels = Uint8Array.from({ length: 600 }, (_, row) => {
    const [a, b, c, d] = rows.subarray(4 * row, 4 * row + 4).map((x) => (Number.isNaN(x) ? 3 : x));
    return Math.sin(2 * a!) + (a! > 2.5 ? -c! : c!) * 0.5 + Math.cos(b! * d!) > 0.3 * random.next() ? 1 : 0;
  });
  const directions = [
    [1, -1, 0, 1],
    [-1, 1, 0, -1],
  ];
  const models = directions.flatMap((monotone) =>
    [labels, labels.map((label) => 1 - label)].map((labels) => ({
      monotone,
      model: fitBoostedTrees({ rows, labels }, 4, { ...settings, monotone }, random),
    })),
  );
  const number = fc.double({ min: -1, max: 6, noNaN: true });
  const value = fc.oneof(number, fc.constant(Number.NaN));
  const cases = fc.tuple(fc.constantFrom(...models), fc.array(value, { minLength: 4, maxLength: 4 }), number);
  const scoreWith = (model: BoostedTrees, row: readonly number[], column: number, x: number): number =>
    scoreBoostedTrees(model, Float64Array.from(row.with(column, x)));

  test.each([0, 1, 3])("column %i is asked about", (column) => {
    for (const { model } of models) expect([...model.feature]).toContain(column);
  });

  test.each([0, 1, 3])("a rise in column %i never moves the score against it", (column) => {
    fc.assert(
      fc.property(cases, number, ([{ model, monotone }, row, x], y) => {
        const low = scoreWith(model, row, column, Math.min(x, y));
        const high = scoreWith(model, row, column, Math.max(x, y));
        expect((high - low) * monotone[column]!).toBeGreaterThanOrEqual(-1e-12);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  test.each([0, 1, 3])("column %i left out never raises the score", (column) => {
    fc.assert(
      fc.property(cases, ([{ model }, row, x]) => {
        const without = scoreWith(model, row, column, Number.NaN);
        expect(without).toBeLessThanOrEqual(scoreWith(model, row, column, x) + 1e-12);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  test("without them the same data gives a score that falls where it may not", () => {
    const free = fitBoostedTrees({ rows, labels }, 4, settings, seededRandom(5));
    const scores = Array.from({ length: 50 }, (_, i) =>
      scoreBoostedTrees(free, Float64Array.of(i / 10, 1, 1, 1)),
    );
    expect(scores.some((score, i) => i > 0 && score < scores[i - 1]! - 0.1)).toBe(true);
  });
});

describe("missing values", () => {
  test("that tell the label are a split of their own", () => {
    const labels = Uint8Array.from({ length: 400 }, (_, row) => row % 2);
    const rows = Float64Array.from(labels, (label) => (label === 1 ? Number.NaN : 7));
    const model = fitBoostedTrees({ rows, labels }, 1, settings, seededRandom(1));
    const [missing, present, other] = [Number.NaN, 7, 1e300].map((x) =>
      scoreBoostedTrees(model, Float64Array.of(x)),
    );
    expect(missing!).toBeGreaterThan(2);
    expect(present!).toBeLessThan(-2);
    expect(other).toBe(present);
  });

  test("that nobody saw in training go where most rows went", () => {
    const rows = Float64Array.from({ length: 400 }, (_, row) => (row < 300 ? row % 3 : 10));
    const labels = Uint8Array.from({ length: 400 }, (_, row) => (row < 300 ? 0 : 1));
    const options = { ...settings, trees: 1, leaves: 2 };
    const model = fitBoostedTrees({ rows, labels }, 1, options, seededRandom(1));
    const [missing, many] = [Number.NaN, 1].map((x) => scoreBoostedTrees(model, Float64Array.of(x)));
    expect(missing).toBe(many);
  });
});

describe("limits of growth", () => {
  const depthBelow = (left: Int32Array, feature: Int16Array, node: number): number =>
    feature[node]! < 0
      ? 0
      : 1 + Math.max(depthBelow(left, feature, left[node]!), depthBelow(left, feature, left[node]! + 1));

  test("no tree is deeper or has more leaves than allowed", () => {
    const { roots, feature, left } = fitBoostedTrees(
      data,
      columns,
      { ...settings, depth: 3 },
      seededRandom(1),
    );
    for (const [tree, root] of roots.entries()) {
      expect(depthBelow(left, feature, root)).toBeLessThanOrEqual(3);
      const nodes = feature.subarray(root, roots[tree + 1] ?? feature.length);
      expect(nodes.filter((column) => column < 0).length).toBeLessThanOrEqual(8);
    }
  });

  test("no leaf has less curvature than allowed", () => {
    const options = { ...settings, trees: 1, leastHessian: 100 };
    const { left } = fitBoostedTrees(data, columns, options, seededRandom(1));
    // All rows together have less than 1,200 · 2 · ¼.
    expect(left.filter((child) => child >= 0).length).toBeLessThanOrEqual(5);
  });
});

describe("rows that are held out", () => {
  const held: LabelledRows = {
    rows: flat(reference.test),
    labels: Uint8Array.from(reference.testLabels),
  };
  const options = { ...settings, trees: 400, learningRate: 0.3, patience: 10 };
  const lossOf = (model: BoostedTrees): number =>
    tests.reduce((sum, row, index) => {
      const logit = scoreBoostedTrees(model, row);
      return sum + Math.log1p(Math.exp(reference.testLabels[index] === 1 ? -logit : logit));
    }, 0);

  test("end the fitting at their lowest loss", () => {
    const stopped = fitBoostedTrees(data, columns, options, seededRandom(1), held);
    const count = stopped.roots.length;
    expect(count).toBeGreaterThan(3);
    expect(count).toBeLessThan(200);
    const withTrees = (trees: number) =>
      fitBoostedTrees(data, columns, { ...options, trees }, seededRandom(1));
    expect(stopped).toEqual(withTrees(count));
    for (const trees of [count - 1, count + 1, count + 5])
      expect(lossOf(withTrees(trees))).toBeGreaterThanOrEqual(lossOf(stopped));
  });
});

describe("what does not fit together is refused", () => {
  const rows = Float64Array.of(1, 2, 3, 4);
  test.each<[string, LabelledRows, RegExp]>([
    ["too few numbers", { rows, labels: Uint8Array.of(0, 1, 1) }, /need 6 numbers/],
    [
      "too few weights",
      { rows, labels: Uint8Array.of(0, 1), weights: Float64Array.of(1) },
      /as many weights/,
    ],
    ["one label", { rows, labels: Uint8Array.of(1, 1) }, /both labels/],
    ["no rows", { rows: new Float64Array(0), labels: new Uint8Array(0) }, /both labels/],
  ])("%s", (_, bad, message) => {
    const fit = () => fitBoostedTrees(bad, 2, settings, seededRandom(1));
    expect(fit).toThrow(ArbiterError);
    expect(fit).toThrow(message);
  });
});

test("the data is left as it is", () => {
  const before = structuredClone(data);
  fitBoostedTrees(data, columns, { ...settings, trees: 3, rowShare: 0.5 }, seededRandom(1));
  expect(data).toEqual(before);
});
