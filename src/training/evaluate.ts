/**
 * Measures scored rows: thresholds come from all benign rows pooled, and every source and attack type reports what it
 * sees there. Shares are in [0, 1].
 */
import { type Confusion, confusionOf } from "./confusion.ts";
import { areaUnderRoc, shareAtOrAbove, thresholdAt } from "./metrics.ts";
import { type ReliabilityBin, reliabilityOf } from "./reliability.ts";
import type { ScoredRow } from "./scored-row.ts";

/** False-alarm rates at which everything is reported. */
export const falseAlarmRates = ["0.01", "0.001", "0.0001"] as const;
type ByRate = Record<(typeof falseAlarmRates)[number], number>;

export interface GroupReport {
  readonly benign: number;
  readonly attack: number;
  /** Share of the group's benign rows at or above each threshold; absent where there are none. */
  readonly falseAlarms?: ByRate;
  /** Share of the group's attacks at or above each threshold; absent where there are none. */
  readonly detection?: ByRate;
  /** Against the group's own rows of the other label, or all rows of it where the group has none; null where nobody has any. */
  readonly auc: number | null;
}

/** The measures of all rows, of each source, and of each attack type; groups are in the order of their names. */
export interface Evaluation {
  readonly thresholds: ByRate;
  readonly overall: GroupReport;
  readonly sources: Readonly<Record<string, GroupReport>>;
  readonly attackTypes: Readonly<Record<string, GroupReport>>;
  /** Of the attacks found at one false alarm in a hundred. */
  readonly confusion: Confusion;
  readonly reliability: readonly ReliabilityBin[];
}

/** Evaluates rows in any order. */
export function evaluate(rows: readonly ScoredRow[]): Evaluation {
  const benign = scores(rows.filter((row) => row.label === "benign"));
  const attacks = scores(rows.filter((row) => row.label === "attack"));
  const thresholds = byRate((rate) => thresholdAt(benign, Number(rate)));

  const report = (group: readonly ScoredRow[]): GroupReport => {
    const ownBenign = scores(group.filter((row) => row.label === "benign"));
    const ownAttacks = scores(group.filter((row) => row.label === "attack"));
    return {
      benign: ownBenign.length,
      attack: ownAttacks.length,
      ...(ownBenign.length > 0 && {
        falseAlarms: byRate((rate) => shareAtOrAbove(ownBenign, thresholds[rate])),
      }),
      ...(ownAttacks.length > 0 && {
        detection: byRate((rate) => shareAtOrAbove(ownAttacks, thresholds[rate])),
      }),
      auc: areaUnderRoc(
        ownBenign.length > 0 ? ownBenign : benign,
        ownAttacks.length > 0 ? ownAttacks : attacks,
      ),
    };
  };
  const reports = (keyOf: (row: ScoredRow) => string | undefined): Record<string, GroupReport> => {
    const groups = new Map<string, ScoredRow[]>();
    for (const row of rows) {
      const key = keyOf(row);
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [row]);
      else group.push(row);
    }
    return Object.fromEntries(
      [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, group]) => [key, report(group)]),
    );
  };
  return {
    thresholds,
    overall: report(rows),
    sources: reports((row) => row.source),
    attackTypes: reports((row) => (row.label === "attack" ? (row.attackType ?? "other") : undefined)),
    confusion: confusionOf(rows, thresholds["0.01"]),
    reliability: reliabilityOf(rows),
  };
}

function scores(rows: readonly ScoredRow[]): Float64Array {
  return Float64Array.from(rows, (row) => row.probability);
}

function byRate(valueAt: (rate: (typeof falseAlarmRates)[number]) => number): ByRate {
  return Object.fromEntries(falseAlarmRates.map((rate) => [rate, valueAt(rate)])) as ByRate;
}
