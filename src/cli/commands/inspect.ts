/** `arbiter inspect`: one JSON line with the verdict for each row of the traffic files. */
import { once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import { loadDetector } from "../../config/load-detector.ts";
import { loadProfiles } from "../../config/load-profiles.ts";
import type { Mode } from "../../verdict/verdict.ts";
import { modes } from "../../verdict/verdict.ts";
import { inspectWith, openModels } from "../recorded-verdicts.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly model?: string;
  readonly min: number;
  readonly mode: Mode;
  readonly profiles?: string;
  readonly config?: string;
}

/** Bytes of output that are gathered before a write. */
const chunkBytes = 1 << 16;

/** The command `inspect`. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("write the verdict on each request of traffic files as JSON Lines")
    .argument("<file...>", "traffic files, plain or gzip; - is standard input")
    .option("--model <file>", "detector file (default: the one that ships)")
    .option("--min <probability>", "only rows at or above this probability", parseProbability, 0)
    .option("--mode <mode>", `operating point: ${modes.join(", ")}`, parseMode, "general" as Mode)
    .option("--profiles <file>", "application profiles (they stay as they are)")
    .option("--config <file>", "a settings file: the models of your own that it names are asked too")
    .action(inspect);
}

async function inspect(files: string[], options: Options): Promise<void> {
  const detector = loadDetector(options.model);
  const profiles = options.profiles === undefined ? undefined : await loadProfiles(options.profiles);
  const panel = await openModels(options.config);
  process.stdout.on("error", endWhereUnread);
  let pending = "";
  for await (const row of readTraffic(files)) {
    const given = await inspectWith(detector, panel, row, {
      mode: options.mode,
      ...(profiles === undefined ? {} : { profiles }),
    });
    const { verdict, probability, attackType, reasons, models } = given.verdict;
    if (probability < options.min) continue;
    pending += `${JSON.stringify({ id: row.id, probability, verdict, attackType, reasons, models })}\n`;
    if (pending.length >= chunkBytes) {
      await write(pending);
      pending = "";
    }
  }
  await write(pending);
  await panel.close();
}

/** A reader that has seen enough, such as `head`, is no failure. */
function endWhereUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}

async function write(text: string): Promise<void> {
  if (text !== "" && !process.stdout.write(text)) await once(process.stdout, "drain");
}

function parseProbability(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be a number from 0 to 1.");
  return value;
}

function parseMode(text: string): Mode {
  const mode = modes.find((known) => known === text);
  if (mode === undefined) throw new InvalidArgumentError(`It must be one of ${modes.join(", ")}.`);
  return mode;
}
