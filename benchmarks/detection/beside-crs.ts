/**
 * Beside CRS: CRS alone at its paranoia levels, second opinion on its alarms at levels 1 and 2, and points added to its
 * score. Attacks written as tests of CRS are left out of the means: it was made for them.
 */
import {
  alarmsOf,
  type Found,
  foundOf,
  indicesOf,
  isOrdinaryRequest,
  sourceCap,
  thresholdFor,
} from "./cold.ts";
import type { CrsAnswer } from "./crs-recording.ts";
import { blockingScore, paranoiaLevels, type RuleWorths, scoreAt } from "./crs-rules.ts";
import { capWeights, weightedShare } from "./rates.ts";
import type { BenchRow } from "./rows.ts";
import type { Opinion, RowScore } from "./scores.ts";
import { halfOf, type TunedRow, type TunedStep, tuneCrs } from "./tuned-crs.ts";

/** A row with what CRS says of it; undefined where the web server refused it. */
export interface AnsweredRow extends BenchRow {
  readonly answer: CrsAnswer | undefined;
}

/** Alarms on benign rows, and attacks found. */
export interface Outcome {
  /** Of whole requests, of bare values and of prose, each with every source's weight capped. */
  readonly requests: number;
  readonly values: number;
  readonly prose: number;
  readonly detection: Found;
}

const rulesOwnTests = "crs-regression";

/** What blocks and what does not, over all rows but the tests of CRS. */
export function outcomeOf(rows: readonly BenchRow[], isBlocked: (index: number) => boolean): Outcome {
  const kept = indicesOf(rows, ({ source }) => source !== rulesOwnTests);
  const keptRows = kept.map((index) => rows[index] as BenchRow);
  const holds = (position: number): boolean => isBlocked(kept[position] as number);
  const pooled = (kind: BenchRow["kind"]): number =>
    alarmsOf(keptRows, (row) => row.kind === kind, holds).pooled;
  return {
    requests: pooled("requests"),
    values: pooled("values"),
    prose: pooled("prose"),
    detection: foundOf(keptRows, holds),
  };
}

/** CRS alone at each paranoia level. */
export function measureCrs(
  rows: readonly AnsweredRow[],
  worths: RuleWorths,
): Readonly<Record<string, Outcome>> {
  return Object.fromEntries(
    paranoiaLevels.map((level) => {
      const isBlocked = blockedAt(rows, worths, level);
      return [`PL${level}`, outcomeOf(rows, isBlocked)];
    }),
  );
}

/** True for rows that CRS blocks at the level. */
export function blockedAt(
  rows: readonly AnsweredRow[],
  worths: RuleWorths,
  level: number,
): (index: number) => boolean {
  const blocked = Uint8Array.from(rows, ({ answer }) =>
    answer !== undefined && scoreAt(answer.hits, worths, level) >= blockingScore ? 1 : 0,
  );
  return (index) => blocked[index] === 1;
}

/** Numbers of rules that are switched off. */
export const exclusionCounts = [0, 1, 3, 5, 10, 20] as const;

/** CRS with rules switched off, at levels 1 and 2: ordinary requests on one side, attacks that CRS was not made for on the other. */
export function measureTunedCrs(
  rows: readonly AnsweredRow[],
  worths: RuleWorths,
): Readonly<Record<string, readonly TunedStep[]>> {
  const used = rows.filter(
    (row) =>
      row.answer !== undefined && row.source !== rulesOwnTests && (row.attack || isOrdinaryRequest(row)),
  );
  const weights = capWeights(
    used.map(({ source, attack }) => `${source} ${attack}`),
    sourceCap,
  );
  const halves: [TunedRow[], TunedRow[]] = [[], []];
  for (const [index, { attack, answer, request, source }] of used.entries()) {
    const half = attack ? ((index & 1) as 0 | 1) : halfOf(endpointOf(source, request));
    halves[half].push({ hits: (answer as CrsAnswer).hits, attack, weight: weights[index] as number });
  }
  return Object.fromEntries(
    ([1, 2] as const).map((level) => [`PL${level}`, tuneCrs(halves, worths, level, exclusionCounts)]),
  );
}

/** Source, host, path and names of the parameters of a request. */
function endpointOf(source: string, { uri, headers }: BenchRow["request"]): string {
  const host = headers.find(({ name }) => name.toLowerCase() === "host")?.value ?? "";
  const mark = uri.indexOf("?");
  const path = mark < 0 ? uri : uri.slice(0, mark);
  const names = mark < 0 ? [] : [...new URLSearchParams(uri.slice(mark + 1)).keys()].sort();
  return [source, host, path, ...names].join("\n");
}

/** Second opinion at one paranoia level. */
export interface BesideCrs extends Outcome {
  /** Of the attacks that CRS catches (the mean over sources), so many stay blocked. */
  readonly kept: number;
  /** Of CRS's false alarms on ordinary requests, so many are gone. */
  readonly gone: number;
  /** The mean over sources of what is found where the threshold leaves so many false alarms per ordinary request. */
  readonly atRates: Readonly<Record<string, number>>;
}

/** Rates of false alarms after second opinion at which detection is read off. */
export const besideRates = ["0.003", "0.001", "0.0007", "0.0001"] as const;

/** Second opinion on the alarms at level 1 or 2. */
export function measureSecondOpinion(
  rows: readonly AnsweredRow[],
  scores: readonly RowScore[],
  level: 1 | 2,
): BesideCrs {
  const opinionOf = (index: number): Opinion | undefined => scores[index]?.beside[level - 1];
  const stands = (index: number): boolean => (opinionOf(index)?.verdict ?? "pass") !== "pass";
  const outcome = outcomeOf(rows, stands);
  const alarmed = rows.flatMap((row, index) => {
    const opinion = opinionOf(index);
    return opinion === undefined || row.source === rulesOwnTests ? [] : [{ row, index }];
  });
  const keptOf = foundOf(
    alarmed.map(({ row }) => row),
    (position) => stands(alarmed[position]?.index as number),
  );
  const falseAlarms = alarmed.filter(({ row }) => !row.attack && isOrdinaryRequest(row));
  const gone = weightedShare(
    capWeights(
      falseAlarms.map(({ row }) => row.source),
      sourceCap,
    ),
    (position) => !stands(falseAlarms[position]?.index as number),
  );
  // What raises no alarm of CRS can raise none beside it, whatever the threshold.
  const probabilities = Float64Array.from(rows, (_, index) => opinionOf(index)?.probability ?? -1);
  const atRates = Object.fromEntries(
    besideRates.map((rate) => {
      const threshold = Math.max(0, thresholdFor(rows, probabilities, Number(rate)));
      const { detection } = outcomeOf(rows, (index) => (probabilities[index] as number) >= threshold);
      return [rate, detection.overSources];
    }),
  );
  return { ...outcome, kept: keptOf.overSources, gone, atRates };
}

/** Points added to the score of CRS at a level, with the detector's own operating points. */
export function measureScoring(
  rows: readonly AnsweredRow[],
  scores: readonly RowScore[],
  worths: RuleWorths,
  level: number,
): Outcome {
  const sums = Float64Array.from(rows, ({ answer }, index) => {
    const own = answer === undefined ? 0 : scoreAt(answer.hits, worths, level);
    return own + (scores[index]?.points ?? 0);
  });
  return outcomeOf(rows, (index) => (sums[index] as number) >= blockingScore);
}
