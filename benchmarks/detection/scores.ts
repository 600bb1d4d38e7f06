/**
 * What detectors say of the rows, exactly as they are served: alone, beside CRS at a paranoia level as second opinion, and
 * for its sum in scoring.
 */
import type { Detector } from "../../src/detector/detector.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { WafState } from "../../src/transaction/transaction.ts";
import type { VerdictWord } from "../../src/verdict/verdict.ts";
import type { CrsAnswer } from "./crs-recording.ts";
import { blockingScore, type RuleWorths, rulesAt, scoreAt } from "./crs-rules.ts";

/** What one detector says of one row. */
export interface RowScore {
  /** In general mode, without CRS. */
  readonly probability: number;
  readonly verdict: VerdictWord;
  /** What scoring adds to the score of CRS, where an ordinary request loses as much as a critical rule gives. */
  readonly points: number;
  /** As second opinion beside CRS at paranoia levels 1 and 2; undefined where CRS raises no alarm there. */
  readonly beside: readonly [Opinion | undefined, Opinion | undefined];
}

/** A second opinion on an alarm. */
export interface Opinion {
  readonly probability: number;
  readonly verdict: VerdictWord;
}

/** What serving is told of CRS at one paranoia level. */
export function wafState(answer: CrsAnswer, worths: RuleWorths, level: number): WafState {
  return {
    score: scoreAt(answer.hits, worths, level),
    threshold: blockingScore,
    paranoiaLevel: level,
    categories: {},
    rules: rulesAt(answer.hits, worths, level),
    matched: answer.matched,
  };
}

/** Points by verdict in scoring. */
const scoringPoints = { pass: -5, suspect: 3, attack: 5 };

/** Asks a detector about one row, of which CRS said `answer`, where it said anything. */
export function scoreRow(
  detector: Detector,
  request: RequestParts,
  answer: CrsAnswer | undefined,
  worths: RuleWorths,
): RowScore {
  const plain = detector.inspect(buildTransaction(request));
  const scoring = detector.inspect(buildTransaction(request), { mode: "scoring", points: scoringPoints });
  const beside = ([1, 2] as const).map((level): Opinion | undefined => {
    if (answer === undefined) return undefined;
    const waf = wafState(answer, worths, level);
    if (waf.score < blockingScore) return undefined;
    const { probability, verdict } = detector.inspect(buildTransaction({ ...request, waf }), {
      mode: "second-opinion",
    });
    return { probability, verdict };
  }) as [Opinion | undefined, Opinion | undefined];
  const { probability, verdict } = plain;
  return { probability, verdict, points: scoring.points, beside };
}
