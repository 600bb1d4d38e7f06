/**
 * A process of its own that trains detectors without groups of sources: `node train-left-out.ts JOBS`. The data are read
 * once for all of them. It tells its parent of its progress, and its memory goes with it.
 */
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { alarmKey, readAlarms } from "../../corpus/alarms.ts";
import { trainingRows } from "../../scripts/training-rows.ts";
import { packageVersion } from "../../src/cli/package-version.ts";
import { parseDetector, writeDetector } from "../../src/detector/detector-file.ts";
import { type Dataset, datasetBuilder } from "../../src/training/dataset.ts";
import { train } from "../../src/training/train.ts";

/** What is to be trained, as JSON in the first argument. */
export interface TrainingJobs {
  readonly dataFolder: string;
  /** A detector whose fusion and thresholds are taken over, or "": each training chooses its own. */
  readonly calibratedBy: string;
  readonly jobs: readonly {
    readonly file: string;
    readonly seed: number;
    /** Sources that are left out. */
    readonly without: readonly string[];
  }[];
}

/** What the parent hears. */
export interface TrainingMessage {
  readonly file: string;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

const { dataFolder, calibratedBy, jobs } = JSON.parse(process.argv[2] ?? "") as TrainingJobs;
/** The corpus is the one of the default detector, whatever the seed of the training. */
const corpusSeed = 1;
const calibration = calibratedBy === "" ? undefined : parseDetector(readFileSync(calibratedBy));

const alarms = readAlarms();
const builder = datasetBuilder();
for await (const row of trainingRows(dataFolder, corpusSeed))
  builder.add(row, alarms.get(alarmKey(row.request)));
const dataset = builder.finish();

for (const { file, seed, without } of jobs) {
  const options = { seed, madeWith: packageVersion, ...(calibration === undefined ? {} : { calibration }) };
  const { parts } = train(leaveOut(dataset, without), options, (stage, done, total) =>
    process.send?.({ file, stage, done, total } satisfies TrainingMessage),
  );
  await writeFile(`${file}.part`, writeDetector(parts));
  await rename(`${file}.part`, file);
}
process.disconnect?.();

/** The dataset without some sources. What another source said before them, word for word, is left out with them. */
function leaveOut({ examples, leftOut, digest }: Dataset, sources: readonly string[]): Dataset {
  return { examples: examples.filter(({ source }) => !sources.includes(source)), leftOut, digest };
}
