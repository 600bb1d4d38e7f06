/**
 * A process of its own that trains a detector without a group of sources: `node train-left-out.ts FOLDER SEED FILE
 * SOURCE…`. It tells its parent of its progress, and its memory goes with it.
 */
import { rename, writeFile } from "node:fs/promises";
import { alarmKey, readAlarms } from "../../corpus/alarms.ts";
import { trainingRows } from "../../scripts/training-rows.ts";
import { packageVersion } from "../../src/cli/package-version.ts";
import { writeDetector } from "../../src/detector/detector-file.ts";
import { datasetBuilder } from "../../src/training/dataset.ts";
import { train } from "../../src/training/train.ts";

const [dataFolder = "", seedText = "", file = "", ...leftOut] = process.argv.slice(2);
const without = new Set(leftOut);
const seed = Number(seedText);
/** The corpus is the one of the default detector, whatever the seed of the training. */
const corpusSeed = 1;

const alarms = readAlarms();
const builder = datasetBuilder();
for await (const row of trainingRows(dataFolder, corpusSeed)) {
  if (!without.has(row.source)) builder.add(row, alarms.get(alarmKey(row.request)) ?? []);
}
const { parts } = train(builder.finish(), { seed, madeWith: packageVersion }, (stage, done, total) =>
  process.send?.({ stage, done, total }),
);
await writeFile(`${file}.part`, writeDetector(parts));
await rename(`${file}.part`, file);
process.disconnect?.();
