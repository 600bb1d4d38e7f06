/**
 * A measure of any unit as a score in [0, 1]: the share of known values that lie below it. Also beyond all known values a
 * higher measure has a higher score, so that thresholds in the tail tell apart what they must.
 */

/** The known values, ascending; at least one, each above 0. */
export type KnownValues = Float64Array;

/**
 * The score of a measure that is at least 0, in [0, 1): linear between neighboring known values; beyond the highest one
 * the rest of the way to 1 shrinks like the inverse of the measure. Strictly increasing.
 */
export function empiricalRank(known: KnownValues, measure: number): number {
  const steps = known.length + 1;
  const highest = known.at(-1)!;
  if (measure >= highest) return 1 - highest / measure / steps;
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (known[middle]! <= measure) low = middle + 1;
    else high = middle;
  }
  const below = low === 0 ? 0 : known[low - 1]!;
  return (low + (measure - below) / (known[low]! - below)) / steps;
}
