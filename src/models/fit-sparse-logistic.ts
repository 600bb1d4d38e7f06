/**
 * Logistic regression with a quadratic penalty on many sparse columns, fitted by Newton's method with conjugate gradients
 * (Lin, Weng, Keerthi: "Trust region Newton method for large-scale logistic regression", JMLR 9, 2008), with a line
 * search in place of the trust region.
 */

/** Sparse rows: the columns of row i and their values stand from `starts[i]` to `starts[i + 1]`. */
export interface SparseRows {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

const maxNewtonSteps = 50;
const maxConjugateSteps = 100;
/** The fit ends where the gradient is this small beside the first one. */
const gradientTolerance = 1e-6;

/**
 * Minimizes `½ |w|² + lossWeight · Σ log(1 + e^∓logit)`; `attacks` holds 1 for a row whose logit is to be high and 0
 * otherwise. The bias has no penalty; within, it stands behind the weights.
 */
export function fitSparseLogistic(
  rows: SparseRows,
  attacks: Uint8Array,
  columns: number,
  lossWeight: number,
): { readonly bias: number; readonly weights: Float64Array } {
  const size = columns + 1;
  let weights = new Float64Array(size);
  const logits = new Float64Array(attacks.length);
  const curvature = new Float64Array(attacks.length);
  const gradient = new Float64Array(size);
  let loss = lossAt(rows, weights, attacks, lossWeight, logits);
  let firstNorm = -1;
  for (let iteration = 0; iteration < maxNewtonSteps; iteration++) {
    gradient.set(weights);
    gradient[columns] = 0;
    for (let row = 0; row < attacks.length; row++) {
      const p = 1 / (1 + Math.exp(-logits[row]!));
      curvature[row] = lossWeight * p * (1 - p);
      addRow(rows, row, lossWeight * (p - attacks[row]!), gradient);
    }
    const norm = Math.sqrt(dot(gradient, gradient));
    if (firstNorm < 0) firstNorm = norm;
    if (norm <= gradientTolerance * firstNorm) break;
    const step = newtonStep(rows, curvature, gradient, norm);
    const slope = dot(gradient, step);
    let reach = 1;
    let next = weights;
    let nextLoss = loss;
    for (; reach > 1e-10; reach /= 2) {
      next = weights.map((weight, i) => weight + reach * step[i]!);
      nextLoss = lossAt(rows, next, attacks, lossWeight, logits);
      if (nextLoss <= loss + 1e-4 * reach * slope) break;
    }
    if (reach <= 1e-10) break;
    weights = next;
    loss = nextLoss;
  }
  return { weights: weights.slice(0, columns), bias: weights[columns]! };
}

/** Solves `H s = −g` by conjugate gradients, as far as Newton's method needs it. */
function newtonStep(
  rows: SparseRows,
  curvature: Float64Array,
  gradient: Float64Array,
  norm: number,
): Float64Array {
  const bias = gradient.length - 1;
  const step = new Float64Array(gradient.length);
  const residual = gradient.map((value) => -value);
  const direction = residual.slice();
  const product = new Float64Array(gradient.length);
  let squared = dot(residual, residual);
  for (let i = 0; i < maxConjugateSteps && Math.sqrt(squared) > Math.min(0.1, norm) * norm; i++) {
    product.set(direction);
    product[bias] = 0;
    for (let row = 0; row < curvature.length; row++)
      addRow(rows, row, curvature[row]! * logitOf(rows, row, direction), product);
    const along = squared / Math.max(Number.MIN_VALUE, dot(direction, product));
    for (let k = 0; k < step.length; k++) {
      step[k]! += along * direction[k]!;
      residual[k]! -= along * product[k]!;
    }
    const before = squared;
    squared = dot(residual, residual);
    for (let k = 0; k < step.length; k++) direction[k] = residual[k]! + (squared / before) * direction[k]!;
  }
  return step;
}

/** The penalized loss; fills `logits`. */
function lossAt(
  rows: SparseRows,
  weights: Float64Array,
  attacks: Uint8Array,
  lossWeight: number,
  logits: Float64Array,
): number {
  let loss = 0;
  for (let row = 0; row < attacks.length; row++) {
    const logit = logitOf(rows, row, weights);
    logits[row] = logit;
    const margin = attacks[row] === 1 ? logit : -logit;
    loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : -margin + Math.log1p(Math.exp(margin));
  }
  const bias = weights[weights.length - 1]!;
  return lossWeight * loss + (dot(weights, weights) - bias * bias) / 2;
}

function logitOf({ starts, columns, values }: SparseRows, row: number, weights: Float64Array): number {
  let logit = weights[weights.length - 1]!;
  for (let i = starts[row]!; i < starts[row + 1]!; i++) logit += values[i]! * weights[columns[i]!]!;
  return logit;
}

function addRow(
  { starts, columns, values }: SparseRows,
  row: number,
  factor: number,
  sum: Float64Array,
): void {
  for (let i = starts[row]!; i < starts[row + 1]!; i++) sum[columns[i]!]! += factor * values[i]!;
  sum[sum.length - 1]! += factor;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
