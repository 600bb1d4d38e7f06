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
import type { WarmScore } from "./warm.ts";
import { measureWarm, type WarmFigures } from "./warm-figures.ts";

/** What is measured with each seed. */
export interface SeedFigures {
  readonly cold: ReturnType<typeof measureRates>;
  readonly verdicts: Readonly<Record<"suspect" | "attack", ReturnType<typeof measureVerdicts>>>;
  /** Balanced accuracy on payload lists in one parameter, at the detectors' own threshold and at the best one. */
  readonly payloads: { readonly own: number; readonly best: number };
  readonly secondOpinion: Readonly<Record<"PL1" | "PL2", BesideCrs>>;
  readonly scoring: Readonly<Record<"PL1" | "PL2", Outcome>>;
  /** By name; none where a given detector is measured. */
  readonly baselines: Readonly<Record<string, BaselineFigures>>;
  /** By the name of the condition; none where no site was measured. */
  readonly warm: Readonly<Record<string, WarmFigures>>;
}

/** One baseline: at rates of false alarms, and at the threshold that is its own. */
export interface BaselineFigures {
  readonly cold: ReturnType<typeof measureRates>;
  readonly own: ReturnType<typeof measureVerdicts>;
}

/** What a baseline says of every row; `isAnomalous` has a 1 where it calls it so. */
export interface BaselineRows {
  readonly scores: Float64Array;
  readonly isAnomalous: Uint8Array;
}

/** Measures the rows; `scores` has one score for each. */
export function measureSeed(
  rows: readonly AnsweredRow[],
  scores: readonly RowScore[],
  worths: RuleWorths,
  baselines: ReadonlyMap<string, BaselineRows>,
  warm: ReadonlyMap<string, readonly WarmScore[]>,
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
    baselines: Object.fromEntries(
      [...baselines].map(([name, own]) => [
        name,
        {
          cold: measureRates(rows, own.scores),
          own: measureVerdicts(rows, (index) => own.isAnomalous[index] === 1),
        },
      ]),
    ),
    warm: Object.fromEntries([...warm].map(([name, own]) => [name, measureWarm(own)])),
  };
}
