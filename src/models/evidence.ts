/**
 * Evidence by signs: each sign that is present adds its weight to log-odds that others found. Weights lie in
 * [0, bound], so that one more sign never lowers the result, and none decides alone (SecSVM: Demontis et al., "Yes,
 * Machine Learning Can Be More Secure!", IEEE TDSC 2019). Fitted by cyclic coordinate descent with Newton steps
 * (Friedman, Hastie, Tibshirani: "Regularization Paths for Generalized Linear Models", J. Stat. Softw. 33, 2010).
 */

/** A fitted model: parallel lists, signs in ascending order. */
export interface Evidence {
  /** Integers that name the signs, such as rule ids. */
  readonly signs: readonly number[];
  /** What each adds to the log-odds, in (0, bound]. */
  readonly weights: readonly number[];
}

/** One row to fit on. */
export interface EvidenceRow {
  /** Log-odds without any signs. */
  readonly offset: number;
  /** The signs that are present, none twice. */
  readonly signs: readonly number[];
  readonly attack: boolean;
  /** How much the row counts; positive. */
  readonly weight: number;
}

/** Largest weight: it multiplies the odds by 400, and no more. */
export const evidenceBound = 6;
/** A sign that fewer rows have is left out: its weight would be chance. */
const fewestRows = 20;
/** Ridge on each weight, in rows. */
const ridge = 2;
const mostPasses = 500;
/** Fitting ends once no weight moves by more than this in a pass. */
const settled = 1e-4;

/**
 * Fits the weights of the signs on rows whose offsets stay as they are. An intercept takes up how common attacks are
 * among the rows, and is dropped. The same rows give the same model.
 */
export function fitEvidence(rows: readonly EvidenceRow[]): Evidence {
  const columns = new Map<number, number[]>();
  for (const [index, { signs }] of rows.entries()) {
    for (const sign of signs) {
      const column = columns.get(sign);
      if (column === undefined) columns.set(sign, [index]);
      else column.push(index);
    }
  }
  const signs = [...columns.keys()].filter((sign) => columns.get(sign)!.length >= fewestRows);
  signs.sort((a, b) => a - b);
  const all = rows.map((_, index) => index);
  const logits = Float64Array.from(rows, ({ offset }) => offset);

  /** One Newton step for a number that is added to the log-odds of the rows of `column`, within [least, most]. */
  const improve = (
    column: readonly number[],
    value: number,
    pull: number,
    least: number,
    most: number,
  ): number => {
    let gradient = -pull * value;
    let curvature = pull;
    for (const index of column) {
      const { attack, weight } = rows[index]!;
      const p = 1 / (1 + Math.exp(-logits[index]!));
      gradient += weight * ((attack ? 1 : 0) - p);
      curvature += weight * Math.max(p * (1 - p), 1e-6);
    }
    const step = Math.max(-1, Math.min(1, gradient / curvature));
    const moved = Math.max(least, Math.min(most, value + step));
    for (const index of column) logits[index]! += moved - value;
    return moved;
  };

  const weights = new Float64Array(signs.length);
  let intercept = 0;
  let moved = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < mostPasses && moved > settled && signs.length > 0; pass++) {
    const before = intercept;
    intercept = improve(all, intercept, 0, -20, 20);
    moved = Math.abs(intercept - before);
    for (const [i, sign] of signs.entries()) {
      const weight = improve(columns.get(sign)!, weights[i]!, ridge, 0, evidenceBound);
      moved = Math.max(moved, Math.abs(weight - weights[i]!));
      weights[i] = weight;
    }
  }
  const kept = signs.flatMap((sign, i) =>
    weights[i]! >= leastWeight ? [[sign, Number(weights[i]!.toFixed(3))] as const] : [],
  );
  return { signs: kept.map(([sign]) => sign), weights: kept.map(([, weight]) => weight) };
}

/** A weight below this changes no verdict that anybody could explain. */
const leastWeight = 0.01;

/** What the signs that are present add to the log-odds, at least 0; a sign said twice counts once. Pure. */
export function scoreEvidence(model: Evidence, present: readonly number[]): number {
  let sum = 0;
  for (const sign of new Set(present)) sum += weightOf(model, sign);
  return sum;
}

/** The weight of one sign; 0 for one that the model does not know. */
export function weightOf({ signs, weights }: Evidence, sign: number): number {
  let low = 0;
  let high = signs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (signs[middle]! < sign) low = middle + 1;
    else high = middle;
  }
  return signs[low] === sign ? weights[low]! : 0;
}
