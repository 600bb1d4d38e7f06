/** All figures of one seed, from the scores of all rows by detectors that had not seen them. */
import {
  type AnsweredRow,
  type BesideCrs,
  measureScoring,
  measureSecondOpinion,
  type Outcome,
} from "./beside-crs.ts";
import { balancedAccuracy, bestBalancedAccuracy, measureRates, measureVerdicts } from "./cold.ts";
import type { RuleWorths } from "./crs-rules.ts";
import type { RowScore } from "./scores.ts";

/** What is measured with each seed. */
export interface SeedFigures {
  readonly cold: ReturnType<typeof measureRates>;
  readonly verdicts: Readonly<Record<"suspect" | "attack", ReturnType<typeof measureVerdicts>>>;
  /** Balanced accuracy on payload lists in one parameter, at the detectors' own threshold and at the best one. */
  readonly payloads: { readonly own: number; readonly best: number };
  readonly secondOpinion: Readonly<Record<"PL1" | "PL2", BesideCrs>>;
  readonly scoring: Readonly<Record<"PL1" | "PL2", Outcome>>;
}

/** Measures the rows; `scores` has one score for each. */
export function measureSeed(
  rows: readonly AnsweredRow[],
  scores: readonly RowScore[],
  worths: RuleWorths,
): SeedFigures {
  const probabilities = Float64Array.from(scores, ({ probability }) => probability);
  const isAttack = (index: number): boolean => scores[index]?.verdict === "attack";
  const isSuspect = (index: number): boolean => isAttack(index) || scores[index]?.verdict === "suspect";
  return {
    cold: measureRates(rows, probabilities),
    verdicts: { suspect: measureVerdicts(rows, isSuspect), attack: measureVerdicts(rows, isAttack) },
    payloads: { own: balancedAccuracy(rows, isAttack), best: bestBalancedAccuracy(rows, probabilities) },
    secondOpinion: {
      PL1: measureSecondOpinion(rows, scores, 1),
      PL2: measureSecondOpinion(rows, scores, 2),
    },
    scoring: { PL1: measureScoring(rows, scores, worths, 1), PL2: measureScoring(rows, scores, worths, 2) },
  };
}
