/**
 * `arbiter train`: labelled traffic files → a detector file, with what it does on sources that it had not seen; or, with
 * `--model`, a single model with a threshold.
 */
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { detectorId, writeDetector } from "../../detector/detector-file.ts";
import { readSingleModel, writeSingleModel } from "../../detector/single-model.ts";
import { ArbiterError } from "../../errors.ts";
import { datasetBuilder } from "../../training/dataset.ts";
import { evaluate } from "../../training/evaluate.ts";
import { train } from "../../training/train.ts";
import { modelNames, modelTrainer } from "../../training/train-model.ts";
import { packageVersion } from "../package-version.ts";
import { progressLine } from "../progress.ts";
import { readTraffic } from "../traffic-input.ts";
import { evaluationTable } from "./evaluate.ts";

interface Options {
  readonly data?: string[];
  readonly output: string;
  readonly seed: number;
  readonly model?: string;
  readonly normalOnly?: boolean;
  readonly falseAlarms?: number;
  readonly json?: boolean;
}

/** The command `train`. */
export function trainCommand(): Command {
  const command = new Command("train");
  return command
    .description("train a detector, or with --model a single model, from traffic files")
    .argument("[file...]", "labelled traffic files, plain or gzip; - is standard input")
    .option("--data <file...>", "more of them")
    .requiredOption("--out, --output <file>", "file to write; it appears whole or not at all")
    .option("--seed <number>", "seed of all randomness", parseSeed, 1)
    .option("--model <name>", `train one model alone: ${modelNames.join(", ")}`, parseModel)
    .option("--normal-only", "with --model: rows without a label are normal traffic, attacks only measure")
    .option(
      "--false-alarms <share>",
      "with --model: what its threshold may cost (default: 0.001)",
      parseShare,
    )
    .option("--json", "write the evaluation on rows that were held out as JSON")
    .action(async (files: string[], options: Options) => {
      const traffic = [...files, ...(options.data ?? [])];
      if (traffic.length === 0)
        command.error("error: name traffic files, or give them with --data <file...>");
      if (options.model === undefined) {
        if (options.normalOnly === true || options.falseAlarms !== undefined)
          command.error("error: --normal-only and --false-alarms belong to --model");
        await trainDetector(traffic, options);
      } else await trainModel(traffic, options.model, options);
    });
}

async function trainDetector(traffic: readonly string[], options: Options): Promise<void> {
  const progress = progressLine(process.stderr);
  const builder = datasetBuilder();
  let rows = 0;
  for await (const row of readTraffic(traffic)) {
    builder.add(row);
    if (++rows % 1000 === 0) progress.update("reading", 0, 1);
  }
  const { parts, leftOutRows } = train(
    builder.finish(),
    { seed: options.seed, madeWith: packageVersion },
    progress.update,
  );
  progress.clear();
  const file = writeDetector(parts);
  await writeWhole(options.output, file);
  const evaluation = evaluate(leftOutRows);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ model: detectorId(file), bytes: file.length, evaluation })}\n`);
  } else {
    process.stdout.write(`${evaluationTable(evaluation)}\n`);
    process.stdout.write(`each source was scored by models that had not seen it\n`);
    process.stdout.write(`${options.output}: detector ${detectorId(file)}, ${file.length} bytes\n`);
  }
}

/** The false alarms of a single model where nothing is said: 1 in 1,000 normal requests. */
const usualFalseAlarms = 0.001;

async function trainModel(traffic: readonly string[], name: string, options: Options): Promise<void> {
  const trainer = modelTrainer({
    name,
    seed: options.seed,
    madeWith: packageVersion,
    normalOnly: options.normalOnly === true,
    falseAlarms: options.falseAlarms ?? usualFalseAlarms,
  });
  for await (const row of readTraffic(traffic)) trainer.add(row);
  const { parts, auc } = trainer.finish();
  const file = writeSingleModel(parts);
  await writeWhole(options.output, file);
  const { measured, provenance } = parts;
  const id = readSingleModel(file).id;
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ model: id, name, bytes: file.length, measured, auc, provenance })}\n`,
    );
    return;
  }
  const { threshold, falseAlarms, normalRows, detection, attackRows } = measured;
  const found = detection === null ? "" : `, ${detection.toPrecision(3)} of ${attackRows} attacks`;
  process.stdout.write(
    `threshold ${threshold.toPrecision(6)}: ${falseAlarms.toPrecision(2)} of ${normalRows} held-out normal rows${found} lie at or above\n`,
  );
  if (auc !== null) process.stdout.write(`AUC ${auc.toFixed(4)} on rows that the model had not seen\n`);
  process.stdout.write(`${options.output}: ${name} ${id}, ${file.length} bytes\n`);
}

/** Writes the file beside its place and moves it there, so that no reader ever sees a part of it. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${resolve(path)}.${process.pid}.part`;
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ArbiterError(
      "io_failed",
      `cannot write ${path} in ${dirname(resolve(path))}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || text.trim() === "")
    throw new InvalidArgumentError("It must be an integer.");
  return seed;
}

function parseModel(text: string): string {
  if (!modelNames.includes(text))
    throw new InvalidArgumentError(`It must be one of ${modelNames.join(", ")}.`);
  return text;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === "" || !(share >= 0 && share < 1))
    throw new InvalidArgumentError("It must be a number from 0 up to, and without, 1.");
  return share;
}
