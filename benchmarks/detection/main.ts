/**
 * How well attacks are found, and at what price: `npm run bench:detection`. Detectors are trained without whole groups of
 * sources and meet them cold, with a history of the site, and beside real CRS; CRS alone, CRS with rules switched off and
 * published models stand beside them.
 */
import { readFileSync } from "node:fs";
import { progressLine } from "../../src/cli/progress.ts";
import { readDetector } from "../../src/detector/detector.ts";
import { readOptions } from "../options.ts";
import { figure, report } from "../report.ts";
import { type AnsweredRow, measureCrs, measureTunedCrs } from "./beside-crs.ts";
import { recordCrs } from "./crs-recording.ts";
import { detectorWithout } from "./detectors.ts";
import { measureSeed, type SeedFigures } from "./figures.ts";
import { overSeeds } from "./rates.ts";
import { readBenchRows } from "./rows.ts";
import { type RowScore, scoreRow } from "./scores.ts";
import { besideTable, coldTable, falseAlarmTable, tunedTable, verdictTable } from "./tables.ts";

const options = readOptions("Measures detection on sources that detectors have not seen.", {
  data: "../shared/data",
  seeds: 3,
  groups: "all",
  detector: "",
});

const progress = progressLine(process.stderr);
const { groups, rows: allRows, digest } = await readBenchRows(options.data);
const wanted = options.groups === "all" ? undefined : new Set(options.groups.split(","));
const crs = await recordCrs(
  allRows.map(({ request }) => request),
  progress.update,
);
const rows: readonly AnsweredRow[] = allRows
  .filter(({ group }) => wanted === undefined || wanted.has(groups[group]?.name ?? ""))
  .map((row) => ({ ...row, answer: crs.answerOf(row.request) }));

const given = options.detector === "" ? undefined : readDetector(readFileSync(options.detector));
const bySeed: SeedFigures[] = [];
for (let seed = 1; seed <= (given === undefined ? options.seeds : 1); seed++) {
  const scores: RowScore[] = new Array(rows.length);
  for (const [index, group] of groups.entries()) {
    const own = [...rows.keys()].filter((row) => rows[row]?.group === index);
    if (own.length === 0) continue;
    const detector =
      given ??
      (await detectorWithout(group, seed, options.data, (stage, done, total) =>
        progress.update(`${group.name}, seed ${seed}: ${stage}`, done, total),
      ));
    for (const [done, row] of own.entries()) {
      const { request, answer } = rows[row] as AnsweredRow;
      scores[row] = scoreRow(detector, request, answer, crs.worths);
      if (done % 100 === 0) progress.update(`${group.name}, seed ${seed}: verdicts`, done, own.length);
    }
  }
  bySeed.push(measureSeed(rows, scores, crs.worths));
}
progress.clear();

const figures = overSeeds(bySeed);
const crsAlone = measureCrs(rows, crs.worths);
const tuned = measureTunedCrs(rows, crs.worths);
await report(
  [
    coldTable(figures),
    verdictTable(figures),
    falseAlarmTable(figures),
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
