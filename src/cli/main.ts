#!/usr/bin/env node
/**
 * The command line. Exit status: 0 done, 1 failed, 2 wrong usage, 78 bad configuration.
 */
import { Command, CommanderError } from "commander";
import { ArbiterError } from "../errors.ts";
import { crsHitsCommand } from "./commands/crs-hits.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { featuresCommand } from "./commands/features.ts";
import { gatewayCommand } from "./commands/gateway.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { learnCommand } from "./commands/learn.ts";
import { serveCommand } from "./commands/serve.ts";
import { settingsCommand } from "./commands/settings.ts";
import { trainCommand } from "./commands/train.ts";
import { packageVersion } from "./package-version.ts";

/** Every command of `arbiter`, in the order in which help lists them. */
const commands = [
  serveCommand(),
  gatewayCommand(),
  settingsCommand(),
  inspectCommand(),
  learnCommand(),
  evaluateCommand(),
  trainCommand(),
  featuresCommand(),
  crsHitsCommand(),
];

const exitStatus = { done: 0, failed: 1, usage: 2, configuration: 78 } as const;

const program = new Command("arbiter")
  .description("Machine-learning verdicts for web application firewalls")
  .version(packageVersion, "-V, --version")
  .showHelpAfterError("(arbiter --help lists the commands)");
for (const command of commands) program.addCommand(command);
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}

/** Reports the error, except where commander has done so, and gives the exit status for it. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
  }
  if (error instanceof ArbiterError) {
    process.stderr.write(`arbiter: ${error.message} (${error.code})\n`);
    return error.code === "config_invalid" ? exitStatus.configuration : exitStatus.failed;
  }
  process.stderr.write(
    `arbiter: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitStatus.failed;
}
