/**
 * Rates of weighted rows, averages over sources and classes, and intervals over seeds. Shares are in [0, 1]; a row is an
 * alarm at or above a threshold.
 */
import { nextUp } from "../../src/training/metrics.ts";

/** A mean with its 95 % interval; one value alone has no interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Weights under which no group of rows counts for more than `cap` rows. */
export function capWeights(groups: readonly string[], cap: number): Float64Array {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  return Float64Array.from(groups, (group) => Math.min(1, cap / (counts.get(group) as number)));
}

/** The lowest threshold at which at most `rate` of the weight scores at or above it; ties fall on the same side. */
export function weightedThresholdAt(scores: Float64Array, weights: Float64Array, rate: number): number {
  const order = Uint32Array.from(scores, (_, index) => index).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  let allowed = rate * weights.reduce((sum, weight) => sum + weight, 0);
  for (const index of order) {
    allowed -= weights[index] as number;
    if (allowed < -1e-9) return nextUp(scores[index] as number);
  }
  return 0;
}

/** The share of the weight for which `holds` is true; NaN of none. */
export function weightedShare(weights: Float64Array, holds: (index: number) => boolean): number {
  let all = 0;
  let held = 0;
  for (let index = 0; index < weights.length; index++) {
    all += weights[index] as number;
    if (holds(index)) held += weights[index] as number;
  }
  return held / all;
}

/** The share of rows for which `holds` is true in each group, by its name, in the order of the names. */
export function sharesBy(
  keys: readonly string[],
  holds: (index: number) => boolean,
): Readonly<Record<string, number>> {
  const counts = new Map<string, { all: number; held: number }>();
  for (const [index, key] of keys.entries()) {
    const count = counts.get(key) ?? { all: 0, held: 0 };
    counts.set(key, count);
    count.all++;
    if (holds(index)) count.held++;
  }
  return Object.fromEntries(
    [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { all, held }]) => [key, held / all]),
  );
}

/** The mean of the values; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const studentQuantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
const normalQuantile = 1.96;

/** The mean of one figure over seeds, with its interval by Student's t. */
export function interval(values: readonly number[]): Interval {
  const middle = mean(values);
  if (values.length < 2) return { mean: middle, low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  const reach = (studentQuantiles[values.length - 2] ?? normalQuantile) * Math.sqrt(variance / values.length);
  return { mean: middle, low: middle - reach, high: middle + reach };
}

/** The same with an interval over the seeds in place of each number. */
export type OverSeeds<T> = T extends number ? Interval : { readonly [N in keyof T]: OverSeeds<T[N]> };

/** Merges the figures of several seeds, which all have the same shape. Texts and lists are those of the first. */
export function overSeeds<T>(figures: readonly T[]): OverSeeds<T> {
  const [first] = figures;
  if (typeof first === "number") return interval(figures as unknown as readonly number[]) as OverSeeds<T>;
  if (typeof first !== "object" || first === null) return first as OverSeeds<T>;
  return Object.fromEntries(
    Object.keys(first).map((name) => [
      name,
      overSeeds(figures.map((own) => (own as Readonly<Record<string, unknown>>)[name])),
    ]),
  ) as OverSeeds<T>;
}
