/**
 * Gradient-boosted trees for two classes (Friedman: "Greedy Function Approximation: A Gradient Boosting Machine", Annals of
 * Statistics 29, 2001): log-odds are the sum of what the leaves that a row falls into add. `fit-boosted-trees.ts` fits
 * them.
 */

/** Fitted trees in flat arrays, shape (nodes) each; the trees stand one after the other, children behind their parents. */
export interface BoostedTrees {
  /** Length of the rows that it reads. */
  readonly columns: number;
  /** Log-odds before any tree. */
  readonly bias: number;
  /** Index of the root of each tree, shape (trees). */
  readonly roots: Int32Array;
  /** Column that a node asks about; a leaf has -1. */
  readonly feature: Int16Array;
  /** For a question, the threshold: rows at or below it go to `left`, others to `left + 1`. For a leaf, what it adds. */
  readonly value: Float64Array;
  /** 1 where rows without a value go to `left + 1`, 0 where they go to `left`. */
  readonly missingRight: Uint8Array;
  /** Index of the left child; its sibling follows it. */
  readonly left: Int32Array;
}

/**
 * Log-odds of "attack" for one row, any finite number, higher is worse. Reads `row[0 … columns - 1]`; NaN stands for a
 * missing value. Allocates nothing, changes nothing.
 */
export function scoreBoostedTrees(model: BoostedTrees, row: Float64Array): number {
  const { roots, feature, value, missingRight, left } = model;
  let logit = model.bias;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      const x = row[column]!;
      const threshold = value[node]!;
      // No comparison with NaN is true.
      const goesRight = missingRight[node] === 1 ? !(x <= threshold) : x > threshold;
      node = left[node]! + (goesRight ? 1 : 0);
    }
    logit += value[node]!;
  }
  return logit;
}
