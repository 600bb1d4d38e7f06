/** What the rules that matched are worth at each paranoia level, read from the rule files themselves. */

import { parseDirectives } from "../../src/seclang/directives.ts";
import { collectRules } from "../../src/seclang/rules.ts";

/** What a scored rule adds once it has matched. */
export interface RulePoints {
  /** The paranoia level from which on it runs, 1 to 4. */
  readonly level: number;
  readonly points: number;
}

/** CRS's points by severity, as its set-up has them. */
const severityPoints: Readonly<Record<string, number>> = { critical: 5, error: 4, warning: 3, notice: 2 };
const scoring = /^tx\.inbound_anomaly_score_pl([1-4])=\+%\{tx\.(\w+)_anomaly_score\}$/i;

/** The points of every scored request rule in the texts of CRS 4's files, by id. */
export function rulePoints(texts: readonly string[]): ReadonlyMap<number, RulePoints> {
  const found = new Map<number, RulePoints>();
  for (const { id, links } of texts.flatMap((text) => collectRules(parseDirectives(text))))
    for (const { name, value } of links.flat()) {
      const [, level, severity] = (name === "setvar" && scoring.exec(value)) || [];
      if (level !== undefined)
        found.set(id, { level: Number(level), points: severityPoints[severity!.toLowerCase()] ?? 0 });
    }
  return found;
}

/**
 * The anomaly score at a paranoia level, 1 to 4, of these rules. A rule that matched several times counts once here and each
 * time in CRS, so the score is a lower bound; it reaches the threshold of 5 in nearly all the same requests.
 */
export function scoreAt(
  level: number,
  rules: readonly number[],
  points: ReadonlyMap<number, RulePoints>,
): number {
  let score = 0;
  for (const id of rules) {
    const rule = points.get(id);
    if (rule !== undefined && rule.level <= level) score += rule.points;
  }
  return score;
}
