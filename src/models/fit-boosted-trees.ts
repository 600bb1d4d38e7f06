/**
 * Fits `BoostedTrees` on the logistic loss: each tree follows the slopes that the trees before it leave (Friedman, 2001),
 * on a random part of rows and columns where asked (Friedman: "Stochastic Gradient Boosting", 2002).
 */
import { ArbiterError } from "../errors.ts";
import type { Random } from "../random.ts";
import type { BoostedTrees } from "./boosted-trees.ts";
import { scoreBoostedTrees } from "./boosted-trees.ts";
import { problemOfTrees } from "./flat-trees.ts";
import type { TreeNodes, TreeOptions } from "./grow-tree.ts";
import { treeGrower } from "./grow-tree.ts";
import type { Estimator, Plain } from "./model.ts";
import { flatRows } from "./model.ts";
import type { BinnedRows, Cuts } from "./quantile-bins.ts";
import { binRows, fitCuts, missingBin } from "./quantile-bins.ts";
import { goesRight } from "./split.ts";
import { demand, shaped } from "./state.ts";

/** Rows whose label is known. */
export interface LabelledRows {
  /** Shape (count × columns), row by row; finite, or NaN where a value is missing. */
  readonly rows: Float64Array;
  /** 1 for an attack, 0 for none. Shape (count). */
  readonly labels: Uint8Array;
  /** How much each row counts, positive; all the same where left out. Shape (count). */
  readonly weights?: Float64Array;
  /** Log-odds that other models have found, to which the trees add; the trees then have no bias. Shape (count). */
  readonly offsets?: Float64Array;
}

/** How trees are boosted. */
export interface BoostingOptions extends TreeOptions {
  /** Most trees. */
  readonly trees: number;
  /** Share of its step that each tree takes, in (0, 1]. */
  readonly learningRate: number;
  /** Bins of a column, 2 to 255. */
  readonly bins: number;
  /** Share of the rows, and of the columns, that a tree is grown on, in (0, 1]. */
  readonly rowShare: number;
  readonly columnShare: number;
  /** With rows that are held out: fitting ends once their loss has not fallen for this many trees. */
  readonly patience: number;
}

/** What tables of some thousand rows and more do well with; no constraints. */
export const boostingDefaults: BoostingOptions = {
  trees: 200,
  leaves: 31,
  depth: 12,
  learningRate: 0.1,
  l2: 1,
  leastHessian: 1,
  monotone: [],
  bins: 255,
  rowShare: 1,
  columnShare: 1,
  patience: 20,
};

/** Second derivatives are at least this much of a row's weight: a row that is fully learnt still has a step. */
const leastCurvature = 1e-16;

/**
 * Fits trees. With rows that are `held` out, only the trees up to their lowest loss are kept. The same data, options and
 * seed give the same model. Needs, beside the rows, a byte for each number in them and some 16 KB for each column and
 * ten leaves. Throws `data_invalid` where the parts of the data do not fit together or one label is missing.
 */
export function fitBoostedTrees(
  data: LabelledRows,
  columns: number,
  options: BoostingOptions,
  random: Random,
  held?: LabelledRows,
): BoostedTrees {
  checkData(data, columns);
  const { labels } = data;
  const weights = weightsOf(data);
  const cuts = fitCuts(data.rows, columns, options.bins);
  const binned = binRows(data.rows, cuts);
  const grow = treeGrower(binned, cuts, options);
  const bias = data.offsets === undefined ? logOdds(labels, weights) : 0;
  const logits = startOf(data, bias);
  const slopes = {
    gradients: new Float64Array(labels.length),
    hessians: new Float64Array(labels.length),
  };
  const allColumns = Uint32Array.from({ length: columns }, (_, column) => column);
  const stopping = held === undefined ? undefined : earlyStopping(held, cuts, bias, options.patience);
  const nodes: TreeNodes = { feature: [], bin: [], missingRight: [], left: [], value: [] };
  const roots: number[] = [];

  for (let tree = 0; tree < options.trees; tree++) {
    for (let row = 0; row < labels.length; row++) {
      const p = 1 / (1 + Math.exp(-logits[row]!));
      slopes.gradients[row] = weights[row]! * (p - labels[row]!);
      slopes.hessians[row] = weights[row]! * Math.max(p * (1 - p), leastCurvature);
    }
    const sample = drawRows(labels.length, options.rowShare, random);
    const chosen = drawColumns(allColumns, options.columnShare, random);
    const root = grow(slopes, sample, chosen, nodes);
    roots.push(root);
    for (let node = root; node < nodes.value.length; node++) nodes.value[node]! *= options.learningRate;
    addTree(nodes, root, binned, cuts, logits);
    if (stopping?.isOver(nodes, root)) break;
  }

  const kept = stopping === undefined ? roots.length : stopping.bestCount();
  const end = roots[kept] ?? nodes.feature.length;
  const values = nodes.value.map((value, node) =>
    nodes.feature[node]! < 0 ? value : thresholdOf(cuts[nodes.feature[node]!]!, nodes.bin[node]!),
  );
  return {
    columns,
    bias,
    roots: Int32Array.from(roots.slice(0, kept)),
    feature: Int16Array.from(nodes.feature.slice(0, end)),
    value: Float64Array.from(values.slice(0, end)),
    missingRight: Uint8Array.from(nodes.missingRight.slice(0, end)),
    left: Int32Array.from(nodes.left.slice(0, end)),
  };
}

function checkData({ rows, labels, weights, offsets }: LabelledRows, columns: number): void {
  const problem =
    rows.length !== labels.length * columns
      ? `${labels.length} rows of ${columns} columns need ${labels.length * columns} numbers, and there are ${rows.length}`
      : weights !== undefined && weights.length !== labels.length
        ? `${labels.length} rows need as many weights, and there are ${weights.length}`
        : offsets !== undefined && offsets.length !== labels.length
          ? `${labels.length} rows need as many offsets, and there are ${offsets.length}`
          : !labels.includes(0) || !labels.includes(1)
            ? "trees are boosted on rows of both labels, and one is missing"
            : undefined;
  if (problem !== undefined) throw new ArbiterError("data_invalid", problem);
}

/** Log-odds of each row before any tree. */
function startOf({ labels, offsets }: LabelledRows, bias: number): Float64Array {
  return offsets === undefined ? new Float64Array(labels.length).fill(bias) : offsets.slice();
}

function weightsOf({ labels, weights }: LabelledRows): Float64Array {
  return weights ?? new Float64Array(labels.length).fill(1);
}

/** Log-odds of the labels without any columns. */
function logOdds(labels: Uint8Array, weights: Float64Array): number {
  let attacks = 0;
  let all = 0;
  for (let row = 0; row < labels.length; row++) {
    attacks += weights[row]! * labels[row]!;
    all += weights[row]!;
  }
  return Math.log(attacks / (all - attacks));
}

/** Each row with the probability `share`, in order, since a walk in order is much faster; at least one row. */
function drawRows(count: number, share: number, random: Random): Uint32Array {
  const drawn = new Uint32Array(count);
  let size = 0;
  for (let row = 0; row < count; row++) if (share >= 1 || random.next() < share) drawn[size++] = row;
  return drawn.subarray(0, Math.max(1, size));
}

function drawColumns(all: Uint32Array, share: number, random: Random): Uint32Array {
  if (share >= 1) return all;
  const size = Math.max(1, Math.round(share * all.length));
  return random.shuffle(all.slice()).subarray(0, size).sort();
}

/** Adds what one tree says of each row to its log-odds. */
function addTree(
  nodes: TreeNodes,
  root: number,
  { count, bins }: BinnedRows,
  cuts: Cuts,
  logits: Float64Array,
): void {
  const { feature, bin, missingRight, left, value } = nodes;
  for (let row = 0; row < count; row++) {
    let node = root;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      const own = bins[column * count + row]!;
      const right = goesRight(own, bin[node]!, missingBin(cuts[column]!), missingRight[node] === 1);
      node = left[node]! + (right ? 1 : 0);
    }
    logits[row]! += value[node]!;
  }
}

/** The cut behind a bin; all values lie at or below the one behind the last bin. */
function thresholdOf(cuts: Float64Array, bin: number): number {
  return cuts[bin] ?? Number.MAX_VALUE;
}

interface EarlyStopping {
  /** Takes the next tree into account. True once the loss has not fallen for too long. */
  isOver(nodes: TreeNodes, root: number): boolean;
  /** Number of trees at the lowest loss. */
  bestCount(): number;
}

function earlyStopping(held: LabelledRows, cuts: Cuts, bias: number, patience: number): EarlyStopping {
  const { labels } = held;
  const weights = weightsOf(held);
  const binned = binRows(held.rows, cuts);
  const logits = startOf(held, bias);
  let lowest = logLoss(logits, labels, weights);
  let best = 0;
  let trees = 0;
  return {
    isOver(nodes, root) {
      addTree(nodes, root, binned, cuts, logits);
      trees++;
      const loss = logLoss(logits, labels, weights);
      if (loss < lowest) {
        lowest = loss;
        best = trees;
      }
      return trees - best >= patience;
    },
    bestCount: () => best,
  };
}

/** Sum of the logistic losses, exact also for log-odds far from 0. */
function logLoss(logits: Float64Array, labels: Uint8Array, weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < logits.length; row++) {
    const against = labels[row] === 1 ? -logits[row]! : logits[row]!;
    sum += weights[row]! * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return sum;
}

/** Boosted trees in the catalog: supervised, over the row; the probability of an attack at the odds of the training set. */
export const boostedTrees: Estimator<"row", BoostedTrees> = {
  name: "boosted-trees",
  kind: "supervised",
  reads: "row",
  fit: (rows, attacks, random) =>
    fitBoostedTrees(
      { rows: flatRows(rows), labels: attacks },
      rows[0]?.length ?? 0,
      boostingDefaults,
      random,
    ),
  check: checkBoostedTrees,
  scorer: (model) => (row) => 1 / (1 + Math.exp(-scoreBoostedTrees(model, row))),
};

function checkBoostedTrees(state: Plain): BoostedTrees {
  const model = shaped(state, {
    columns: "integer",
    bias: "number",
    roots: Int32Array,
    feature: Int16Array,
    value: Float64Array,
    missingRight: Uint8Array,
    left: Int32Array,
  });
  const { columns, feature, value, missingRight } = model;
  const nodes = feature.length;
  demand(value.length === nodes && missingRight.length === nodes, "its arrays have different lengths");
  const problem = problemOfTrees(model, columns);
  demand(problem === undefined, problem ?? "");
  return model;
}
