/**
 * Makes the detector that ships in the package, and its model card with a picture: `npm run train:default`. Reads the public training
 * set (a folder of traffic files, default `../shared/data`), the project's own corpus, and the recorded alarms of CRS on
 * both; the same data and seed give the same file, byte for byte.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { alarmKey, readAlarms } from "../corpus/alarms.ts";
import { packageVersion } from "../src/cli/package-version.ts";
import { progressLine } from "../src/cli/progress.ts";
import { detectorId, writeDetector } from "../src/detector/detector-file.ts";
import { datasetBuilder } from "../src/training/dataset.ts";
import { evaluate } from "../src/training/evaluate.ts";
import { train } from "../src/training/train.ts";
import { modelCard } from "./model-card.ts";
import { reliabilityDiagram } from "./reliability-diagram.ts";
import { trainingRows } from "./training-rows.ts";

const seed = 1;
/** Share of the recorded alarms below which the recording is too old to be of use. */
const leastKnown = 0.95;
const dataFolder = process.argv[2] ?? "../shared/data";
const progress = progressLine(process.stderr);

const builder = datasetBuilder();
const alarms = readAlarms();
let recorded = 0;
try {
  for await (const row of trainingRows(dataFolder, seed)) {
    const own = alarms.get(alarmKey(row.request));
    recorded += own === undefined ? 0 : 1;
    builder.add(row, own);
  }
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  process.stderr.write(
    `train:default: the training set is not at ${dataFolder}; name its folder as an argument\n`,
  );
  process.exit(1);
}
if (recorded < alarms.size * leastKnown)
  process.stderr.write(
    `train:default: ${alarms.size - recorded} of ${alarms.size} recorded alarms are of rows that have changed since; npm run record:alarms\n`,
  );
const dataset = builder.finish();
progress.update("training", 0, 1);
const { parts, leftOutRows } = train(dataset, { seed, madeWith: packageVersion }, progress.update);
progress.clear();

const file = writeDetector(parts);
mkdirSync("detectors", { recursive: true });
writeFileSync("detectors/default.arbiter", file);
const evaluation = evaluate(leftOutRows);
writeFileSync("detectors/default.md", modelCard(parts, detectorId(file), file.length, evaluation));
writeFileSync("detectors/default-reliability.svg", reliabilityDiagram(evaluation.reliability));
process.stdout.write(`detectors/default.arbiter: detector ${detectorId(file)}, ${file.length} bytes\n`);
