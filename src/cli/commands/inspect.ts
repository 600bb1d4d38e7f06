/** `arbiter inspect`: one JSON line with the verdict for each row of the traffic files. */
import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { loadDetectorOrModel } from "../../config/load-detector.ts";
import { loadProfiles } from "../../config/load-profiles.ts";
import type { SingleModel } from "../../detector/single-model.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import type { Preset } from "../../verdict/operating-point.ts";
import { presets } from "../../verdict/operating-point.ts";
import type { Mode, Verdict } from "../../verdict/verdict.ts";
import { modes } from "../../verdict/verdict.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly model?: string;
  readonly min: number;
  readonly mode?: Mode;
  readonly preset: Preset;
  readonly profiles?: string;
}

/** Bytes of output that are gathered before a write. */
const chunkBytes = 1 << 16;

/** The command `inspect`. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("write the verdict on each request of traffic files as JSON Lines")
    .argument("<file...>", "traffic files, plain or gzip; - is standard input")
    .option("--model <file>", "detector file, or file of a single model (default: the detector that ships)")
    .option("--min <probability>", "only rows at or above this probability", parseProbability, 0)
    .addOption(
      new Option(
        "--mode <mode>",
        "how verdicts are used (default: second-opinion for rows with an alarm of CRS, general for others)",
      ).choices(modes),
    )
    .addOption(
      new Option("--preset <preset>", "how hard requests are judged").choices(presets).default("balanced"),
    )
    .option("--profiles <file>", "application profiles (they stay as they are)")
    .action(inspect);
}

async function inspect(files: string[], options: Options): Promise<void> {
  const model = loadDetectorOrModel(options.model);
  const profiles = options.profiles === undefined ? undefined : await loadProfiles(options.profiles);
  process.stdout.on("error", endWhereUnread);
  let pending = "";
  for await (const row of readTraffic(files)) {
    const transaction = transactionOf(row);
    const { verdict, probability, attackType, reasons } =
      "score" in model
        ? scored(model, transaction)
        : model.inspect(transaction, {
            mode: options.mode ?? (isAlarm(transaction) ? "second-opinion" : "general"),
            operatingPoints: model.operatingPoints[options.preset],
            ...(profiles === undefined ? {} : { profiles }),
          });
    if (probability < options.min) continue;
    pending += `${JSON.stringify({ id: row.id, probability, verdict, attackType, reasons })}\n`;
    if (pending.length >= chunkBytes) {
      await write(pending);
      pending = "";
    }
  }
  await write(pending);
}

/** True where CRS would have denied the request. */
function isAlarm({ waf }: ReturnType<typeof transactionOf>): boolean {
  return waf !== undefined && waf.score >= waf.threshold;
}

/** A single model knows one threshold, no kinds of attack, and no reasons; its score stands where the probability does. */
function scored(
  model: SingleModel,
  transaction: ReturnType<typeof transactionOf>,
): Pick<Verdict, "verdict" | "probability" | "attackType" | "reasons"> {
  const probability = model.score(transaction);
  const verdict = probability >= model.measured.threshold ? "attack" : "pass";
  return { verdict, probability, attackType: null, reasons: [] };
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
