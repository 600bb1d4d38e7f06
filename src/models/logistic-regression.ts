/**
 * Logistic regression on few inputs, fitted by Newton's method (iteratively reweighted least squares: Hastie et al.,
 * "The Elements of Statistical Learning", §4.4.1). It fuses the models' scores into one calibrated probability.
 */

/** `logit = bias + Σ weights · inputs`. */
export interface LogisticRegression {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** Ridge on the weights, against separable data. */
const ridge = 1e-3;
const maxIterations = 50;

/**
 * Fits on `inputs`, shape (rows × columns), row by row; `labels` are 0 or 1, `rowWeights` positive. Weights that come
 * out negative are set to 0 and the rest is fitted anew: every input is a score whose rise must never lower the result.
 */
export function fitLogisticRegression(
  inputs: Float64Array,
  columns: number,
  labels: Uint8Array,
  rowWeights: Float64Array,
): LogisticRegression {
  const active = Array.from({ length: columns }, () => true);
  for (;;) {
    const fitted = newton(inputs, columns, labels, rowWeights, active);
    const negative = fitted.weights.findIndex((weight) => weight < 0);
    if (negative < 0) return fitted;
    active[negative] = false;
  }
}

/** Log-odds of one row of inputs. */
export function logisticLogit(model: LogisticRegression, inputs: readonly number[]): number {
  let logit = model.bias;
  for (let i = 0; i < inputs.length; i++) logit += model.weights[i]! * inputs[i]!;
  return logit;
}

/** Probability for log-odds, within (0, 1) for all finite ones: the tails keep their order as far as doubles can hold it. */
export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

function newton(
  inputs: Float64Array,
  columns: number,
  labels: Uint8Array,
  rowWeights: Float64Array,
  active: readonly boolean[],
): LogisticRegression {
  const size = columns + 1;
  const beta = new Float64Array(size);
  const x = new Float64Array(size);
  x[0] = 1;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let row = 0; row < labels.length; row++) {
      let logit = beta[0]!;
      for (let c = 0; c < columns; c++) {
        x[c + 1] = active[c] ? inputs[row * columns + c]! : 0;
        logit += beta[c + 1]! * x[c + 1]!;
      }
      const p = sigmoid(logit);
      const error = (labels[row]! - p) * rowWeights[row]!;
      const curvature = Math.max(p * (1 - p), 1e-9) * rowWeights[row]!;
      for (let i = 0; i < size; i++) {
        gradient[i]! += error * x[i]!;
        for (let j = 0; j <= i; j++) hessian[i * size + j]! += curvature * x[i]! * x[j]!;
      }
    }
    for (let i = 0; i < size; i++) {
      if (i > 0) gradient[i]! -= ridge * beta[i]!;
      hessian[i * size + i]! += ridge;
      for (let j = 0; j < i; j++) hessian[j * size + i] = hessian[i * size + j]!;
    }
    const step = solve(hessian, gradient, size);
    let moved = 0;
    for (let i = 0; i < size; i++) {
      const change = Math.max(-5, Math.min(5, step[i]!));
      beta[i]! += change;
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved < 1e-9) break;
  }
  return { bias: beta[0]!, weights: Array.from(beta.subarray(1), (weight, c) => (active[c] ? weight : 0)) };
}

/** Solves `matrix · x = vector` by Gaussian elimination with row pivoting; overwrites both. */
function solve(matrix: Float64Array, vector: Float64Array, size: number): Float64Array {
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row * size + column]!) > Math.abs(matrix[pivot * size + column]!)) pivot = row;
    }
    for (let k = 0; k < size; k++) {
      const held = matrix[column * size + k]!;
      matrix[column * size + k] = matrix[pivot * size + k]!;
      matrix[pivot * size + k] = held;
    }
    const heldValue = vector[column]!;
    vector[column] = vector[pivot]!;
    vector[pivot] = heldValue;
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row * size + column]! / matrix[column * size + column]!;
      for (let k = column; k < size; k++) matrix[row * size + k]! -= factor * matrix[column * size + k]!;
      vector[row]! -= factor * vector[column]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) vector[row]! -= matrix[row * size + k]! * vector[k]!;
    vector[row]! /= matrix[row * size + row]!;
  }
  return vector;
}
