/**
 * The composition: transaction → features → models → probability → verdict, as one call chain. Nothing here computes
 * anything itself, and nothing on this path waits for anything.
 */
import { extract } from "../features/extract.ts";
import { fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import type { Text } from "../features/texts.ts";
import type { Window } from "../models/character-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreClasses,
  scoreWindow,
  windowBuckets,
  windowSymbols,
} from "../models/character-ngrams.ts";
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

/** The window of all texts that reads most like an attack. */
export interface WorstText {
  /** Log-odds, in [`emptyLogit`, `largestLogit`]. */
  readonly logit: number;
  /** Undefined where there is no text to judge: all values are plain words. */
  readonly text: Text | undefined;
  /** The piece of the text that was folded, and the window in its symbols. */
  readonly from: number;
  readonly until: number;
  readonly start: number;
  readonly end: number;
}

/** Log-odds of a transaction all of whose values are plain words, and the least that any text gets. */
export const emptyLogit = -10;
/** The most that any text gets: beyond it the text model only repeats itself. */
export const largestLogit = 30;

/** Finds and describes the worst text under one text model. */
export interface TextJudge {
  findWorst(texts: readonly Text[]): WorstText;
  /** The attack type of the worst window, and its bytes as they stand in the text. */
  describe(worst: WorstText): { readonly piece: string; readonly attackType: AttackType };
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
      const probability = sigmoid(logisticLogit(parts.fusion, [worst.logit, anomaly]));

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
/** Pieces of a long text overlap by this, so that no window falls between two of them. */
const overlapBytes = windowSymbols * 4;

/** Makes the judge of one text model; it holds the scratch memory of one thread. */
export function textJudge({ ngrams, classes }: Pick<DetectorParts, "ngrams" | "classes">): TextJudge {
  const folded = foldBuffers();
  const buffers = ngramBuffers(folded.symbols.length);
  const buckets = new Int32Array(windowSymbols * ngramsPerPosition);
  const odds = new Float64Array(classes.length);
  const window: Window = { logit: 0, start: 0, end: 0 };

  return {
    findWorst(texts) {
      let worst: WorstText = { logit: emptyLogit, text: undefined, from: 0, until: 0, start: 0, end: 0 };
      for (const text of texts) {
        const { length } = text.text;
        let until = 0;
        for (let from = 0; until < length; from = until - overlapBytes) {
          until = Math.min(length, from + maxFoldBytes);
          fold(text.text, text.place, from, until, folded);
          scoreWindow(ngrams, folded.symbols, folded.length, buffers, window);
          if (window.logit > worst.logit) {
            const logit = Math.min(largestLogit, window.logit);
            worst = { logit, text, from, until, start: window.start, end: window.end };
          }
        }
      }
      return worst;
    },
    describe({ text, from, until, start, end }) {
      if (text === undefined) return { piece: "", attackType: "other" };
      fold(text.text, text.place, from, until, folded);
      const count = windowBuckets(ngrams.buckets - 1, folded.symbols, start, end, buffers, buckets);
      scoreClasses(ngrams, buckets, count, end - start, odds);
      let best = 0;
      for (let c = 1; c < odds.length; c++) if (odds[c]! > odds[best]!) best = c;
      const piece = text.text.slice(folded.origins[start]!, folded.origins[end - 1]! + 1);
      return { piece, attackType: classes[best]! };
    },
  };
}
