/**
 * The optimization behind the one-class support vector machine: minimize ½ αᵀKα with Σ αᵢ = 1 and 0 ≤ αᵢ ≤ cᵢ, by
 * sequential minimal optimization with second-order choice of the pair (Fan, Chen, Lin: "Working set selection using
 * second order information", JMLR 6, 2005). Weighted rows raise their own bound.
 */

/** The kernel's weights, and the value `Σ αᵢ k(xᵢ, x)` on the boundary. */
export interface KernelExpansion {
  /** αᵢ, shape (rows); most are 0. */
  readonly weights: Float64Array;
  readonly level: number;
}

/** The largest violation of optimality that is left, as a share of the kernel's values, which lie in (0, 1]. */
const tolerance = 1e-5;
/** Pairs of weights that are moved at most, for each row: a bound that no ordinary fit reaches. */
const pairsPerRow = 200;

/** Fits on standardized `rows`, shape (counts × columns); `counts` says how often each row occurs, `nu` lies in (0, 1]. */
export function fitKernelExpansion(
  rows: Float64Array,
  columns: number,
  counts: Float64Array,
  gamma: number,
  nu: number,
): KernelExpansion {
  const size = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.map((count) => count / (nu * total));
  const kernelRow = kernelRows(rows, columns, size, gamma);

  const alpha = new Float64Array(size);
  const gradient = new Float64Array(size);
  for (let i = 0, left = 1; i < size && left > 0; i++) {
    const share = Math.min(left, most[i]!);
    alpha[i] = share;
    left -= share;
    const kernel = kernelRow(i);
    for (let k = 0; k < size; k++) gradient[k]! += share * kernel[k]!;
  }

  // All gradients where α may still grow must lie above those where it may still shrink.
  const slack = tolerance * gradient.reduce((largest, value) => Math.max(largest, value), 0);
  for (let pairs = pairsPerRow * size; pairs > 0; pairs--) {
    let grow = -1;
    let least = Infinity;
    let greatest = -Infinity;
    for (let k = 0; k < size; k++) {
      const value = gradient[k]!;
      if (alpha[k]! < most[k]! && value < least) {
        least = value;
        grow = k;
      }
      if (alpha[k]! > 0 && value > greatest) greatest = value;
    }
    if (grow < 0 || greatest - least <= slack) break;
    const growing = kernelRow(grow);
    let shrink = -1;
    let bestGain = -1;
    for (let k = 0; k < size; k++) {
      const excess = gradient[k]! - least;
      if (alpha[k]! <= 0 || excess <= 0) continue;
      const gain = (excess * excess) / Math.max(1e-12, 2 - 2 * growing[k]!);
      if (gain <= bestGain) continue;
      bestGain = gain;
      shrink = k;
    }
    const shrinking = kernelRow(shrink);
    const best = (gradient[shrink]! - least) / Math.max(1e-12, 2 - 2 * growing[shrink]!);
    const room = most[grow]! - alpha[grow]!;
    const step = Math.min(best, room, alpha[shrink]!);
    // What reaches its bound is set to it, so that it counts as being there.
    alpha[grow] = step === room ? most[grow]! : alpha[grow]! + step;
    alpha[shrink] = step === alpha[shrink] ? 0 : alpha[shrink]! - step;
    for (let k = 0; k < size; k++) gradient[k]! += step * (growing[k]! - shrinking[k]!);
  }
  return { weights: normalized(alpha), level: levelOf(alpha, most, gradient) };
}

/** The gradient of rows that lie on the boundary; between the two sides where there are none. */
function levelOf(alpha: Float64Array, most: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  let free = 0;
  let inside = Infinity;
  let outside = -Infinity;
  for (let i = 0; i < alpha.length; i++) {
    const value = gradient[i]!;
    if (alpha[i]! >= most[i]!) outside = Math.max(outside, value);
    else if (alpha[i] === 0) inside = Math.min(inside, value);
    else {
      sum += value;
      free++;
    }
  }
  const level =
    free > 0
      ? sum / free
      : inside === Infinity
        ? outside
        : outside === -Infinity
          ? inside
          : (inside + outside) / 2;
  return Math.min(1, Math.max(0, level));
}

/** Sums of a great many steps drift by a few units of the last place. */
function normalized(alpha: Float64Array): Float64Array {
  const sum = alpha.reduce((total, value) => total + value, 0);
  return alpha.map((value) => value / sum);
}

/** Memory for rows of the kernel, in bytes; those asked for longest ago make place for others. */
const kernelBytes = 256 * 1024 * 1024;

/** Rows of the kernel, each computed when it is first asked for. */
function kernelRows(
  rows: Float64Array,
  columns: number,
  size: number,
  gamma: number,
): (index: number) => Float32Array {
  const known = new Map<number, Float32Array>();
  const most = Math.max(2, Math.floor(kernelBytes / 4 / size));
  return (index) => {
    let kernel = known.get(index);
    if (kernel !== undefined) {
      known.delete(index);
      known.set(index, kernel);
      return kernel;
    }
    const [oldest] = known.size < most ? [] : known;
    if (oldest !== undefined) known.delete(oldest[0]);
    kernel = oldest?.[1] ?? new Float32Array(size);
    const own = index * columns;
    for (let other = 0, at = 0; other < size; other++) {
      let distance = 0;
      for (let column = 0; column < columns; column++, at++) {
        const difference = rows[own + column]! - rows[at]!;
        distance += difference * difference;
      }
      kernel[other] = Math.exp(-gamma * distance);
    }
    known.set(index, kernel);
    return kernel;
  };
}
