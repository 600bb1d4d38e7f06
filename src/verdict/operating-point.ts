/**
 * An operating point is a pair of thresholds with what they promise: the share of ordinary requests that they would
 * call an attack, and the share of attacks that they would find, measured on data that the models had not seen.
 */
import type { Mode } from "./verdict.ts";

export interface OperatingPoint {
  /** Probability from which a verdict is `suspect`, in (0, 1). */
  readonly suspect: number;
  /** Probability from which a verdict is `attack`, in [suspect, 1). */
  readonly attack: number;
}

/** One operating point for each mode. */
export type OperatingPoints = Readonly<Record<Mode, OperatingPoint>>;

/**
 * How hard a detector judges. `strict` calls 1 of 100 ordinary requests an attack where Arbiter acts on its own, `balanced`
 * 1 of 1,000, `lenient` 1 of 10,000; as a second opinion they keep 99.9, 99.6 and 98 % of the attacks behind the alarms.
 */
export const presets = ["strict", "balanced", "lenient"] as const;
export type Preset = (typeof presets)[number];

/** The operating points of each preset. */
export type OperatingPointsByPreset = Readonly<Record<Preset, OperatingPoints>>;

/**
 * True where CRS casts a wide net: on paranoia level 1 it catches attacks above all, from level 2 on every third ordinary request as
 * well.
 */
export function isWideNet(paranoiaLevel: number): boolean {
  return paranoiaLevel >= 2;
}

/**
 * The operating point for a transaction on which CRS ran at `paranoiaLevel`. As a second opinion, on level 1 whatever is not surely
 * harmless stays denied; from level 2 on, where most alarms are false, only what Arbiter would deny on its own.
 */
export function pointFor(points: OperatingPoints, mode: Mode, paranoiaLevel: number): OperatingPoint {
  if (mode !== "second-opinion" || !isWideNet(paranoiaLevel)) return points[mode];
  const { attack } = points.general;
  return { suspect: attack, attack };
}

/** What a threshold costs and finds, on left-out sources. Shares in [0, 1]. */
export interface MeasuredThreshold {
  readonly threshold: number;
  readonly falseAlarms: number;
  readonly detection: number;
}

/**
 * What second opinion does at its operating point with alarms of CRS, on left-out sources, each of which counts as if it
 * had only so many alarms. Counts are of alarms; shares are in [0, 1].
 */
export interface MeasuredSecondOpinion {
  readonly falseAlarms: number;
  readonly attacks: number;
  /** Share of the false alarms that are left; lower is better. */
  readonly left: number;
  /** Share of the attacks that stay blocked; higher is better. */
  readonly kept: number;
}
