/**
 * Grows one regression tree on binned rows to second-order gradients (Chen, Guestrin: "XGBoost: A Scalable Tree Boosting
 * System", KDD 2016), the leaf with the most to gain first (LightGBM). Sums over the rows of a leaf are kept by bin; of
 * two siblings only the smaller one is summed, the other is what is left of the parent's sums.
 */
import type { BinnedRows, Cuts } from "./quantile-bins.ts";
import { missingBin } from "./quantile-bins.ts";

/** How a tree may grow. */
export interface TreeOptions {
  /** Most leaves. */
  readonly leaves: number;
  /** Most questions between the root and a leaf. */
  readonly depth: number;
  /** Ridge on the values of the leaves. */
  readonly l2: number;
  /** Least sum of the second derivatives in a leaf; above 0. */
  readonly leastHessian: number;
  /** For each column 1 where a rise may never lower the result, -1 where it may never raise it, 0 where anything goes. */
  readonly monotone: ArrayLike<number>;
}

/** Nodes of trees, parallel lists; the index of a node never changes. */
export interface TreeNodes {
  /** Column that a node asks about; a leaf has -1. */
  readonly feature: number[];
  /** Rows whose bin is at or below it go left; the bin after the last cut stands for all values. */
  readonly bin: number[];
  readonly missingRight: number[];
  /** Index of the left child; its sibling follows it. */
  readonly left: number[];
  readonly value: number[];
}

/** What a tree is grown on: first and second derivatives of the loss for each row. */
export interface Slopes {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

/**
 * Grows a tree on the rows and columns of the lists, appends its nodes, and returns the index of its root. Reorders
 * `rows`.
 */
export type TreeGrower = (
  slopes: Slopes,
  rows: Uint32Array,
  columns: Uint32Array,
  nodes: TreeNodes,
) => number;

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
  readonly missingRight: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
  readonly leftValue: number;
  readonly rightValue: number;
}

interface Leaf {
  readonly node: number;
  /** Its rows are `rows[from … to - 1]`. */
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly gradient: number;
  readonly hessian: number;
  /** Its value, and the bounds that splits above it put on it and on all below it. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Sums of gradients and hessians by column and bin, in turn. */
  readonly sums: Float64Array;
  readonly split: Split | undefined;
}

/** A split that gains less than this follows rounding errors, and so does a sum of hessians below the other. */
const leastGain = 1e-7;
const leastSum = 1e-9;

/** Makes a grower for these rows. It keeps its memory from tree to tree: one set of sums for each leaf. */
export function treeGrower(binned: BinnedRows, cuts: Cuts, options: TreeOptions): TreeGrower {
  const offsets = new Uint32Array(cuts.length + 1);
  for (const [column, ascending] of cuts.entries())
    offsets[column + 1] = offsets[column]! + 2 * (missingBin(ascending) + 1);
  const pool = Array.from({ length: options.leaves }, () => new Float64Array(offsets.at(-1)!));
  const scratch = new Uint32Array(binned.count);
  const ordered: Slopes = {
    gradients: new Float64Array(binned.count),
    hessians: new Float64Array(binned.count),
  };

  return (slopes, rows, columns, nodes) => {
    let free = 0;
    /** Sums of the rows `rows[from … to - 1]`, in memory of their own. */
    const sumsOf = (from: number, to: number): Float64Array => {
      const sums = pool[free++]!.fill(0);
      for (let i = from; i < to; i++) {
        ordered.gradients[i - from] = slopes.gradients[rows[i]!]!;
        ordered.hessians[i - from] = slopes.hessians[rows[i]!]!;
      }
      addSums(sums, offsets, binned, columns, rows.subarray(from, to), ordered);
      return sums;
    };
    const withSplit = (leaf: Omit<Leaf, "split">): Leaf => {
      const mayGrow = leaf.depth < options.depth && leaf.to - leaf.from > 1;
      return { ...leaf, split: mayGrow ? bestSplit(leaf, columns, cuts, offsets, options) : undefined };
    };

    const root = addNode(nodes);
    const sums = sumsOf(0, rows.length);
    const gradient = total(ordered.gradients, rows.length);
    const hessian = total(ordered.hessians, rows.length);
    const low = Number.NEGATIVE_INFINITY;
    const high = Number.POSITIVE_INFINITY;
    const value = bestValue(gradient, hessian + options.l2, low, high);
    const everything = {
      node: root,
      from: 0,
      to: rows.length,
      depth: 0,
      gradient,
      hessian,
      value,
      low,
      high,
    };
    const leaves = [withSplit({ ...everything, sums })];

    while (leaves.length < options.leaves) {
      const at = mostGaining(leaves);
      const leaf = leaves[at]!;
      const { split } = leaf;
      if (split === undefined) break;
      const { column } = split;
      const bins = binned.bins.subarray(column * binned.count, (column + 1) * binned.count);
      const middle = partition(rows, leaf, bins, split, missingBin(cuts[column]!), scratch);

      const left = addNode(nodes);
      addNode(nodes);
      nodes.feature[leaf.node] = column;
      nodes.bin[leaf.node] = split.bin;
      nodes.missingRight[leaf.node] = split.missingRight ? 1 : 0;
      nodes.left[leaf.node] = left;

      const leftIsSmaller = middle - leaf.from < leaf.to - middle;
      const smaller = leftIsSmaller ? sumsOf(leaf.from, middle) : sumsOf(middle, leaf.to);
      const larger = leaf.sums;
      for (let i = 0; i < larger.length; i++) larger[i]! -= smaller[i]!;

      // On the way to either side of a constrained split, no value may cross the middle between the two.
      const direction = options.monotone[column] ?? 0;
      const border = (split.leftValue + split.rightValue) / 2;
      leaves[at] = withSplit({
        node: left,
        from: leaf.from,
        to: middle,
        depth: leaf.depth + 1,
        gradient: split.leftGradient,
        hessian: split.leftHessian,
        value: split.leftValue,
        low: direction < 0 ? border : leaf.low,
        high: direction > 0 ? border : leaf.high,
        sums: leftIsSmaller ? smaller : larger,
      });
      leaves.push(
        withSplit({
          node: left + 1,
          from: middle,
          to: leaf.to,
          depth: leaf.depth + 1,
          gradient: leaf.gradient - split.leftGradient,
          hessian: leaf.hessian - split.leftHessian,
          value: split.rightValue,
          low: direction > 0 ? border : leaf.low,
          high: direction < 0 ? border : leaf.high,
          sums: leftIsSmaller ? larger : smaller,
        }),
      );
    }
    for (const leaf of leaves) nodes.value[leaf.node] = leaf.value;
    return root;
  };
}

function addNode({ feature, bin, missingRight, left, value }: TreeNodes): number {
  bin.push(0);
  missingRight.push(0);
  left.push(-1);
  value.push(0);
  return feature.push(-1) - 1;
}

function total(values: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum;
}

/**
 * The inner loop of all fitting: adds the slopes of the rows, in their order, to the bins of the columns. Four columns at
 * once: what a row brings is loaded once for all of them.
 */
function addSums(
  sums: Float64Array,
  offsets: Uint32Array,
  { bins, count }: BinnedRows,
  columns: Uint32Array,
  rows: Uint32Array,
  { gradients, hessians }: Slopes,
): void {
  let next = 0;
  for (; next + 4 <= columns.length; next += 4) {
    const [a, b, c, d] = columns.subarray(next, next + 4) as unknown as [number, number, number, number];
    const binsA = bins.subarray(a * count, (a + 1) * count);
    const binsB = bins.subarray(b * count, (b + 1) * count);
    const binsC = bins.subarray(c * count, (c + 1) * count);
    const binsD = bins.subarray(d * count, (d + 1) * count);
    const [offsetA, offsetB, offsetC, offsetD] = [offsets[a]!, offsets[b]!, offsets[c]!, offsets[d]!];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const gradient = gradients[i]!;
      const hessian = hessians[i]!;
      const atA = offsetA + 2 * binsA[row]!;
      const atB = offsetB + 2 * binsB[row]!;
      const atC = offsetC + 2 * binsC[row]!;
      const atD = offsetD + 2 * binsD[row]!;
      sums[atA]! += gradient;
      sums[atA + 1]! += hessian;
      sums[atB]! += gradient;
      sums[atB + 1]! += hessian;
      sums[atC]! += gradient;
      sums[atC + 1]! += hessian;
      sums[atD]! += gradient;
      sums[atD + 1]! += hessian;
    }
  }
  for (; next < columns.length; next++) {
    const first = columns[next]! * count;
    const offset = offsets[columns[next]!]!;
    for (let i = 0; i < rows.length; i++) {
      const at = offset + 2 * bins[first + rows[i]!]!;
      sums[at]! += gradients[i]!;
      sums[at + 1]! += hessians[i]!;
    }
  }
}

function mostGaining(leaves: readonly Leaf[]): number {
  let best = 0;
  for (let i = 1; i < leaves.length; i++)
    if ((leaves[i]!.split?.gain ?? 0) > (leaves[best]!.split?.gain ?? 0)) best = i;
  return best;
}

/** Moves the leaf's rows that go left before those that go right, each in their order, and returns where these begin. */
function partition(
  rows: Uint32Array,
  { from, to }: Leaf,
  bins: Uint8Array,
  { bin, missingRight }: Split,
  missing: number,
  scratch: Uint32Array,
): number {
  let middle = from;
  let right = 0;
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    if (goesRight(bins[row]!, bin, missing, missingRight)) scratch[right++] = row;
    else rows[middle++] = row;
  }
  rows.set(scratch.subarray(0, right), middle);
  return middle;
}

/** On which side of a split a bin lies. */
export function goesRight(bin: number, last: number, missing: number, missingRight: boolean): boolean {
  return bin === missing ? missingRight : bin > last;
}

/** The value that lowers the loss most within the bounds; `curvature` is the sum of second derivatives and ridge. */
function bestValue(gradient: number, curvature: number, low: number, high: number): number {
  const value = -gradient / curvature;
  return value < low ? low : value > high ? high : value;
}

/** By how much, to the second order, that value lowers the loss. */
function gainOf(value: number, gradient: number, curvature: number): number {
  return -value * (gradient + 0.5 * curvature * value);
}

/** The best split that was found so far; a search overwrites it. */
interface Found {
  gain: number;
  column: number;
  bin: number;
  missingRight: boolean;
  leftGradient: number;
  leftHessian: number;
}

/**
 * The split that lowers the loss most, or undefined where none does. The first one among equals, so that the result does
 * not depend on chance. Missing values take the side that suits them, and where there are none, that of the most rows;
 * in a constrained column they take the side of the lower result, so that leaving a value out never raises it.
 */
function bestSplit(
  leaf: Omit<Leaf, "split">,
  columns: Uint32Array,
  cuts: Cuts,
  offsets: Uint32Array,
  options: TreeOptions,
): Split | undefined {
  const { gradient, hessian, low, high, sums } = leaf;
  const before = gainOf(leaf.value, gradient, hessian + options.l2);
  const found: Found = {
    gain: before + leastGain,
    column: -1,
    bin: 0,
    missingRight: false,
    leftGradient: 0,
    leftHessian: 0,
  };
  let isMissing = false;
  for (const column of columns) {
    const direction = options.monotone[column] ?? 0;
    const missing = offsets[column]! + 2 * missingBin(cuts[column]!);
    const hasMissing = sums[missing + 1]! > leastSum;
    const before = found.gain;
    if (direction <= 0) search(leaf, column, offsets[column]!, missing, true, options, found);
    if (direction > 0 || (direction === 0 && hasMissing))
      search(leaf, column, offsets[column]!, missing, false, options, found);
    if (found.gain > before) isMissing = hasMissing || direction !== 0;
  }
  if (found.column < 0) return undefined;
  const { gain, column, bin, leftGradient, leftHessian } = found;
  return {
    gain: gain - before,
    column,
    bin,
    missingRight: isMissing ? found.missingRight : leftHessian < hessian / 2,
    leftGradient,
    leftHessian,
    leftValue: bestValue(leftGradient, leftHessian + options.l2, low, high),
    rightValue: bestValue(gradient - leftGradient, hessian - leftHessian + options.l2, low, high),
  };
}

/** Tries each cut of one column, whose sums begin at `first` and end with those of missing values, at `missing`. */
function search(
  leaf: Omit<Leaf, "split">,
  column: number,
  first: number,
  missing: number,
  missingRight: boolean,
  { l2, leastHessian, monotone }: TreeOptions,
  found: Found,
): void {
  const { gradient, hessian, low, high, sums } = leaf;
  const direction = monotone[column] ?? 0;
  let leftGradient = missingRight ? 0 : sums[missing]!;
  let leftHessian = missingRight ? 0 : sums[missing + 1]!;
  for (let at = first; at < missing; at += 2) {
    leftGradient += sums[at]!;
    leftHessian += sums[at + 1]!;
    if (leftHessian < leastHessian) continue;
    if (hessian - leftHessian < leastHessian) break;
    const leftCurvature = leftHessian + l2;
    const rightCurvature = hessian - leftHessian + l2;
    const leftValue = bestValue(leftGradient, leftCurvature, low, high);
    const rightValue = bestValue(gradient - leftGradient, rightCurvature, low, high);
    if ((rightValue - leftValue) * direction < 0) continue;
    const gain =
      gainOf(leftValue, leftGradient, leftCurvature) +
      gainOf(rightValue, gradient - leftGradient, rightCurvature);
    if (gain <= found.gain) continue;
    found.gain = gain;
    found.column = column;
    found.bin = (at - first) / 2;
    found.missingRight = missingRight;
    found.leftGradient = leftGradient;
    found.leftHessian = leftHessian;
  }
}
