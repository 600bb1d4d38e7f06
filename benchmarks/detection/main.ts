/**
 * How well attacks are found, and at what price: `npm run bench:detection`. Detectors are trained without whole groups of
 * sources and meet them cold, with a history of the site, and beside real CRS; CRS alone, CRS with rules switched off and
 * published models stand beside them.
 */
import { readFileSync } from "node:fs";
import { progressLine } from "../../src/cli/progress.ts";
import { type Detector, readDetector } from "../../src/detector/detector.ts";
import { readOptions } from "../options.ts";
import { figure, report } from "../report.ts";
import { baselines, scoreBaseline } from "./baselines.ts";
import { type AnsweredRow, measureCrs, measureTunedCrs } from "./beside-crs.ts";
import { recordCrs } from "./crs-recording.ts";
import { type DetectorFiles, trainDetectors } from "./detectors.ts";
import { type BaselineRows, measureSeed, type SeedFigures } from "./figures.ts";
import { recordedPrefix, type SourceGroup } from "./groups.ts";
import { overSeeds } from "./rates.ts";
import { readBenchRows } from "./rows.ts";
import { type RowScore, scoreRow } from "./scores.ts";
import {
  baselineTable,
  besideTable,
  coldTable,
  falseAlarmTable,
  tunedTable,
  verdictTable,
  warmTable,
} from "./tables.ts";
import { lessons, nameOfLessons, planSite, scoreWarm, type WarmScore } from "./warm.ts";

const options = readOptions("Measures detection on sources that detectors have not seen.", {
  data: "../shared/data",
  seeds: 3,
  groups: "all",
  workers: 2,
  calibration: "own",
  detector: "none",
});

const progress = progressLine(process.stderr);
const { groups, rows: allRows, sites, digest } = await readBenchRows(options.data);
const wanted = options.groups === "all" ? undefined : new Set(options.groups.split(","));
const crs = await recordCrs(
  allRows.map(({ request }) => request),
  progress.update,
);
const rows: readonly AnsweredRow[] = allRows
  .filter(({ group }) => wanted === undefined || wanted.has(groups[group]?.name ?? ""))
  .map((row) => ({ ...row, answer: crs.answerOf(row.request) }));

const given = options.detector === "none" ? undefined : readDetector(readFileSync(options.detector));
const isWanted = ({ name }: SourceGroup): boolean => wanted === undefined || wanted.has(name);
const files =
  given === undefined
    ? await trainDetectors(
        groups.filter(isWanted),
        {
          dataFolder: options.data,
          seeds: options.seeds,
          workers: options.workers,
          calibratedBy: options.calibration === "own" ? "" : options.calibration,
        },
        (done, total) => progress.update("training", done, total),
      )
    : undefined;
const bySeed: SeedFigures[] = [];
for (let seed = 1; seed <= (given === undefined ? options.seeds : 1); seed++) {
  const scores: RowScore[] = new Array(rows.length);
  const warmScores = new Map<string, WarmScore[]>();
  for (const [index, group] of groups.entries()) {
    const own = [...rows.keys()].filter((row) => rows[row]?.group === index);
    if (own.length === 0) continue;
    const detector = given ?? readDetector(readFileSync((files as DetectorFiles)(group, seed)));
    for (const [done, row] of own.entries()) {
      const { request, answer } = rows[row] as AnsweredRow;
      scores[row] = scoreRow(detector, request, answer, crs.worths);
      if (done % 100 === 0) progress.update(`${group.name}, seed ${seed}: verdicts`, done, own.length);
    }
    addWarmScores(detector, group, index, seed, warmScores);
  }
  const baselineRows = given === undefined ? await scoreBaselines(seed) : new Map<string, BaselineRows>();
  bySeed.push(measureSeed(rows, scores, crs.worths, baselineRows, warmScores));
}
progress.clear();

/** Scores all rows with each baseline, fitted on the benign rows of the other groups. */
async function scoreBaselines(seed: number): Promise<ReadonlyMap<string, BaselineRows>> {
  const found = new Map<string, BaselineRows>();
  for (const [number, baseline] of baselines.entries()) {
    const all = { scores: new Float64Array(rows.length), isAnomalous: new Uint8Array(rows.length) };
    let isThere = true;
    for (const index of groups.keys()) {
      progress.update(
        `baselines, seed ${seed}`,
        number * groups.length + index,
        baselines.length * groups.length,
      );
      const own = [...rows.keys()].filter((row) => rows[row]?.group === index);
      if (own.length === 0) continue;
      const benign = allRows.filter(({ attack, group }) => !attack && group !== index);
      const scored = await scoreBaseline(
        baseline,
        benign.map(({ request }) => request),
        own.map((row) => (rows[row] as AnsweredRow).request),
        seed,
      );
      isThere &&= scored !== undefined;
      for (const [position, row] of own.entries()) {
        const score = scored?.scores[position] ?? 0;
        all.scores[row] = score;
        all.isAnomalous[row] = score >= (scored?.threshold ?? 1) ? 1 : 0;
      }
    }
    if (isThere) found.set(baseline.name, all);
  }
  return found;
}

/** Measures the sites that the group's detector has not seen, with the attacks of the group. */
function addWarmScores(
  detector: Detector,
  group: SourceGroup,
  index: number,
  seed: number,
  into: Map<string, WarmScore[]>,
): void {
  const attacks = allRows.filter((row) => row.attack && row.group === index);
  const unseen = sites.filter(({ name }) => !name.startsWith(recordedPrefix) || group.sources.includes(name));
  if (attacks.length === 0) return;
  const plans = unseen.map((site) => planSite(site, attacks, seed));
  for (const [done, condition] of lessons.entries()) {
    progress.update(`${group.name}, seed ${seed}: histories`, done, lessons.length);
    const name = nameOfLessons(condition);
    const scores = into.get(name) ?? [];
    into.set(name, scores);
    for (const plan of plans) scores.push(...scoreWarm(detector, plan, condition));
  }
}

const figures = overSeeds(bySeed);
const crsAlone = measureCrs(rows, crs.worths);
const tuned = measureTunedCrs(rows, crs.worths);
await report(
  [
    coldTable(figures),
    verdictTable(figures),
    falseAlarmTable(figures),
    baselineTable(
      figures,
      baselines.map(({ name }) => name),
    ),
    warmTable(
      figures,
      sites.map(({ name, requests }) => `${name} (${figure(requests.length)} requests)`),
    ),
    besideTable(overSeeds([crsAlone]), figures),
    tunedTable(tuned),
    {
      title: `CRS ${crs.release}: scores from the rules that matched, against the engine's own`,
      columns: ["", "rows", "different"],
      rows: [
        ["within one run at level 4", figure(crs.check.rows), figure(crs.check.different)],
        ...Object.entries(crs.check.atLevel).map(([level, { rows: sent, different }]) => [
          `sent again at level ${level}`,
          figure(sent),
          figure(different),
        ]),
      ],
    },
  ],
  {
    benchmark: "detection",
    options,
    inSample: given !== undefined,
    rows: { digest, groups, count: rows.length },
    crs: { release: crs.release, check: crs.check, alone: crsAlone, tuned },
    seeds: bySeed.length,
    figures,
  },
  options.json,
);
