/**
 * The composition: transaction → features → models → probability → verdict, as one call chain. Nothing here computes
 * anything itself, and nothing on this path waits for anything.
 */
import { extract } from "../features/extract.ts";
import { scoreEvidence } from "../models/evidence.ts";
import { scoreIsolationForest } from "../models/isolation-forest.ts";
import { logisticLogit, sigmoid } from "../models/logistic-regression.ts";
import type { Profiles } from "../profiles/profiles.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Points } from "../verdict/decide.ts";
import { decide, defaultPoints } from "../verdict/decide.ts";
import type {
  MeasuredThreshold,
  OperatingPoints,
  OperatingPointsByPreset,
} from "../verdict/operating-point.ts";
import { isWideNet, pointFor } from "../verdict/operating-point.ts";
import { poolVotes, type Vote } from "../verdict/opinion-pool.ts";
import type { Mode, Reason, Verdict, VerdictType } from "../verdict/verdict.ts";
import type { DetectorParts, Provenance } from "./detector-file.ts";
import { detectorId, parseDetector } from "./detector-file.ts";
import { evidenceReason, problemReason, shapeReason, textReason, voteReason } from "./reasons.ts";
import { type HistoryOf, textJudge, type WorstText } from "./text-judge.ts";

export interface InspectOptions {
  /** How the verdict will be used; `general` where nothing is said. */
  readonly mode?: Mode;
  /** Thresholds in place of the detector's balanced ones, by mode. */
  readonly operatingPoints?: Partial<OperatingPoints>;
  /** Points in place of the usual 0, 3 and 5. */
  readonly points?: Points;
  /** What is normal on each site; only read. Without it every site is judged alike. */
  readonly profiles?: Profiles;
  /** What models of the user's own say; averaged with the detector's log-odds before the thresholds. */
  readonly votes?: readonly Vote[];
}

export interface Detector {
  /** The first 12 hexadecimal digits of the file's digest. */
  readonly id: string;
  readonly operatingPoints: OperatingPointsByPreset;
  readonly measured: readonly MeasuredThreshold[];
  readonly provenance: Provenance;
  /** The verdict on one transaction. Pure but for scratch memory: the same transaction always gets the same verdict. */
  inspect(transaction: Transaction, options?: InspectOptions): Verdict;
  /**
   * Teaches `profiles` what an ordinary request is like; false where it teaches nothing. A request that cannot be read as a
   * whole is no lesson, and neither is one that second opinion would not let pass without any profiles: whatever is learnt,
   * what may be learnt stays the same, so that nobody leads the profiles astray step by step.
   */
  learn(transaction: Transaction, profiles: Profiles): boolean;
}

/** Reads a detector file. Throws `model_invalid` or `model_incompatible`, see `parseDetector`. */
export function readDetector(file: Uint8Array): Detector {
  return composeDetector(parseDetector(file), detectorId(file));
}

/** Composes a detector from parts already checked. */
export function composeDetector(parts: DetectorParts, id: string): Detector {
  const judge = textJudge(parts);
  // A forest without a say is asked only where a reason may mention it.
  const anomalyWeighs = parts.fusion.weights[2]! > 0;
  const ownLogit = (worst: WorstText, anomalyOf: () => number): number =>
    logisticLogit(parts.fusion, [worst.letters, worst.tokens, anomalyWeighs ? anomalyOf() : 0]) +
    worst.structure +
    worst.shift;
  return {
    id,
    operatingPoints: parts.operatingPoints,
    measured: parts.measured,
    provenance: parts.provenance,
    inspect(transaction, options = {}) {
      const { texts, exhausted, row } = extract(transaction);
      const historyOf = options.profiles?.historyOf(transaction);
      const worst = judge.findWorst(texts, historyOf && historyOfValue(historyOf));
      const anomalyOf = (): number => scoreIsolationForest(parts.forest, row());
      const mode = options.mode ?? "general";
      const own = ownLogit(worst, anomalyOf);
      const rules = rulesOf(transaction, mode);
      const unvoted = own + scoreEvidence(parts.evidence, rules);
      const probability = sigmoid(poolVotes(unvoted, options.votes ?? []));

      const operatingPoints = { ...parts.operatingPoints.balanced, ...options.operatingPoints };
      const point = pointFor(operatingPoints, mode, transaction.waf?.paranoiaLevel ?? 1);
      const decision = decide(
        transaction,
        probability,
        exhausted,
        point,
        mode,
        options.points ?? defaultPoints,
      );

      let attackType: VerdictType | null = null;
      const reasons: Reason[] = [];
      if (decision.verdict === "suspect" || decision.verdict === "attack") {
        if (worst.text !== undefined) {
          const { piece, attackType: likeliest, isClear } = judge.describe(worst);
          const isOdd = worst.shift >= notableShift;
          const expected = isOdd ? historyOf?.(worst.text.parameter)?.describe() : undefined;
          attackType = expected !== undefined && !isClear ? "unusual" : likeliest;
          reasons.push(textReason(worst.text, piece, attackType, expected));
        }
        const rule = evidenceReason(parts.evidence, rules, transaction.waf?.matched ?? {});
        // What only the rules brought about is said first.
        if (rule !== undefined) reasons.splice(sigmoid(own) < point.suspect ? 0 : reasons.length, 0, rule);
        const anomaly = anomalyOf();
        if (anomaly >= notableAnomaly || reasons.length === 0) reasons.push(shapeReason(anomaly));
        // So is what only the votes brought about.
        if (sigmoid(unvoted) < point.suspect) reasons.unshift(voteReason(options.votes ?? []));
      }
      for (const problem of transaction.problems)
        if (reasons.length < 3) reasons.push(problemReason(problem));
      reasons.splice(3);
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
    learn(transaction, profiles) {
      if (transaction.problems.length > 0) return false;
      const { texts, exhausted, row } = extract(transaction);
      if (exhausted) return false;
      const worst = judge.findWorst(texts);
      const own = ownLogit(worst, () => scoreIsolationForest(parts.forest, row()));
      const logit = own + scoreEvidence(parts.evidence, transaction.waf?.rules ?? []);
      if (sigmoid(logit) >= parts.operatingPoints.balanced["second-opinion"].suspect) {
        if (worst.text?.isName === false) profiles.noteStartling(transaction, worst.text.parameter);
        return false;
      }
      const textsOfValues = Map.groupBy(
        texts.filter(({ isName }) => !isName),
        ({ parameter }) => parameter,
      );
      const lessonOf = profiles.learn(transaction);
      for (const parameter of transaction.parameters) {
        const lesson = lessonOf(parameter);
        if (lesson === undefined) continue;
        let isStartling = false;
        for (const text of textsOfValues.get(parameter) ?? []) {
          if (judge.teach(text, lesson)) isStartling = true;
        }
        lesson.noteValue(parameter.value, isStartling);
      }
      return true;
    },
  };
}

/** Profiles know values; a name is judged as if nothing were known of it. */
function historyOfValue(historyOf: NonNullable<ReturnType<Profiles["historyOf"]>>): HistoryOf {
  return ({ parameter, isName }) => (isName ? undefined : historyOf(parameter));
}

/**
 * The rules that count as evidence. Second opinion judges alarms, and on a narrow net its threshold is chosen on alarms; on a
 * wide one rules tell next to nothing. Scoring has the rules in its sum already, and in general mode Arbiter decides alone.
 */
function rulesOf({ waf }: Transaction, mode: Mode): readonly number[] {
  return mode === "second-opinion" && waf !== undefined && !isWideNet(waf.paranoiaLevel) ? waf.rules : [];
}

/** What a history adds to the log-odds from which on a reason says what was expected in the parameter. */
const notableShift = 0.5;
/** Anomaly from which a reason mentions the shape of the request: rows of average depth score 0.5. */
const notableAnomaly = 0.6;
