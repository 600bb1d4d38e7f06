/** Left-out scores → the operating points of the presets, and what each threshold costs. */
import type {
  MeasuredThreshold,
  OperatingPoints,
  OperatingPointsByPreset,
  Preset,
} from "../verdict/operating-point.ts";
import { presets } from "../verdict/operating-point.ts";
import type { LearntFromAlarms } from "./alarms.ts";
import { shareAtOrAbove, thresholdAt, thresholdKeeping } from "./metrics.ts";
import type { ScoredRow } from "./scored-row.ts";

/** What the thresholds of a preset promise, as shares in [0, 1] of left-out rows. */
interface Promised {
  /**
   * Attacks with an alarm that second opinion keeps, whatever false alarms it leaves. Attacks outside resemble what the models
   * have seen less than left-out ones do: the balanced preset keeps 99.6 % of these to keep 99 % of those.
   */
  readonly keptAlarms: number;
  /**
   * Where the data holds no alarms, the share of all left-out attacks. The rest are bare words and fragments of the lists,
   * which read as harmless as they are, and which CRS lets pass too.
   */
  readonly keptAttacks: number;
  /** Ordinary requests that `suspect` and `attack` may touch where Arbiter acts on its own. */
  readonly suspectRate: number;
  readonly attackRate: number;
}

const promises: Readonly<Record<Preset, Promised>> = {
  strict: { keptAlarms: 0.999, keptAttacks: 0.985, suspectRate: 0.05, attackRate: 0.01 },
  balanced: { keptAlarms: 0.996, keptAttacks: 0.97, suspectRate: 0.01, attackRate: 0.001 },
  lenient: { keptAlarms: 0.98, keptAttacks: 0.9, suspectRate: 0.001, attackRate: 0.0001 },
};

/**
 * Chooses the thresholds of all presets on left-out rows, and those of second opinion on the alarms where there are any;
 * `measured` has the price of each, from many false alarms to few.
 */
export function chooseThresholds(
  rows: readonly ScoredRow[],
  learnt: LearntFromAlarms | undefined,
): {
  operatingPoints: OperatingPointsByPreset;
  measured: MeasuredThreshold[];
} {
  const probabilities = (wanted: string): Float64Array =>
    Float64Array.from(
      rows.filter(({ label }) => label === wanted),
      (row) => row.probability,
    );
  const benign = probabilities("benign");
  const attacks = probabilities("attack");
  const within = (threshold: number): number => Math.min(1 - 1e-12, Math.max(1e-12, threshold));
  const pointsOf = ({ keptAlarms, keptAttacks, suspectRate, attackRate }: Promised): OperatingPoints => {
    const attack = within(thresholdAt(benign, attackRate));
    const suspect = Math.min(attack, within(thresholdAt(benign, suspectRate)));
    const kept = learnt?.thresholdKeeping(keptAlarms) ?? thresholdKeeping(attacks, keptAttacks);
    const alone = { suspect, attack };
    return {
      "second-opinion": { suspect: Math.min(attack, within(kept)), attack },
      scoring: alone,
      general: alone,
    };
  };
  const operatingPoints = Object.fromEntries(
    presets.map((preset) => [preset, pointsOf(promises[preset])]),
  ) as OperatingPointsByPreset;
  const thresholds = new Set(
    Object.values(operatingPoints).flatMap((points) =>
      Object.values(points).flatMap(({ suspect, attack }) => [suspect, attack]),
    ),
  );
  return {
    operatingPoints,
    measured: [...thresholds]
      .sort((a, b) => a - b)
      .map((threshold) => ({
        threshold,
        falseAlarms: shareAtOrAbove(benign, threshold),
        detection: shareAtOrAbove(attacks, threshold),
      })),
  };
}
