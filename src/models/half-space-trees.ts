/**
 * Streaming half-space trees (Tan, Ting, Liu: "Fast anomaly detection for streaming data", IJCAI 2011): random trees
 * that halve the space of normal rows, and how many rows of the last full window fell into each half. Where few fell, a
 * row is anomalous. The trees are made once; `learnOne` alone changes the counts.
 */
import type { Random } from "../random.ts";
import type { Estimator, Plain } from "./model.ts";
import { flatRows } from "./model.ts";
import { demand, shaped } from "./state.ts";

/** The trees in flat arrays, one tree after the other, each in the order of a heap: the children of i are 2i + 1 and 2i + 2. */
export interface HalfSpaceTrees {
  readonly columns: number;
  readonly trees: number;
  /** Levels of questions; a tree has 2^(depth + 1) − 1 nodes, of which 2^depth − 1 ask. */
  readonly depth: number;
  /** Rows of a window. */
  readonly windowSize: number;
  /** Lowest value of each column, and the reciprocal of its range (0 where it never changes). Shape (columns). */
  readonly low: Float64Array;
  readonly scale: Float64Array;
  /** The column that a node asks about; rows below the split go left. Shape (trees × asking nodes). */
  readonly feature: Int16Array;
  readonly split: Float32Array;
  /** Rows of the last full window that came through each node. Shape (trees × nodes). */
  readonly reference: Uint32Array;
  /** The same of the window that is being filled. */
  readonly latest: Uint32Array;
  /** Rows learnt so far: of the window that is being filled, and full windows. Shape (2). */
  readonly progress: Uint32Array;
}

export interface HalfSpaceOptions {
  readonly trees: number;
  /** At most 20. */
  readonly depth: number;
  readonly windowSize: number;
}

/** The paper's settings but for the depth, 15 there: its trees would take 18 MB, and tell no more apart. */
export const halfSpaceDefaults: HalfSpaceOptions = { trees: 25, depth: 10, windowSize: 250 };

/** A node with less than this share of a window is where the walk ends (the paper's SizeLimit). */
const sizeLimit = 0.1;
const deepest = 20;
/**
 * Share of the lowest and of the highest values that the range of a column leaves out. A single long value would otherwise
 * make the range, and every question on the way ask about nothing; the trees' space reaches beyond the range anyway.
 */
const rareShare = 0.01;

/**
 * Makes trees that have learnt nothing. `low` and `high` are the range of each column; a column without range is never
 * asked about. Each tree works on a space of its own around a random middle of each column (algorithm 1 of the paper).
 */
export function makeHalfSpaceTrees(
  low: Float64Array,
  high: Float64Array,
  options: HalfSpaceOptions,
  random: Random,
): HalfSpaceTrees {
  const { trees, windowSize } = options;
  const depth = Math.min(deepest, options.depth);
  const columns = low.length;
  const varying = Array.from(low.keys()).filter((column) => high[column]! > low[column]!);
  const asking = 2 ** depth - 1;
  const feature = new Int16Array(trees * asking);
  const split = new Float32Array(trees * asking);
  const bottom = new Float64Array(columns);
  const top = new Float64Array(columns);

  const halve = (first: number, node: number): void => {
    if (node >= asking) return;
    const column = varying.length === 0 ? 0 : varying[random.below(varying.length)]!;
    const middle = (bottom[column]! + top[column]!) / 2;
    feature[first + node] = column;
    split[first + node] = middle;
    const highest = top[column]!;
    const lowest = bottom[column]!;
    top[column] = middle;
    halve(first, 2 * node + 1);
    top[column] = highest;
    bottom[column] = middle;
    halve(first, 2 * node + 2);
    bottom[column] = lowest;
  };
  for (let tree = 0; tree < trees; tree++) {
    for (let column = 0; column < columns; column++) {
      const middle = random.next();
      const reach = 2 * Math.max(middle, 1 - middle);
      bottom[column] = middle - reach;
      top[column] = middle + reach;
    }
    halve(tree * asking, 0);
  }
  return {
    columns,
    trees,
    depth,
    windowSize,
    low: low.slice(),
    scale: low.map((lowest, column) => (high[column]! > lowest ? 1 / (high[column]! - lowest) : 0)),
    feature,
    split,
    reference: new Uint32Array(trees * (2 * asking + 1)),
    latest: new Uint32Array(trees * (2 * asking + 1)),
    progress: new Uint32Array(2),
  };
}

/** Fits trees on `rows`, shape (count × columns), as a stream in random order; a stream shorter than a window makes it one. */
export function fitHalfSpaceTrees(
  rows: Float64Array,
  columns: number,
  options: HalfSpaceOptions,
  random: Random,
): HalfSpaceTrees {
  const count = rows.length / columns;
  const low = new Float64Array(columns);
  const high = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const values = Float64Array.from({ length: count }, (_, row) => rows[row * columns + column]!).sort();
    const rare = Math.floor(rareShare * count);
    low[column] = values[rare]!;
    high[column] = values[count - 1 - rare]!;
    if (low[column] === high[column]) {
      low[column] = values[0]!;
      high[column] = values[count - 1]!;
    }
  }
  const windowSize = Math.min(options.windowSize, count);
  const model = makeHalfSpaceTrees(low, high, { ...options, windowSize }, random);
  const order = random.shuffle(Uint32Array.from({ length: count }, (_, index) => index));
  for (const index of order) learnOne(model, rows.subarray(index * columns, (index + 1) * columns));
  return model;
}

/** Learns one row: changes the counts of `model`, and nothing else. A full window becomes the one that scores refer to. */
export function learnOne(model: HalfSpaceTrees, row: Float64Array): void {
  const { trees, depth, feature, split, low, scale, latest, reference, progress } = model;
  const asking = 2 ** depth - 1;
  const nodes = 2 * asking + 1;
  for (let tree = 0; tree < trees; tree++) {
    let node = 0;
    for (;;) {
      latest[tree * nodes + node]!++;
      if (node >= asking) break;
      const column = feature[tree * asking + node]!;
      const value = (row[column]! - low[column]!) * scale[column]!;
      node = 2 * node + (value < split[tree * asking + node]! ? 1 : 2);
    }
  }
  if (++progress[0]! < model.windowSize) return;
  reference.set(latest);
  latest.fill(0);
  progress[0] = 0;
  progress[1] = Math.min(progress[1]! + 1, 0xffffffff);
}

/**
 * The score of one row, in [0, 1], higher is more anomalous; 0 before the first window is full. The paper's score, the
 * mass `r · 2^k` of the node at depth k where the walk ends, summed over the trees, counts 1 where rows are spread evenly
 * over the leaves; it enters as `1 / (1 + mean mass)`, which turns the order around and keeps it. Changes nothing.
 */
export function scoreOne(model: HalfSpaceTrees, row: Float64Array): number {
  const { trees, depth, windowSize, feature, split, low, scale, reference, progress } = model;
  if (progress[1] === 0) return 0;
  const asking = 2 ** depth - 1;
  const nodes = 2 * asking + 1;
  const few = sizeLimit * windowSize;
  let total = 0;
  for (let tree = 0; tree < trees; tree++) {
    let node = 0;
    let weight = 1;
    let mass = reference[tree * nodes]!;
    while (node < asking && mass > few) {
      const column = feature[tree * asking + node]!;
      const value = (row[column]! - low[column]!) * scale[column]!;
      node = 2 * node + (value < split[tree * asking + node]! ? 1 : 2);
      mass = reference[tree * nodes + node]!;
      weight *= 2;
    }
    total += mass * weight;
  }
  return 1 / (1 + total / (trees * windowSize));
}

/** The trees as an entry of the catalog. */
export const halfSpaceTrees: Estimator<"row", HalfSpaceTrees> = {
  name: "half-space-trees",
  kind: "anomaly",
  reads: "row",
  fit: (rows, _, random) => fitHalfSpaceTrees(flatRows(rows), rows[0]!.length, halfSpaceDefaults, random),
  check: checkHalfSpaceTrees,
  scorer: (model) => (row) => scoreOne(model, row),
};

function checkHalfSpaceTrees(state: Plain): HalfSpaceTrees {
  const model = shaped(state, {
    columns: "integer",
    trees: "integer",
    depth: "integer",
    windowSize: "integer",
    low: Float64Array,
    scale: Float64Array,
    feature: Int16Array,
    split: Float32Array,
    reference: Uint32Array,
    latest: Uint32Array,
    progress: Uint32Array,
  });
  const { columns, trees, depth, windowSize, feature, reference, progress } = model;
  demand(
    columns > 0 && trees > 0 && depth > 0 && depth <= deepest && windowSize > 0,
    "its trees have no size",
  );
  const asking = 2 ** depth - 1;
  const nodes = trees * (2 * asking + 1);
  demand(model.low.length === columns && model.scale.length === columns, "a column lacks its range");
  demand(
    feature.length === trees * asking && model.split.length === feature.length,
    "a node lacks its split",
  );
  demand(reference.length === nodes && model.latest.length === nodes, "a node lacks its mass");
  demand(
    feature.every((column) => column >= 0 && column < columns),
    "a node asks about a column that no row has",
  );
  demand(
    model.scale.every((factor) => factor >= 0),
    "a range is negative",
  );
  demand(
    reference.every((mass) => mass <= windowSize) && model.latest.every((mass) => mass <= windowSize),
    "a node holds more than a window",
  );
  demand(progress.length === 2 && progress[0]! < windowSize, "its window is more than full");
  return model;
}
