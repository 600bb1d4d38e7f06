/**
 * Isolation Forest (Liu, Ting, Zhou: "Isolation Forest", ICDM 2008): rows that random splits set apart early are
 * anomalous. The score is the paper's, 2^(-E(h)/c), in [0, 1], higher is more anomalous; scikit-learn's
 * `score_samples` is its negative.
 */
import type { Random } from "../random.ts";
import { problemOfTrees } from "./flat-trees.ts";
import type { Estimator, Plain } from "./model.ts";
import { flatRows } from "./model.ts";
import { demand, shaped } from "./state.ts";

/** A fitted forest in flat arrays, shape (nodes) each; the trees stand one after the other. */
export interface IsolationForest {
  readonly features: number;
  /** Index of the root of each tree, shape (trees). */
  readonly roots: Int32Array;
  /** Feature that a node asks about; a leaf has -1. Wide where there are more than 127 features. */
  readonly feature: Int8Array | Int16Array;
  /** Rows at or below the threshold go to `left`, others to `left + 1`. */
  readonly threshold: Float32Array;
  /** Index of the left child; its sibling follows it. */
  readonly left: Int32Array;
  /** For a leaf: its depth plus the expected depth below it, which the rows that ended there would need. */
  readonly depth: Float32Array;
  /** Rows that each tree was grown from. */
  readonly sampleSize: number;
}

export interface ForestOptions {
  readonly trees: number;
  /** Rows drawn for each tree, without replacement. */
  readonly sampleSize: number;
}

/** The paper's own settings. */
export const forestDefaults: ForestOptions = { trees: 100, sampleSize: 256 };

const eulerGamma = 0.5772156649015329;

/** Expected depth of an unsuccessful search in a binary tree of `rows` rows (equation 1 of the paper). */
export function expectedDepth(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + eulerGamma) - (2 * (rows - 1)) / rows;
}

/**
 * Fits a forest on `rows`, shape (count × features), row by row. The same rows, options and seed give the same forest.
 * Trees end at a depth of ⌈log2 sampleSize⌉, as in the paper.
 */
export function fitIsolationForest(
  rows: Float64Array,
  features: number,
  options: ForestOptions,
  random: Random,
): IsolationForest {
  const count = rows.length / features;
  const sampleSize = Math.min(options.sampleSize, count);
  const maxDepth = Math.ceil(Math.log2(Math.max(2, sampleSize)));
  const feature: number[] = [];
  const threshold: number[] = [];
  const left: number[] = [];
  const depth: number[] = [];
  const roots = new Int32Array(options.trees);
  const sample = new Uint32Array(sampleSize);
  const all = Uint32Array.from({ length: count }, (_, index) => index);

  const addNode = (): number => {
    feature.push(-1);
    threshold.push(0);
    left.push(-1);
    return depth.push(0) - 1;
  };
  /** Features that vary among the rows `sample[from … to - 1]`, in random order until one is found. */
  const chooseSplit = (from: number, to: number): { column: number; at: number } | undefined => {
    const columns = random.shuffle(Uint32Array.from({ length: features }, (_, index) => index));
    for (const column of columns) {
      let low = Infinity;
      let high = -Infinity;
      for (let i = from; i < to; i++) {
        const value = Math.fround(rows[sample[i]! * features + column]!);
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (low < high) {
        const at = Math.fround(low + random.next() * (high - low));
        return { column, at: at >= high ? low : at };
      }
    }
    return undefined;
  };
  const grow = (node: number, from: number, to: number, level: number): void => {
    const split = level < maxDepth && to - from > 1 ? chooseSplit(from, to) : undefined;
    if (split === undefined) {
      depth[node] = level + expectedDepth(to - from);
      return;
    }
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = sample[i]!;
      if (Math.fround(rows[row * features + split.column]!) > split.at) continue;
      sample[i] = sample[middle]!;
      sample[middle++] = row;
    }
    feature[node] = split.column;
    threshold[node] = split.at;
    const child = addNode();
    addNode();
    left[node] = child;
    grow(child, from, middle, level + 1);
    grow(child + 1, middle, to, level + 1);
  };

  for (let tree = 0; tree < options.trees; tree++) {
    for (let i = 0; i < sampleSize; i++) {
      const j = i + random.below(count - i);
      const row = all[j]!;
      all[j] = all[i]!;
      all[i] = row;
      sample[i] = row;
    }
    const root = addNode();
    roots[tree] = root;
    grow(root, 0, sampleSize, 0);
  }
  return {
    features,
    roots,
    feature: features > 127 ? Int16Array.from(feature) : Int8Array.from(feature),
    threshold: Float32Array.from(threshold),
    left: Int32Array.from(left),
    depth: Float32Array.from(depth),
    sampleSize,
  };
}

/** The anomaly score of one row, in [0, 1], higher is more anomalous. Reads `row[0 … features - 1]`; changes nothing. */
export function scoreIsolationForest(forest: IsolationForest, row: Float64Array): number {
  const { roots, feature, threshold, left, depth } = forest;
  let total = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      node = left[node]! + (Math.fround(row[column]!) > threshold[node]! ? 1 : 0);
    }
    total += depth[node]!;
  }
  return 2 ** (-total / roots.length / expectedDepth(forest.sampleSize));
}

/** The forest as an entry of the catalog. */
export const isolationForest: Estimator<"row", IsolationForest> = {
  name: "isolation-forest",
  kind: "anomaly",
  reads: "row",
  fit: (rows, _, random) => fitIsolationForest(flatRows(rows), rows[0]!.length, forestDefaults, random),
  check: checkForestState,
  scorer: (model) => (row) => scoreIsolationForest(model, row),
};

function checkForestState(state: Plain): IsolationForest {
  const isWide = (state as { feature?: Plain } | null)?.feature instanceof Int16Array;
  const forest = shaped(state, {
    features: "integer",
    roots: Int32Array,
    feature: isWide ? Int16Array : Int8Array,
    threshold: Float32Array,
    left: Int32Array,
    depth: Float32Array,
    sampleSize: "integer",
  });
  const { features, roots, feature, threshold, depth, sampleSize } = forest;
  const nodes = feature.length;
  demand(features > 0 && sampleSize >= 2 && roots.length > 0, "its forest has no size");
  demand(threshold.length === nodes && depth.length === nodes, "a node is not whole");
  const problem = problemOfTrees(forest, features);
  demand(problem === undefined, problem ?? "");
  demand(
    depth.every((level) => level >= 0 && level <= 1e6),
    "a node lies at no depth",
  );
  return forest;
}
