/** `arbiter learn`: teaches application profiles what is normal on the sites of recorded traffic. */
import { Command } from "commander";
import { loadDetector } from "../../config/load-detector.ts";
import { loadProfiles, saveProfiles } from "../../config/load-profiles.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly profiles: string;
  readonly model?: string;
  readonly merge?: readonly string[];
  readonly json?: boolean;
}

/** The command `learn`. */
export function learnCommand(): Command {
  return new Command("learn")
    .description("learn from traffic, in order, what is normal on each site")
    .argument("[file...]", "traffic files of mostly ordinary requests, plain or gzip; - is standard input")
    .requiredOption("--profiles <file>", "application profiles to add to; made where there are none")
    .option("--model <file>", "detector file (default: the one that ships)")
    .option("--merge <file...>", "application profiles of other nodes to add")
    .option("--json", "write JSON")
    .action(learn);
}

async function learn(files: string[], options: Options): Promise<void> {
  const detector = loadDetector(options.model);
  const profiles = await loadProfiles(options.profiles);
  for (const other of options.merge ?? []) profiles.merge(await loadProfiles(other));
  const counts = { learnt: 0, refused: 0, labelledAttacks: 0 };
  for await (const row of readTraffic(files)) {
    // What somebody has called an attack is no lesson, whatever a detector thinks of it.
    if (row.label === "attack") counts.labelledAttacks++;
    else if (detector.learn(transactionOf(row), profiles)) counts.learnt++;
    else counts.refused++;
  }
  await saveProfiles(options.profiles, profiles);
  const summary = { ...counts, sites: profiles.sites.size };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(summary)}\n`
      : `learnt from ${counts.learnt} requests of ${summary.sites} sites; ${counts.refused} taught nothing (alarming or not fully readable), ${counts.labelledAttacks} are labelled as attacks\n`,
  );
}
