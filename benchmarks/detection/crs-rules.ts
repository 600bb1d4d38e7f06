/**
 * What the rules of CRS are worth: at which paranoia level each runs and how many points it adds. From the rules that
 * matched at the highest level follow the anomaly scores at all levels, and what they would be without some of the rules.
 */
import { parseDirectives } from "../../src/seclang/directives.ts";
import { collectRules } from "../../src/seclang/rules.ts";

/** The worth of one rule. */
export interface RuleWorth {
  /** Paranoia level from which on it runs, 1–4. */
  readonly level: number;
  /** Points that each match adds. */
  readonly points: number;
}

/** Rules by id. */
export type RuleWorths = ReadonlyMap<number, RuleWorth>;

/** How often each rule matched on one request, by rule id. */
export type Hits = ReadonlyMap<number, number>;

/** The paranoia levels of CRS. */
export const paranoiaLevels = [1, 2, 3, 4] as const;

/** Inbound anomaly score from which on CRS blocks, by default. */
export const blockingScore = 5;

/** Points by severity, as CRS sets them up. */
const pointsOfSeverity: Readonly<Record<string, number>> = { critical: 5, error: 4, warning: 3, notice: 2 };
const scoring =
  /^tx\.(?:inbound_)?anomaly_score_pl([1-4])=\+%\{tx\.(critical|error|warning|notice)_anomaly_score\}$/i;

/** Reads the worth of every rule that scores requests from the texts of a rule set's files. */
export function readRuleWorths(texts: readonly string[]): RuleWorths {
  const worths = new Map<number, RuleWorth>();
  for (const rule of texts.flatMap((text) => collectRules(parseDirectives(text)))) {
    for (const { name, value } of rule.links.flat()) {
      const found = name === "setvar" ? scoring.exec(value) : null;
      if (found === null) continue;
      const points = pointsOfSeverity[(found[2] as string).toLowerCase()] as number;
      worths.set(rule.id, { level: Number(found[1]), points });
    }
  }
  return worths;
}

/** The inbound anomaly score of the hits at one paranoia level, without the rules that are switched `off`. */
export function scoreAt(
  hits: Hits,
  worths: RuleWorths,
  level: number,
  off: ReadonlySet<number> = new Set(),
): number {
  let score = 0;
  for (const [id, times] of hits) {
    const worth = worths.get(id);
    if (worth !== undefined && worth.level <= level && !off.has(id)) score += worth.points * times;
  }
  return score;
}

/** Ids of the rules that score at one paranoia level, in ascending order. */
export function rulesAt(hits: Hits, worths: RuleWorths, level: number): readonly number[] {
  return [...hits.keys()]
    .filter((id) => (worths.get(id)?.level ?? Number.POSITIVE_INFINITY) <= level)
    .sort((a, b) => a - b);
}
