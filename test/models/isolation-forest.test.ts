import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { IsolationForest } from "../../src/models/isolation-forest.ts";
import {
  expectedDepth,
  fitIsolationForest,
  isolationForest,
  scoreIsolationForest,
} from "../../src/models/isolation-forest.ts";
import type { Plain } from "../../src/models/model.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

interface Reference {
  readonly sampleSize: number;
  readonly trees: readonly {
    readonly feature: readonly number[];
    readonly threshold: readonly number[];
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly samples: readonly number[];
  }[];
  readonly train: readonly (readonly number[])[];
  readonly test: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly scoreSamples: readonly number[];
  readonly auc: number;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/isolation-forest.json", import.meta.url), "utf8"),
) as Reference;
const columns = reference.train[0]!.length;

/** The greatest float32 number that is not above `value`: what float32 rows compare with is the same. */
function floorToFloat32(value: number): number {
  const near = Math.fround(value);
  if (near <= value) return near;
  const bits = new Int32Array(1);
  const number = new Float32Array(bits.buffer);
  number[0] = near;
  bits[0]! += near > 0 ? -1 : 1;
  return number[0]!;
}

/** scikit-learn's trees in the arrangement of ours, in which siblings stand side by side. */
function forestOf({ trees, sampleSize }: Reference): IsolationForest {
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const depth: number[] = [];
  const roots = trees.map((tree) => {
    const root = feature.length;
    const place = (node: number, at: number, level: number): void => {
      feature[at] = tree.feature[node]!;
      threshold[at] = floorToFloat32(tree.threshold[node]!);
      left[at] = -1;
      depth[at] = 0;
      if (tree.feature[node]! < 0) {
        depth[at] = level + expectedDepth(tree.samples[node]!);
        return;
      }
      const child = feature.length;
      feature.push(-1, -1);
      left[at] = child;
      place(tree.left[node]!, child, level + 1);
      place(tree.right[node]!, child + 1, level + 1);
    };
    feature.push(-1);
    place(0, root, 0);
    return root;
  });
  return {
    features: columns,
    roots: Int32Array.from(roots),
    feature: Int8Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Int32Array.from(left),
    depth: Float32Array.from(depth),
    sampleSize,
  };
}

const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

function aucOf(forest: IsolationForest): number {
  const scores = reference.test.map((row) => scoreIsolationForest(forest, Float64Array.from(row)));
  const of = (label: number): Float64Array =>
    Float64Array.from(scores.filter((_, index) => reference.labels[index] === label));
  return areaUnderRoc(of(0), of(1))!;
}

describe("against scikit-learn", () => {
  test("its trees give its scores on all 200 rows", () => {
    const forest = forestOf(reference);
    expect(reference.test).toHaveLength(200);
    for (const [index, row] of reference.test.entries()) {
      const score = scoreIsolationForest(forest, Float64Array.from(row));
      expect(Math.abs(score + reference.scoreSamples[index]!), `row ${index}`).toBeLessThanOrEqual(1e-6);
    }
  });

  test("forests fitted on its training rows tell its test rows apart as well as its own", () => {
    const aucs = Array.from({ length: 10 }, (_, seed) =>
      aucOf(
        fitIsolationForest(
          flat(reference.train),
          columns,
          { trees: 100, sampleSize: 256 },
          seededRandom(seed),
        ),
      ),
    );
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    expect(Math.abs(mean - reference.auc)).toBeLessThanOrEqual(0.02);
    for (const auc of aucs) expect(Math.abs(auc - reference.auc)).toBeLessThanOrEqual(0.05);
  });
});

describe("expected depth", () => {
  // c(n) = 2 H(n-1) - 2 (n-1) / n with H(i) ≈ ln i + γ, computed by hand.
  test.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 1.2073923578],
    [256, 10.2447709201],
  ])("of %i rows is %d", (rows, depth) => {
    expect(expectedDepth(rows)).toBeCloseTo(depth, 9);
  });
});

describe("a forest by hand", () => {
  // One tree over one feature: above 10 is a leaf of one row at depth 1, the rest a leaf of three rows.
  const forest: IsolationForest = {
    features: 1,
    roots: Int32Array.of(0),
    feature: Int8Array.of(0, -1, -1),
    threshold: Float32Array.of(10, 0, 0),
    left: Int32Array.of(1, -1, -1),
    depth: Float32Array.of(0, 1 + expectedDepth(3), 1),
    sampleSize: 4,
  };

  test("a row at the threshold goes left, a row above it right", () => {
    const scores = [9, 10, 10.001, 1e300].map((x) => scoreIsolationForest(forest, Float64Array.of(x)));
    expect(scores[0]).toBe(scores[1]);
    expect(scores[2]).toBe(scores[3]);
    expect(scores[2]!).toBeGreaterThan(scores[1]!);
  });

  test("the score is two to the minus of mean depth by expected depth", () => {
    expect(scoreIsolationForest(forest, Float64Array.of(11))).toBeCloseTo(2 ** (-1 / expectedDepth(4)), 6);
  });
});

describe("fitting", () => {
  const rows = flat(reference.train);

  test("equal seeds give equal forests and other seeds others", () => {
    const forestOfSeed = (seed: number): IsolationForest =>
      fitIsolationForest(rows, columns, { trees: 5, sampleSize: 32 }, seededRandom(seed));
    expect(forestOfSeed(3)).toEqual(forestOfSeed(3));
    expect(forestOfSeed(3)).not.toEqual(forestOfSeed(4));
  });

  test("the rows themselves are left as they are", () => {
    const before = rows.slice();
    fitIsolationForest(rows, columns, { trees: 5, sampleSize: 32 }, seededRandom(1));
    expect(rows).toEqual(before);
  });

  test("a column that never changes is never asked about", () => {
    const forest = fitIsolationForest(rows, columns, { trees: 20, sampleSize: 64 }, seededRandom(1));
    expect([...forest.feature]).not.toContain(4);
  });

  test("trees are no deeper than the logarithm of their sample", () => {
    const forest = fitIsolationForest(rows, columns, { trees: 20, sampleSize: 64 }, seededRandom(1));
    const depthBelow = (node: number): number =>
      forest.feature[node]! < 0
        ? 0
        : 1 + Math.max(depthBelow(forest.left[node]!), depthBelow(forest.left[node]! + 1));
    for (const root of forest.roots) expect(depthBelow(root)).toBeLessThanOrEqual(6);
  });

  test("fewer rows than the sample asks for are all used", () => {
    const forest = fitIsolationForest(
      rows.subarray(0, 10 * columns),
      columns,
      { trees: 3, sampleSize: 256 },
      seededRandom(1),
    );
    expect(forest.sampleSize).toBe(10);
  });

  test("more features than a byte can name are told apart", () => {
    const columns = 300;
    const wide = new Float64Array(64 * columns);
    for (let row = 0; row < 64; row++) wide[row * columns + 290] = row;
    const forest = fitIsolationForest(wide, columns, { trees: 20, sampleSize: 64 }, seededRandom(1));
    expect(new Set(forest.feature)).toEqual(new Set([-1, 290]));
    const odd = new Float64Array(columns);
    odd[290] = 500;
    const ordinary = odd.with(290, 32);
    expect(scoreIsolationForest(forest, odd)).toBeGreaterThan(scoreIsolationForest(forest, ordinary));
  });

  test("equal rows give one leaf and a score for all the same", () => {
    const forest = fitIsolationForest(
      new Float64Array(40).fill(3),
      2,
      { trees: 4, sampleSize: 16 },
      seededRandom(1),
    );
    expect(forest.feature).toHaveLength(4);
    expect(scoreIsolationForest(forest, Float64Array.of(3, 3))).toBeCloseTo(0.5, 6);
  });
});

describe("a state from a file is refused", () => {
  const fitted = fitIsolationForest(
    flat(reference.train),
    columns,
    { trees: 3, sampleSize: 16 },
    seededRandom(1),
  );
  const state = fitted as unknown as Readonly<Record<string, Plain>>;

  test("only where it is wrong", () => {
    expect(isolationForest.check(state)).toEqual(fitted);
  });

  test.each<[string, Record<string, Plain>]>([
    ["no trees", { roots: new Int32Array(0) }],
    ["a tree outside the forest", { roots: Int32Array.of(fitted.feature.length) }],
    ["a walk in circles", { left: fitted.left.map(() => 0) }],
    ["a child behind the last node", { left: fitted.left.map(() => fitted.left.length - 1) }],
    ["a column that no row has", { feature: Int8Array.from(fitted.feature, () => columns) }],
    ["a depth below zero", { depth: fitted.depth.map(() => -1) }],
    ["a node too few", { threshold: fitted.threshold.subarray(1) }],
    ["a sample of one", { sampleSize: 1 }],
  ])("%s", (_, change) => {
    expect(() => isolationForest.check({ ...state, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
