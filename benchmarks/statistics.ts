/** Medians and intervals of repeated measurements. */
import { seededRandom } from "../src/random.ts";

/** A median with the interval that holds it with 95 % confidence, as far as the measurements tell. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The middle value; the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

const resamples = 2000;

/**
 * The median of all values, with a bootstrap interval (Efron, 1979). `groups` are values that were measured on the same
 * started servers and may share an error; whole groups are drawn first, then values inside them.
 */
export function estimate(groups: readonly (readonly number[])[]): Estimate {
  const random = seededRandom(1);
  const draw = <T>(items: readonly T[]): T[] => items.map(() => items[random.below(items.length)] as T);
  const medians = Float64Array.from({ length: resamples }, () => median(draw(groups).flatMap(draw))).sort();
  return {
    median: median(groups.flat()),
    low: medians[Math.floor(resamples * 0.025)] as number,
    high: medians[Math.floor(resamples * 0.975)] as number,
  };
}
