import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { HalfSpaceTrees } from "../../src/models/half-space-trees.ts";
import {
  fitHalfSpaceTrees,
  halfSpaceDefaults,
  halfSpaceTrees,
  learnOne,
  makeHalfSpaceTrees,
  scoreOne,
} from "../../src/models/half-space-trees.ts";
import type { Plain } from "../../src/models/model.ts";
import { seededRandom } from "../../src/random.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";

type Rows = readonly (readonly number[])[];
interface Reference {
  readonly depth: number;
  readonly windowSize: number;
  readonly trees: readonly { readonly feature: readonly number[]; readonly split: readonly number[] }[];
  readonly stream: Rows;
  readonly test: Rows;
  readonly masses: Rows;
  readonly train: Rows;
  readonly unseen: Rows;
  readonly labels: readonly number[];
  readonly auc: number;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/half-space-trees.json", import.meta.url), "utf8"),
) as Reference;
const columns = reference.stream[0]!.length;
const rowOf = (row: readonly number[]): Float64Array => Float64Array.from(row);
const small = { trees: 5, depth: 4, windowSize: 20 };

/** The trees of the fixture, which work on columns between 0 and 1. */
function referenceTrees(): HalfSpaceTrees {
  const { trees, depth, windowSize } = reference;
  const unit = makeHalfSpaceTrees(
    new Float64Array(columns),
    new Float64Array(columns).fill(1),
    { trees: trees.length, depth, windowSize },
    seededRandom(1),
  );
  return {
    ...unit,
    feature: Int16Array.from(trees.flatMap(({ feature }) => feature)),
    split: Float32Array.from(trees.flatMap(({ split }) => split)),
  };
}

describe("against the published algorithm", () => {
  test("its trees give its masses after each window of its stream", () => {
    const model = referenceTrees();
    const { stream, windowSize, masses } = reference;
    expect(masses).toHaveLength(2);
    for (const [number, row] of stream.entries()) {
      learnOne(model, rowOf(row));
      const expected = masses[Math.floor((number + 1) / windowSize) - 1];
      if (expected === undefined) continue;
      for (const [index, seen] of reference.test.entries()) {
        const mean = expected[index]! / (reference.trees.length * windowSize);
        expect(scoreOne(model, rowOf(seen)), `row ${index} after ${number}`).toBeCloseTo(1 / (1 + mean), 12);
      }
    }
    expect([...model.progress]).toEqual([50, 2]);
  });

  test("trees of its size tell rows apart no worse than those of another library", () => {
    const aucs = Array.from({ length: 10 }, (_, seed) => {
      const train = Float64Array.from(reference.train.flat());
      const options = { trees: 25, depth: 10, windowSize: 250 };
      const model = fitHalfSpaceTrees(train, columns, options, seededRandom(seed));
      const scores = (label: number): Float64Array =>
        Float64Array.from(
          reference.unseen.filter((_, index) => reference.labels[index] === label),
          (row) => scoreOne(model, rowOf(row)),
        );
      return areaUnderRoc(scores(0), scores(1))!;
    });
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    expect(mean).toBeGreaterThan(reference.auc - 0.01);
  });
});

describe("a tree by hand", () => {
  // One column from 0 to 10, one question at its middle; windows of 4 rows, of which 3 fall low.
  const tree = (): HalfSpaceTrees => ({
    ...makeHalfSpaceTrees(
      Float64Array.of(0),
      Float64Array.of(10),
      { trees: 1, depth: 1, windowSize: 4 },
      seededRandom(1),
    ),
    feature: Int16Array.of(0),
    split: Float32Array.of(0.5),
  });

  test("scores nothing before its first window is full, and then by mass times two to the depth", () => {
    const model = tree();
    for (const value of [1, 2, 3]) learnOne(model, Float64Array.of(value));
    expect(scoreOne(model, Float64Array.of(9))).toBe(0);
    learnOne(model, Float64Array.of(5));
    expect([...model.reference]).toEqual([4, 3, 1]);
    expect(scoreOne(model, Float64Array.of(0))).toBeCloseTo(1 / (1 + (3 * 2) / 4), 12);
    // The middle itself lies in the upper half.
    expect(scoreOne(model, Float64Array.of(5))).toBeCloseTo(1 / (1 + (1 * 2) / 4), 12);
  });

  test("forgets a window when the next one is full, and not before", () => {
    const model = tree();
    for (const value of [1, 2, 3, 4]) learnOne(model, Float64Array.of(value));
    const before = scoreOne(model, Float64Array.of(9));
    expect(before).toBe(1);
    for (const value of [9, 9, 9]) learnOne(model, Float64Array.of(value));
    expect(scoreOne(model, Float64Array.of(9))).toBe(before);
    learnOne(model, Float64Array.of(9));
    expect(scoreOne(model, Float64Array.of(9))).toBeLessThan(0.5);
    expect(scoreOne(model, Float64Array.of(1))).toBe(1);
  });
});

describe("making and fitting", () => {
  const rows = Float64Array.from(reference.train.flat());

  test("equal seeds give equal trees and others others", () => {
    const of = (seed: number): HalfSpaceTrees => fitHalfSpaceTrees(rows, columns, small, seededRandom(seed));
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  test("a column that never changes is never asked about", () => {
    const model = makeHalfSpaceTrees(
      Float64Array.of(0, 5, 0),
      Float64Array.of(1, 5, 1),
      { trees: 20, depth: 5, windowSize: 10 },
      seededRandom(1),
    );
    expect(new Set(model.feature)).toEqual(new Set([0, 2]));
  });

  test("each tree halves its space: no question on a path is out of the space that is left", () => {
    const model = makeHalfSpaceTrees(Float64Array.of(0), Float64Array.of(1), small, seededRandom(2));
    const asking = 2 ** small.depth - 1;
    const walk = (tree: number, node: number, low: number, high: number): void => {
      if (node >= asking) return;
      const split = model.split[tree * asking + node]!;
      expect(split).toBeGreaterThan(low);
      expect(split).toBeLessThan(high);
      walk(tree, 2 * node + 1, low, split);
      walk(tree, 2 * node + 2, split, high);
    };
    for (let tree = 0; tree < small.trees; tree++) walk(tree, 0, -2, 3);
  });

  test("fewer rows than a window are a window", () => {
    const model = fitHalfSpaceTrees(
      rows.subarray(0, 10 * columns),
      columns,
      halfSpaceDefaults,
      seededRandom(1),
    );
    expect(model.windowSize).toBe(10);
    expect(scoreOne(model, rows.subarray(0, columns))).toBeGreaterThan(0);
  });

  test("rows beyond the range, and numbers that are none, get a score", () => {
    const model = fitHalfSpaceTrees(rows, columns, small, seededRandom(1));
    for (const value of [-1e300, 1e300, Infinity, NaN])
      expect(scoreOne(model, new Float64Array(columns).fill(value))).toBeGreaterThan(0);
  });
});

describe("a state from a file is refused", () => {
  const fitted = fitHalfSpaceTrees(
    Float64Array.from(reference.train.flat()),
    columns,
    small,
    seededRandom(1),
  );
  const state = fitted as unknown as Readonly<Record<string, Plain>>;

  test("only where it is wrong", () => {
    expect(halfSpaceTrees.check(state)).toEqual(fitted);
  });

  test.each<[string, Record<string, Plain>]>([
    ["no trees", { trees: 0 }],
    ["a depth that no memory holds", { depth: 40 }],
    ["another depth", { depth: 3 }],
    ["an empty window", { windowSize: 0 }],
    ["a column that no row has", { feature: fitted.feature.map(() => columns) }],
    ["a column before the first", { feature: fitted.feature.map(() => -1) }],
    ["a range too few", { low: new Float64Array(columns - 1) }],
    ["a negative range", { scale: new Float64Array(columns).fill(-1) }],
    ["more mass than a window", { reference: fitted.reference.map(() => 21) }],
    ["a mass too few", { latest: fitted.latest.subarray(1) }],
    ["a window more than full", { progress: Uint32Array.of(20, 1) }],
    ["a field of another kind", { split: 1 }],
  ])("%s", (_, change) => {
    expect(() => halfSpaceTrees.check({ ...state, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
