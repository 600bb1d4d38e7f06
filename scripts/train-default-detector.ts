/**
 * Makes the detector that ships in the package, and its model card: `npm run train:default`. Reads the public training
 * set (a folder of traffic files, default `../shared/data`) and the project's own corpus; the same data and seed give
 * the same file, byte for byte.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { corpusDefaults, corpusRows } from "../corpus/rows.ts";
import { packageVersion } from "../src/cli/package-version.ts";
import { progressLine } from "../src/cli/progress.ts";
import { readTraffic } from "../src/cli/traffic-input.ts";
import { detectorId, writeDetector } from "../src/detector/detector-file.ts";
import type { TrafficRow } from "../src/traffic/traffic-row.ts";
import { parseTrafficRow } from "../src/traffic/traffic-row.ts";
import { datasetBuilder } from "../src/training/dataset.ts";
import { evaluate } from "../src/training/evaluate.ts";
import { train } from "../src/training/train.ts";
import { modelCard } from "./model-card.ts";

const seed = 1;
const dataFolder = process.argv[2] ?? "../shared/data";
const progress = progressLine(process.stderr);

let files: string[];
try {
  files = readdirSync(dataFolder)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => join(dataFolder, name));
} catch {
  process.stderr.write(
    `train:default: the training set is not at ${dataFolder}; name its folder as an argument\n`,
  );
  process.exit(1);
}

/** What the lists write where an attacker would write something: percent-encoded, as values stand in a row's target. */
const placeholders: readonly (readonly [placeholder: string, meant: string])[] = [
  ["%7BFILE%7D", "etc%2Fpasswd"],
  ["XXpathXX", "etc%2Fpasswd"],
  ["%7B%7BBaseURL%7D%7D", "https%3A%2F%2Fwww.example.com"],
  ["%7Bdomain%7D", "www.example.com"],
  ["__TIME__", "5"],
];

/** The row with its placeholders filled in. */
function filledIn(row: TrafficRow): TrafficRow {
  let uri = row.request.uri;
  for (const [placeholder, meant] of placeholders) uri = uri.replaceAll(placeholder, meant);
  return { ...row, request: { ...row.request, uri } };
}

const builder = datasetBuilder();
for await (const row of readTraffic(files)) builder.add(filledIn(row));
for (const row of corpusRows({ ...corpusDefaults, seed })) builder.add(parseTrafficRow(JSON.stringify(row)));
const dataset = builder.finish();
progress.update("training", 0, 1);
const { parts, leftOutRows } = train(dataset, { seed, madeWith: packageVersion }, progress.update);
progress.clear();

const file = writeDetector(parts);
mkdirSync("detectors", { recursive: true });
writeFileSync("detectors/default.arbiter", file);
writeFileSync("detectors/default.md", modelCard(parts, detectorId(file), file.length, evaluate(leftOutRows)));
process.stdout.write(`detectors/default.arbiter: detector ${detectorId(file)}, ${file.length} bytes\n`);
