/** `arbiter train`: labelled traffic files → a detector file, with what it does on sources that it had not seen. */
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { detectorId, writeDetector } from "../../detector/detector-file.ts";
import { ArbiterError } from "../../errors.ts";
import { datasetBuilder } from "../../training/dataset.ts";
import { evaluate } from "../../training/evaluate.ts";
import { train } from "../../training/train.ts";
import { packageVersion } from "../package-version.ts";
import { progressLine } from "../progress.ts";
import { readTraffic } from "../traffic-input.ts";
import { evaluationTable } from "./evaluate.ts";

interface Options {
  readonly data: string[];
  readonly out: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** The command `train`. */
export function trainCommand(): Command {
  return new Command("train")
    .description("train a detector from labelled traffic files")
    .requiredOption("--data <file...>", "labelled traffic files, plain or gzip; - is standard input")
    .requiredOption("--out <file>", "detector file to write; it appears whole or not at all")
    .option("--seed <number>", "seed of all randomness", parseSeed, 1)
    .option("--json", "write the evaluation on left-out sources as JSON")
    .action(async (options: Options) => {
      const progress = progressLine(process.stderr);
      const builder = datasetBuilder();
      let rows = 0;
      for await (const row of readTraffic(options.data)) {
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
      await writeWhole(options.out, file);
      const evaluation = evaluate(leftOutRows);
      if (options.json === true) {
        process.stdout.write(
          `${JSON.stringify({ model: detectorId(file), bytes: file.length, evaluation })}\n`,
        );
      } else {
        process.stdout.write(`${evaluationTable(evaluation)}\n`);
        process.stdout.write(`each source was scored by models that had not seen it\n`);
        process.stdout.write(`${options.out}: detector ${detectorId(file)}, ${file.length} bytes\n`);
      }
    });
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
