/** What every measure of a detector is taken from. */
import type { Label } from "../traffic/traffic-row.ts";

/** A labelled row after inspection. */
export interface ScoredRow {
  readonly source: string;
  readonly label: Label;
  readonly attackType: string | undefined;
  /** What it was taken for, where the detector says; it counts in the confusion matrix alone. */
  readonly predictedType?: string | undefined;
  /** In [0, 1], higher is worse. */
  readonly probability: number;
}
