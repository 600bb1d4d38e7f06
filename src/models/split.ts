/**
 * The search for the best split of a node of a tree by sums over bins: what a split is worth to the second order (Chen,
 * Guestrin, KDD 2016), under constraints that keep the result monotone.
 */
import type { Cuts } from "./quantile-bins.ts";
import { missingBin } from "./quantile-bins.ts";

/** What a split must respect. */
export interface SplitOptions {
  /** Ridge on the values of the leaves. */
  readonly l2: number;
  /** Least sum of the second derivatives in a leaf; above 0. */
  readonly leastHessian: number;
  /** For each column 1 where a rise may never lower the result, -1 where it may never raise it, 0 where anything goes. */
  readonly monotone: ArrayLike<number>;
}

/** What a split of a node is judged by. */
export interface NodeSums {
  /** Sums of first and second derivatives of the loss over the rows of the node. */
  readonly gradient: number;
  readonly hessian: number;
  /** The same by column and bin, in turn; missing values have the last bin of a column. */
  readonly sums: Float64Array;
  /** The node's value as a leaf, and the bounds that splits above it put on it and on all below it. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A question, and what it makes of a node. */
export interface Split {
  /** By how much it lowers the loss, above 0. */
  readonly gain: number;
  readonly column: number;
  /** Rows whose bin is at or below it go left. */
  readonly bin: number;
  readonly missingRight: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
  readonly leftValue: number;
  readonly rightValue: number;
}

/** A split that gains less than this follows rounding errors, and so does a sum of hessians below the other. */
const leastGain = 1e-7;
const leastSum = 1e-9;

/** On which side of a split a bin lies. */
export function goesRight(bin: number, last: number, missing: number, missingRight: boolean): boolean {
  return bin === missing ? missingRight : bin > last;
}

/** The value that lowers the loss most within the bounds; `curvature` is the sum of second derivatives and ridge. */
export function bestValue(gradient: number, curvature: number, low: number, high: number): number {
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
 * `offsets` says where the sums of each column begin.
 */
export function bestSplit(
  node: NodeSums,
  columns: Uint32Array,
  cuts: Cuts,
  offsets: Uint32Array,
  options: SplitOptions,
): Split | undefined {
  const { gradient, hessian, low, high, sums } = node;
  const before = gainOf(node.value, gradient, hessian + options.l2);
  const found: Found = {
    gain: before + leastGain,
    column: -1,
    bin: 0,
    missingRight: false,
    leftGradient: 0,
    leftHessian: 0,
  };
  let isSideChosen = false;
  for (const column of columns) {
    const direction = options.monotone[column] ?? 0;
    const missing = offsets[column]! + 2 * missingBin(cuts[column]!);
    const hasMissing = sums[missing + 1]! > leastSum;
    const bestSoFar = found.gain;
    if (direction <= 0) search(node, column, offsets[column]!, missing, true, options, found);
    if (direction > 0 || (direction === 0 && hasMissing))
      search(node, column, offsets[column]!, missing, false, options, found);
    if (found.gain > bestSoFar) isSideChosen = hasMissing || direction !== 0;
  }
  if (found.column < 0) return undefined;
  const { gain, column, bin, leftGradient, leftHessian } = found;
  return {
    gain: gain - before,
    column,
    bin,
    missingRight: isSideChosen ? found.missingRight : leftHessian < hessian / 2,
    leftGradient,
    leftHessian,
    leftValue: bestValue(leftGradient, leftHessian + options.l2, low, high),
    rightValue: bestValue(gradient - leftGradient, hessian - leftHessian + options.l2, low, high),
  };
}

/** Tries each cut of one column, whose sums begin at `first` and end with those of missing values, at `missing`. */
function search(
  node: NodeSums,
  column: number,
  first: number,
  missing: number,
  missingRight: boolean,
  { l2, leastHessian, monotone }: SplitOptions,
  found: Found,
): void {
  const { gradient, hessian, low, high, sums } = node;
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
