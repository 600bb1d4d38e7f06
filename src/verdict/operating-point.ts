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
