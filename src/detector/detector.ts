/**
 * The composition: transaction → features → models → probability → verdict, as one call chain. Nothing here computes
 * anything itself, and nothing on this path waits for anything.
 */
import { extract } from "../features/extract.ts";
import { scoreIsolationForest } from "../models/isolation-forest.ts";
import { logisticLogit, sigmoid } from "../models/logistic-regression.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Points } from "../verdict/decide.ts";
import { decide, defaultPoints } from "../verdict/decide.ts";
import type { MeasuredThreshold, OperatingPoints } from "../verdict/operating-point.ts";
import type { AttackType, Mode, Reason, Verdict } from "../verdict/verdict.ts";
import type { DetectorParts, Provenance } from "./detector-file.ts";
import { detectorId, parseDetector } from "./detector-file.ts";
import { problemReason, shapeReason, textReason } from "./reasons.ts";
import { textJudge } from "./text-judge.ts";

export interface InspectOptions {
  /** How the verdict will be used; `general` where nothing is said. */
  readonly mode?: Mode;
  /** Thresholds in place of the detector's own, by mode. */
  readonly operatingPoints?: Partial<OperatingPoints>;
  /** Points in place of the usual 0, 3 and 5. */
  readonly points?: Points;
}

export interface Detector {
  /** The first 12 hexadecimal digits of the file's digest. */
  readonly id: string;
  readonly operatingPoints: OperatingPoints;
  readonly measured: readonly MeasuredThreshold[];
  readonly provenance: Provenance;
  /** The verdict on one transaction. Pure but for scratch memory: the same transaction always gets the same verdict. */
  inspect(transaction: Transaction, options?: InspectOptions): Verdict;
}

/** Reads a detector file. Throws `model_invalid` or `model_incompatible`, see `parseDetector`. */
export function readDetector(file: Uint8Array): Detector {
  return composeDetector(parseDetector(file), detectorId(file));
}

/** Composes a detector from parts already checked. */
export function composeDetector(parts: DetectorParts, id: string): Detector {
  const judge = textJudge(parts);
  return {
    id,
    operatingPoints: parts.operatingPoints,
    measured: parts.measured,
    provenance: parts.provenance,
    inspect(transaction, options = {}) {
      const { row, texts, exhausted } = extract(transaction);
      const worst = judge.findWorst(texts);
      const anomaly = scoreIsolationForest(parts.forest, row);
      const probability = sigmoid(logisticLogit(parts.fusion, [worst.letters, worst.tokens, anomaly]));

      const mode = options.mode ?? "general";
      const point = options.operatingPoints?.[mode] ?? parts.operatingPoints[mode];
      const decision = decide(
        transaction,
        probability,
        exhausted,
        point,
        mode,
        options.points ?? defaultPoints,
      );

      let attackType: AttackType | null = null;
      const reasons: Reason[] = [];
      if (decision.verdict === "suspect" || decision.verdict === "attack") {
        if (worst.text !== undefined) {
          const description = judge.describe(worst);
          attackType = description.attackType;
          reasons.push(textReason(worst.text, description.piece, attackType));
        }
        if (anomaly >= notableAnomaly || worst.text === undefined) reasons.push(shapeReason(anomaly));
      }
      for (const problem of transaction.problems)
        if (reasons.length < 3) reasons.push(problemReason(problem));
      return {
        id: transaction.id,
        verdict: decision.verdict,
        probability,
        points: decision.points,
        attackType,
        reasons,
        partial: decision.partial,
        model: id,
      };
    },
  };
}

/** Anomaly from which a reason mentions the shape of the request: rows of average depth score 0.5. */
const notableAnomaly = 0.6;
