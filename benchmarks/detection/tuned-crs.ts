/**
 * CRS with its worst rules switched off as a whole: what its users do, and the rival to beat. Rules are chosen greedily on
 * one half of the rows, and what is left of alarms and detection is measured on the other half.
 */
import { blockingScore, type Hits, type RuleWorths, scoreAt } from "./crs-rules.ts";

/** One row as the choice sees it. */
export interface TunedRow {
  readonly hits: Hits;
  readonly attack: boolean;
  readonly weight: number;
}

/** What is left with so many rules off. */
export interface TunedStep {
  readonly off: readonly number[];
  readonly falseAlarms: number;
  readonly detection: number;
}

/** A benign row that is still blocked counts this much towards a rule that matched on it, since several may have to go. */
const stepTowardsFreedom = 0.01;
/** A loss of this share of the attacks is not worth minding: without it, rules that hardly matter would go first. */
const slightLoss = 0.005;

/**
 * Chooses up to `count` rules to switch off at one paranoia level, in order: each time the one that frees the most weight
 * of benign rows for the weight of attacks that it loses. Ends early where no rule matches on a blocked benign row.
 */
export function chooseExclusions(
  rows: readonly TunedRow[],
  worths: RuleWorths,
  level: number,
  count: number,
): readonly number[] {
  const off = new Set<number>();
  const slight =
    slightLoss * rows.reduce((sum, { attack, weight }) => sum + (attack ? weight : 0), 0) || slightLoss;
  while (off.size < count) {
    const gains = new Map<number, number>();
    const losses = new Map<number, number>();
    for (const { hits, attack, weight } of rows) {
      const score = scoreAt(hits, worths, level, off);
      if (score < blockingScore) continue;
      for (const [id, times] of hits) {
        const worth = worths.get(id);
        if (worth === undefined || worth.level > level || off.has(id)) continue;
        const isFreed = score - worth.points * times < blockingScore;
        const table = attack ? losses : gains;
        const amount = isFreed ? weight : attack ? 0 : weight * stepTowardsFreedom;
        table.set(id, (table.get(id) ?? 0) + amount);
      }
    }
    let best: number | undefined;
    let bestRatio = 0;
    for (const [id, gain] of gains) {
      const ratio = gain / ((losses.get(id) ?? 0) + slight);
      if (ratio > bestRatio || (ratio === bestRatio && id < (best ?? id))) {
        best = id;
        bestRatio = ratio;
      }
    }
    if (best === undefined) break;
    off.add(best);
  }
  return [...off];
}

/** The share of weight that is blocked at one level with some rules off, for benign rows and for attacks. */
export function blockedShares(
  rows: readonly TunedRow[],
  worths: RuleWorths,
  level: number,
  off: ReadonlySet<number>,
): { readonly falseAlarms: number; readonly detection: number } {
  const all = { benign: 0, attack: 0 };
  const blocked = { benign: 0, attack: 0 };
  for (const { hits, attack, weight } of rows) {
    const label = attack ? "attack" : "benign";
    all[label] += weight;
    if (scoreAt(hits, worths, level, off) >= blockingScore) blocked[label] += weight;
  }
  return { falseAlarms: blocked.benign / all.benign, detection: blocked.attack / all.attack };
}

/** Chooses on each half and measures on the other; the figures of a step are the means of both, its rules those of the first. */
export function tuneCrs(
  halves: readonly [readonly TunedRow[], readonly TunedRow[]],
  worths: RuleWorths,
  level: number,
  counts: readonly number[],
): readonly TunedStep[] {
  const most = Math.max(...counts);
  const chosen = halves.map((half) => chooseExclusions(half, worths, level, most));
  return counts.map((count) => {
    const [one, two] = halves.map((_, index) => {
      const off = new Set((chosen[index] as readonly number[]).slice(0, count));
      return blockedShares(halves[1 - index] as readonly TunedRow[], worths, level, off);
    }) as [ReturnType<typeof blockedShares>, ReturnType<typeof blockedShares>];
    return {
      off: (chosen[0] as readonly number[]).slice(0, count),
      falseAlarms: (one.falseAlarms + two.falseAlarms) / 2,
      detection: (one.detection + two.detection) / 2,
    };
  });
}

/** The half of a request, 0 or 1: the same endpoint with the same parameters always lies in the same one. */
export function halfOf(endpoint: string): 0 | 1 {
  let hash = 0x811c9dc5;
  for (let i = 0; i < endpoint.length; i++) hash = Math.imul(hash ^ endpoint.charCodeAt(i), 0x01000193);
  return ((hash >>> 15) & 1) as 0 | 1;
}
