/**
 * Columns of numbers as bins of about equally many rows: a tree that looks for a split among at most 255 bins finds about
 * the same one as among all values, much faster (Ke et al.: "LightGBM: A Highly Efficient Gradient Boosting Decision
 * Tree", NeurIPS 2017).
 */

/** Bins of a column without the one for missing values: with it, they fit in a byte. */
export const mostBins = 255;

/**
 * The cuts of each column, ascending: bin b holds what is above cut b - 1 and at or below cut b. The bin after the last
 * one holds missing values.
 */
export type Cuts = readonly Float64Array[];

/** Rows in bins. */
export interface BinnedRows {
  readonly count: number;
  /** Shape (columns × count), column by column. */
  readonly bins: Uint8Array;
}

/**
 * Finds the cuts on `rows`, shape (count × columns), row by row; NaN is a missing value. A column with at most `most`
 * distinct values gets a bin for each of them.
 */
export function fitCuts(rows: Float64Array, columns: number, most: number): Cuts {
  const count = rows.length / columns;
  const values = new Float64Array(count);
  return Array.from({ length: columns }, (_, column) => {
    let present = 0;
    for (let row = 0; row < count; row++) {
      const value = rows[row * columns + column]!;
      if (!Number.isNaN(value)) values[present++] = value;
    }
    return cutsOf(values.subarray(0, present).sort(), Math.min(most, mostBins));
  });
}

/** Puts rows, shape (count × columns), into the bins of the cuts. */
export function binRows(rows: Float64Array, cuts: Cuts): BinnedRows {
  const columns = cuts.length;
  const count = rows.length / columns;
  const bins = new Uint8Array(rows.length);
  for (const [column, ascending] of cuts.entries()) {
    const first = column * count;
    for (let row = 0; row < count; row++) bins[first + row] = binOf(ascending, rows[row * columns + column]!);
  }
  return { count, bins };
}

/** The bin of missing values. */
export function missingBin(ascending: Float64Array): number {
  return ascending.length + 1;
}

function binOf(ascending: Float64Array, value: number): number {
  if (Number.isNaN(value)) return missingBin(ascending);
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value > ascending[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Closes a bin as soon as it holds its share of the rows that are left; equal values stay together. */
function cutsOf(sorted: Float64Array, most: number): Float64Array {
  const cuts: number[] = [];
  const each = distinct(sorted) <= most;
  let rowsLeft = sorted.length;
  let rowsInBin = 0;
  for (let i = 0; i + 1 < sorted.length && cuts.length + 1 < most; i++) {
    rowsInBin++;
    if (sorted[i] === sorted[i + 1]) continue;
    if (!each && rowsInBin * (most - cuts.length) < rowsLeft) continue;
    cuts.push(between(sorted[i]!, sorted[i + 1]!));
    rowsLeft -= rowsInBin;
    rowsInBin = 0;
  }
  return Float64Array.from(cuts);
}

function distinct(sorted: Float64Array): number {
  let count = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) count++;
  return count;
}

/** A number that is at least `low` and below `high`, in the middle where doubles allow it. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle < high ? middle : low;
}
