/**
 * The cold situation: detectors meet sources that they have not seen, without any history of the site and without CRS.
 * Thresholds for a rate of false alarms are read off the ordinary requests of all sources pooled.
 */
import { capWeights, mean, sharesBy, weightedShare, weightedThresholdAt } from "./rates.ts";
import type { BenchRow } from "./rows.ts";

/** Rates of false alarms per request at which detection is reported. */
export const falseAlarmRates = ["0.01", "0.001", "0.0007", "0.0001"] as const;

/** A source of ordinary requests counts as if it had at most this many of them. */
export const sourceCap = 1_500;

/** What is found of the attacks: means over sources and over classes, and each of them. */
export interface Found {
  readonly overSources: number;
  readonly overClasses: number;
  readonly sources: Readonly<Record<string, number>>;
  readonly classes: Readonly<Record<string, number>>;
}

/** Which rows count for false alarms per request, and which for prose. */
export function indicesOf(rows: readonly BenchRow[], fits: (row: BenchRow) => boolean): readonly number[] {
  return [...rows.keys()].filter((index) => fits(rows[index] as BenchRow));
}

/** The share of attacks for which `isCaught` is true, by source and class. */
export function foundOf(rows: readonly BenchRow[], isCaught: (index: number) => boolean): Found {
  const attacks = indicesOf(rows, ({ attack }) => attack);
  const holds = (position: number): boolean => isCaught(attacks[position] as number);
  const sources = sharesBy(
    attacks.map((index) => (rows[index] as BenchRow).source),
    holds,
  );
  const classes = sharesBy(
    attacks.map((index) => (rows[index] as BenchRow).attackType),
    holds,
  );
  return {
    overSources: mean(Object.values(sources)),
    overClasses: mean(Object.values(classes)),
    sources,
    classes,
  };
}

/** The share of benign rows of some kind for which `isAlarm` is true: with every source's weight capped, and by source. */
export function alarmsOf(
  rows: readonly BenchRow[],
  fits: (row: BenchRow) => boolean,
  isAlarm: (index: number) => boolean,
): { readonly rows: number; readonly pooled: number; readonly sources: Readonly<Record<string, number>> } {
  const benign = indicesOf(rows, (row) => !row.attack && fits(row));
  const names = benign.map((index) => (rows[index] as BenchRow).source);
  const holds = (position: number): boolean => isAlarm(benign[position] as number);
  return {
    rows: benign.length,
    pooled: weightedShare(capWeights(names, sourceCap), holds),
    sources: sharesBy(names, holds),
  };
}

/** The threshold at which at most `rate` of the benign rows that fit are alarms. */
export function thresholdFor(
  rows: readonly BenchRow[],
  scores: Float64Array,
  rate: number,
  fits: (row: BenchRow) => boolean = isOrdinaryRequest,
): number {
  const benign = indicesOf(rows, (row) => !row.attack && fits(row));
  const names = benign.map((index) => (rows[index] as BenchRow).source);
  return weightedThresholdAt(
    Float64Array.from(benign, (index) => scores[index] as number),
    capWeights(names, sourceCap),
    rate,
  );
}

/** True for whole requests, as browsers and other clients send them. */
export function isOrdinaryRequest({ kind }: BenchRow): boolean {
  return kind === "requests";
}

/** Detection at every rate of false alarms, and the thresholds that give it. `scores` has one score for each row, higher is worse. */
export function measureRates(
  rows: readonly BenchRow[],
  scores: Float64Array,
): Readonly<Record<string, { readonly threshold: number; readonly detection: Found }>> {
  return Object.fromEntries(
    falseAlarmRates.map((rate) => {
      const threshold = thresholdFor(rows, scores, Number(rate));
      return [
        rate,
        { threshold, detection: foundOf(rows, (index) => (scores[index] as number) >= threshold) },
      ];
    }),
  );
}

/** What a detector's own verdicts do: alarms on the benign rows of each kind, and detection. */
export function measureVerdicts(rows: readonly BenchRow[], isAlarm: (index: number) => boolean) {
  return {
    requests: alarmsOf(rows, isOrdinaryRequest, isAlarm),
    values: alarmsOf(rows, ({ kind }) => kind === "values", isAlarm),
    prose: alarmsOf(rows, ({ kind }) => kind === "prose", isAlarm),
    detection: foundOf(rows, isAlarm),
  };
}

/** Payload lists in one parameter: the mean of what is found (over sources) and what is let pass (over sources). */
export function balancedAccuracy(rows: readonly BenchRow[], isAlarm: (index: number) => boolean): number {
  const values = indicesOf(rows, ({ kind }) => kind === "values");
  const rate = (attack: boolean): number =>
    mean(
      Object.values(
        sharesOfSources(
          rows,
          values.filter((index) => rows[index]?.attack === attack),
          isAlarm,
        ),
      ),
    );
  return (rate(true) + 1 - rate(false)) / 2;
}

function sharesOfSources(
  rows: readonly BenchRow[],
  indices: readonly number[],
  holds: (index: number) => boolean,
): Readonly<Record<string, number>> {
  return sharesBy(
    indices.map((index) => (rows[index] as BenchRow).source),
    (position) => holds(indices[position] as number),
  );
}

/** The best balanced accuracy that any threshold gives, tried at quantiles of the scores. */
export function bestBalancedAccuracy(rows: readonly BenchRow[], scores: Float64Array): number {
  const sorted = Float64Array.from(scores).sort();
  const tried = 400;
  let best = 0;
  for (let step = 0; step < tried; step++) {
    const threshold = sorted[Math.floor((step / tried) * sorted.length)] as number;
    best = Math.max(
      best,
      balancedAccuracy(rows, (index) => (scores[index] as number) >= threshold),
    );
  }
  return best;
}
