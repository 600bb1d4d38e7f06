/**
 * How well attacks are found, and at what price: `npm run bench:detection`. Detectors are trained without whole groups of
 * sources and meet them cold, with a history of the site, and beside real CRS; CRS alone, CRS with rules switched off and
 * published models stand beside them.
 *
 * The JSON holds `rows` (the groups, the number and digest of the rows), `crs` (`alone` by paranoia level, `tuned`: the
 * steps of switching rules off by level, `check`: scores that follow from the rules against the engine's own), `cost`, and
 * `figures`. In `figures` each number is `{mean, low, high}` over the seeds, the bounds null where there is one seed:
 * - `cold[rate]`: `threshold` at that rate of false alarms per ordinary request, and `detection`;
 * - `verdicts.suspect` and `.attack`: at the detectors' own points, false alarms of `requests`, `values` and `prose`, each
 *   `pooled` (every source's weight capped) and by `sources`, and `detection`;
 * - `payloads`: balanced accuracy on payload lists in one parameter, at the `own` threshold and at the `best`;
 * - `secondOpinion.PL1` and `.PL2`: false alarms left of `requests`, `values` and `prose`, `detection`, the share `kept` of
 *   what CRS catches, the share `gone` of its false alarms, and detection `atRates` of false alarms;
 * - `scoring.PL1` and `.PL2`: the same outcome for the sum of CRS's score and Arbiter's points;
 * - `baselines[name]`: `cold` as above, and `own`: at the model's own threshold;
 * - `warm[condition]`: `falseAlarms` and `found` at the point `attack`, by `sites`, and detection `atRates`.
 * `inSample` names the sources that a given detector was trained on; it is empty where detectors were trained for this.
 * `detection` is `{overSources, overClasses, sources, classes}`: means, and each share. All shares are in [0, 1].
 */
import { readFileSync, statSync } from "node:fs";
import { progressLine } from "../../src/cli/progress.ts";
import { readDetector } from "../../src/detector/detector.ts";
import { readOptions } from "../options.ts";
import { report } from "../report.ts";
import { type AnsweredRow, measureCrs, measureTunedCrs } from "./beside-crs.ts";
import { isOrdinaryRequest } from "./cold.ts";
import { measureCost } from "./cost.ts";
import { recordCrs } from "./crs-recording.ts";
import { trainDetectors } from "./detectors.ts";
import type { SeedFigures } from "./figures.ts";
import type { SourceGroup } from "./groups.ts";
import { overSeeds } from "./rates.ts";
import { readBenchRows } from "./rows.ts";
import { runSeed } from "./seed-run.ts";
import {
  baselineTable,
  besideTable,
  checkTable,
  coldTable,
  costTable,
  falseAlarmTable,
  inSampleTable,
  tunedTable,
  verdictTable,
  warmTable,
} from "./tables.ts";

const options = readOptions(
  `Measures detection on sources that detectors have not seen: cold, with a history, beside CRS, and against baselines.
What CRS says and the trained detectors are kept below .cache/, so that a second run takes minutes.

--groups names the groups of sources that are measured: browsers, sqlmap, lists, servers, prose. --workers trainings run at
the same time. --calibration FILE takes fusion and thresholds over from a detector, which makes training five times as fast
and the figures a little too good: that detector has seen the sources. --detector FILE measures one detector as it is; on
sources that it was trained on the figures say nothing.`,
  {
    data: "../shared/data",
    seeds: 3,
    groups: "all",
    workers: 2,
    calibration: "own",
    detector: "none",
  },
);
const shipped = "detectors/default.arbiter";

const progress = progressLine(process.stderr);
const { groups, rows: unanswered, sites, digest } = await readBenchRows(options.data);
const wanted = options.groups === "all" ? undefined : new Set(options.groups.split(","));
const isWanted = ({ name }: SourceGroup): boolean => wanted?.has(name) ?? true;
const crs = await recordCrs(
  unanswered.map(({ request }) => request),
  progress.update,
);
const allRows = unanswered.map((row): AnsweredRow => ({ ...row, answer: crs.answerOf(row.request) }));
const rows = allRows.filter(({ group }) => isWanted(groups[group] as SourceGroup));

const detectorFile = options.detector === "none" ? undefined : options.detector;
const seeds = detectorFile === undefined ? options.seeds : 1;
const fileOf =
  detectorFile === undefined
    ? await trainDetectors(
        groups.filter(isWanted),
        {
          dataFolder: options.data,
          seeds,
          workers: options.workers,
          calibratedBy: options.calibration === "own" ? "" : options.calibration,
        },
        (done, total) => progress.update("training", done, total),
      )
    : () => detectorFile;

const bench = { groups, rows, allRows, sites, worths: crs.worths, withBaselines: detectorFile === undefined };
const bySeed: SeedFigures[] = [];
for (let seed = 1; seed <= seeds; seed++) {
  const detectorOf = (group: SourceGroup) => readDetector(readFileSync(fileOf(group, seed)));
  bySeed.push(runSeed(bench, seed, detectorOf, progress.update));
}
progress.update("cost", 0, 1);
const measured = detectorFile ?? shipped;
const isOrdinary = (row: AnsweredRow): boolean => !row.attack && isOrdinaryRequest(row);
const cost = measureCost(
  readDetector(readFileSync(measured)),
  allRows.filter(isOrdinary).map(({ request }) => request),
  statSync(measured).size,
  1,
);
progress.clear();

/** Sources that a given detector was trained on: what it says of them is no measure of anything. */
const inSample =
  detectorFile === undefined
    ? []
    : readDetector(readFileSync(detectorFile))
        .provenance.sources.filter(({ benign, attack }) => benign + attack > 0)
        .map(({ name }) => name)
        .filter((name) => groups.some(({ sources }) => sources.includes(name)));
const figures = overSeeds(bySeed);
const crsAlone = measureCrs(rows, crs.worths);
const tuned = measureTunedCrs(rows, crs.worths);
await report(
  [
    ...(inSample.length === 0 ? [] : [inSampleTable(inSample)]),
    coldTable(figures, rows.filter(isOrdinary).length),
    verdictTable(figures),
    falseAlarmTable(figures),
    ...(bench.withBaselines ? [baselineTable(figures)] : []),
    warmTable(figures, sites),
    besideTable(overSeeds([crsAlone]), figures),
    tunedTable(tuned),
    checkTable(crs),
    costTable(cost),
  ],
  {
    benchmark: "detection",
    options,
    rows: { digest, groups, count: rows.length },
    crs: { release: crs.release, check: crs.check, alone: crsAlone, tuned },
    seeds,
    inSample,
    figures,
    cost,
  },
  options.json,
);
