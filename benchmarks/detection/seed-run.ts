/** One seed: every group's rows meet the detector that was trained without them, cold, beside CRS, and with a history. */
import type { Detector } from "../../src/detector/detector.ts";
import { baselines, scoreBaseline } from "./baselines.ts";
import type { AnsweredRow } from "./beside-crs.ts";
import type { RuleWorths } from "./crs-rules.ts";
import { type BaselineRows, measureSeed, type SeedFigures } from "./figures.ts";
import { recordedPrefix, type SourceGroup } from "./groups.ts";
import type { Site } from "./rows.ts";
import { type RowScore, scoreRow } from "./scores.ts";
import { lessons, nameOfLessons, planSite, scoreWarm, type WarmScore } from "./warm.ts";

/** What is measured, and with what. */
export interface Bench {
  readonly groups: readonly SourceGroup[];
  /** Rows of the groups that are measured. */
  readonly rows: readonly AnsweredRow[];
  /** Rows of all groups: baselines are fitted on those of the others. */
  readonly allRows: readonly AnsweredRow[];
  readonly sites: readonly Site[];
  readonly worths: RuleWorths;
  /** Whether the published models are measured too. */
  readonly withBaselines: boolean;
}

/** Tells what is being done. */
export type RunProgress = (stage: string, done: number, total: number) => void;

/** Measures everything that depends on the seed. */
export function runSeed(
  bench: Bench,
  seed: number,
  detectorOf: (group: SourceGroup) => Detector,
  onProgress: RunProgress,
): SeedFigures {
  const { groups, rows, worths } = bench;
  const scores: RowScore[] = new Array(rows.length);
  const warm = new Map<string, WarmScore[]>();
  for (const [index, group] of groups.entries()) {
    const own = indicesOfGroup(rows, index);
    if (own.length === 0) continue;
    const detector = detectorOf(group);
    for (const [done, row] of own.entries()) {
      const { request, answer } = rows[row] as AnsweredRow;
      scores[row] = scoreRow(detector, request, answer, worths);
      if (done % 100 === 0) onProgress(`verdicts, ${group.name}, seed ${seed}`, done, own.length);
    }
    addWarmScores(bench, detector, index, seed, warm, onProgress);
  }
  const published = bench.withBaselines ? scoreBaselines(bench, seed, onProgress) : new Map();
  return measureSeed(rows, scores, worths, published, warm);
}

function indicesOfGroup(rows: readonly AnsweredRow[], group: number): readonly number[] {
  return [...rows.keys()].filter((row) => rows[row]?.group === group);
}

/** Scores all rows with each baseline, fitted on the benign rows of the other groups. */
function scoreBaselines(
  { groups, rows, allRows }: Bench,
  seed: number,
  onProgress: RunProgress,
): ReadonlyMap<string, BaselineRows> {
  const found = new Map<string, BaselineRows>();
  for (const [number, baseline] of baselines.entries()) {
    const all = { scores: new Float64Array(rows.length), isAnomalous: new Uint8Array(rows.length) };
    for (const index of groups.keys()) {
      onProgress(`baselines, seed ${seed}`, number * groups.length + index, baselines.length * groups.length);
      const own = indicesOfGroup(rows, index);
      if (own.length === 0) continue;
      const benign = allRows.filter(({ attack, group }) => !attack && group !== index);
      const { scores, threshold } = scoreBaseline(
        baseline,
        benign.map(({ request }) => request),
        own.map((row) => (rows[row] as AnsweredRow).request),
        seed,
      );
      for (const [position, row] of own.entries()) {
        const score = scores[position] as number;
        all.scores[row] = score;
        all.isAnomalous[row] = score >= threshold ? 1 : 0;
      }
    }
    found.set(baseline.name, all);
  }
  return found;
}

/** Measures the sites that the group's detector has not seen, with the attacks of the group. */
function addWarmScores(
  { groups, rows, sites }: Bench,
  detector: Detector,
  index: number,
  seed: number,
  into: Map<string, WarmScore[]>,
  onProgress: RunProgress,
): void {
  const attacks = rows.filter((row) => row.attack && row.group === index);
  if (attacks.length === 0) return;
  const sources = groups[index]?.sources ?? [];
  const unseen = sites.filter(({ name }) => !name.startsWith(recordedPrefix) || sources.includes(name));
  const plans = unseen.map((site) => planSite(site, attacks, seed));
  for (const [done, condition] of lessons.entries()) {
    onProgress(`histories, ${groups[index]?.name}, seed ${seed}`, done, lessons.length);
    const name = nameOfLessons(condition);
    const scores = into.get(name) ?? [];
    into.set(name, scores);
    for (const plan of plans) scores.push(...scoreWarm(detector, plan, condition));
  }
}
