/** `arbiter inspect`: one JSON line with the verdict for each row of the traffic files. */
import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { loadDetectorOrModel } from "../../config/load-detector.ts";
import { loadProfiles } from "../../config/load-profiles.ts";
import type { Detector } from "../../detector/detector.ts";
import type { SingleModel } from "../../detector/single-model.ts";
import type { TrafficRow } from "../../traffic/traffic-row.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import type { Preset } from "../../verdict/operating-point.ts";
import { presets } from "../../verdict/operating-point.ts";
import type { Mode, Verdict } from "../../verdict/verdict.ts";
import { modes } from "../../verdict/verdict.ts";
import { inspectWith, openModels } from "../recorded-verdicts.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly model?: string;
  readonly min: number;
  readonly mode?: Mode;
  readonly preset: Preset;
  readonly profiles?: string;
  readonly config?: string;
}

/** What is written of each row. */
type Finding = Pick<Verdict, "verdict" | "probability" | "attackType" | "reasons" | "models">;

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
    .option("--config <file>", "a settings file: the models of your own that it names are asked too")
    .action(inspect);
}

async function inspect(files: string[], options: Options): Promise<void> {
  const model = loadDetectorOrModel(options.model);
  const profiles = options.profiles === undefined ? undefined : await loadProfiles(options.profiles);
  const panel = await openModels(options.config);
  const judged = async (detector: Detector, row: TrafficRow): Promise<Finding> => {
    const given = await inspectWith(detector, panel, row, {
      mode: options.mode ?? (isAlarm(row) ? "second-opinion" : "general"),
      operatingPoints: detector.operatingPoints[options.preset],
      ...(profiles === undefined ? {} : { profiles }),
    });
    return given.verdict;
  };
  process.stdout.on("error", endWhereUnread);
  let pending = "";
  for await (const row of readTraffic(files)) {
    const { verdict, probability, attackType, reasons, models } =
      "score" in model ? scored(model, row) : await judged(model, row);
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

/** True where CRS would have denied the request. */
function isAlarm({ request: { waf } }: TrafficRow): boolean {
  return waf !== undefined && waf.score >= waf.threshold;
}

/** A single model knows one threshold, no kinds of attack, and no reasons; its score stands where the probability does. */
function scored(model: SingleModel, row: TrafficRow): Finding {
  const probability = model.score(transactionOf(row));
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
