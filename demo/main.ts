/**
 * `npm run demo`: a shop with holes behind a real ModSecurity with the real Core Rule Set, its visitors and its
 * attackers, and a table of what CRS blocks alone and with Arbiter beside it. Afterwards the shop stays up until Ctrl-C.
 */
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { findCrs } from "../testbed/crs.ts";
import { findProgram, installPackages, wafPackages } from "../testbed/install.ts";
import { examine, type Questions } from "./examination.ts";
import { startProgress } from "./report/progress.ts";
import type { DemoReport } from "./report/report.ts";
import { conclusions, detailTable, tableHead, tableRow } from "./report/table.ts";
import type { Draft, RecordedRequest } from "./requests/request.ts";
import { type ConfigurationName, type Stage, type StageOptions, setStage } from "./stage/stage.ts";
import { runTool, toolNames } from "./tools/tools.ts";
import { readTraffic } from "./traffic.ts";
import { runBrowserSession } from "./users/browser-session.ts";

interface Options {
  readonly engine: "apache" | "nginx" | "gateway";
  readonly crs: "3" | "4";
  readonly paranoia: number;
  readonly once?: boolean;
  readonly json?: string;
  readonly model?: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What each step takes, in seconds, on two cores; only the time left is made from it. */
const stepSeconds = {
  "starting the servers": 35,
  "a browser visits the shop": 25,
  "attack tools at work": 45,
  "web server": 10,
  latency: 25,
  crs: 20,
  "second-opinion-cold": 20,
  "second-opinion": 20,
  scoring: 25,
  general: 25,
  gateway: 15,
} as const;

const command = new Command("demo")
  .description("Apache or nginx with ModSecurity and CRS, alone and with Arbiter, on the same traffic")
  .addOption(
    new Option("--engine <name>", "the web server in front of the shop")
      .choices(["apache", "nginx", "gateway"])
      .default("apache"),
  )
  .addOption(
    new Option("--crs <release>", "the major release of the Core Rule Set").choices(["3", "4"]).default("3"),
  )
  .option("--paranoia <level>", "CRS's paranoia level, 1 to 4", paranoiaLevel, 1)
  .option("--once", "end after the table instead of staying up")
  .option("--json <file>", "write all figures to a file")
  .option("--model <file>", "a detector file instead of the one that ships")
  .action(run);

function paranoiaLevel(text: string): number {
  if (!/^[1-4]$/.test(text)) throw new InvalidArgumentError("It must be 1, 2, 3 or 4.");
  return Number(text);
}

async function run(options: Options): Promise<void> {
  const { engine, leftOut } = await prepare(options);
  const start = performance.now();
  const stageOptions: StageOptions = {
    history: readTraffic("history"),
    engine,
    crs: options.crs,
    paranoiaLevel: options.paranoia,
    ...(options.model === undefined ? {} : { model: options.model }),
  };
  const release = engine === "gateway" ? null : (await findCrs(options.crs)).release;
  const names: readonly ConfigurationName[] =
    engine === "gateway"
      ? ["gateway"]
      : ["crs", "second-opinion-cold", "second-opinion", "scoring", "general"];
  const steps = [
    "starting the servers",
    "a browser visits the shop",
    "attack tools at work",
    "web server",
    "latency",
  ] as const;
  const progress = startProgress(
    [...steps, ...names].map((name) => [name, stepSeconds[name]]),
    (text) => void process.stderr.write(text),
    process.stderr.isTTY,
  );

  progress.enter("starting the servers");
  const stage = await setStage(stageOptions);
  const ending = endOnSignal(stage);
  progress.enter("a browser visits the shop");
  const session = await runBrowserSession(stage.bare.port);
  if (session.leftOut !== undefined) leftOut.push(session.leftOut);
  await stage.shop.reset();
  progress.enter("attack tools at work");
  const toolRuns = await Promise.all(
    toolNames.map((name) => runTool(name, stage.bare.port, stage.directory)),
  );
  leftOut.push(...toolRuns.flatMap((run) => run.leftOut ?? []));
  const questions: Questions = {
    benign: [...readTraffic("reading"), ...readTraffic("writing"), ...session.drafts.map(benignRow)],
    attacks: readTraffic("attacks"),
    tools: Object.fromEntries(
      toolRuns.filter((run) => run.drafts.length > 0).map((run) => [run.name, run.drafts]),
    ),
  };

  progress.clear();
  say(describeRun(engine, release, options.paranoia, questions, stage));
  for (const reason of leftOut) say(`Left out: ${reason}.`);
  say(`\n${tableHead()}`);
  let step: string | undefined;
  const figures = await examine(stage, questions, {
    onProgress(name, share) {
      if (name !== step) progress.enter(name);
      step = name;
      progress.part(share);
    },
    onRow(row) {
      progress.clear();
      say(tableRow(row));
    },
  });
  progress.clear();
  const report: DemoReport = {
    engine,
    crs: release,
    paranoiaLevel: options.paranoia,
    leftOut,
    ...figures,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  say(`${detailTable(report)}\n`);
  if (figures.refusedByServer > 0) {
    say(
      `${figures.refusedByServer} requests are refused by the web server itself, whatever the rules, and not counted.`,
    );
  }
  const words = conclusions(report);
  if (words !== "") say(words);
  say(`Took ${report.seconds} s.`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.once) return ending.end(0);
  const port = (stage.configurations[1] ?? stage.configurations[0])?.port;
  say(`\nThe shop, vulnerable on purpose, on loopback: http://localhost:${port}/`);
  for (const { title, port: own } of stage.configurations)
    say(`  ${title.padEnd(18)} http://localhost:${own}/`);
  say("Ctrl-C ends the demo.");
  // The web servers are children that do not keep this process alive by themselves.
  setInterval(() => {}, 3_600_000);
}

/**
 * Installs what is missing, where that is allowed, and says what has to do without. Browser and tools are installed one
 * by one, so that one that cannot be had does not take the others with it; they say themselves when they are missing.
 */
async function prepare(options: Options): Promise<{ engine: Options["engine"]; leftOut: string[] }> {
  const missing = options.engine === "gateway" ? [] : await installPackages(wafPackages);
  for (const name of ["chromium", ...toolNames]) {
    if ((await findProgram(name)) === undefined) await installPackages([name]);
  }
  if (missing.length === 0) return { engine: options.engine, leftOut: [] };
  const reason = `these packages cannot be installed: ${missing.join(" ")}; Arbiter's own gateway stands in`;
  return { engine: "gateway", leftOut: [`${options.engine} with ModSecurity and CRS, because ${reason}`] };
}

/** Ends everything on Ctrl-C or TERM, once; a second signal does not wait. */
function endOnSignal(stage: Stage): { end(code: number): Promise<void> } {
  let ending = false;
  const end = async (code: number): Promise<void> => {
    if (ending) process.exit(130);
    ending = true;
    await stage.stop();
    process.exit(code);
  };
  process.on("SIGINT", () => void end(0));
  process.on("SIGTERM", () => void end(0));
  return { end };
}

function benignRow(draft: Draft, index: number): RecordedRequest {
  return {
    id: `demo-browser-${index + 1}`,
    source: "demo-browser",
    label: "benign",
    attack_type: null,
    ...draft,
    granularity: "request",
  };
}

function describeRun(
  engine: Options["engine"],
  release: string | null,
  paranoia: number,
  questions: Questions,
  stage: Stage,
): string {
  const waf =
    release === null
      ? "Arbiter's gateway, without any WAF"
      : `${engine} with ModSecurity and CRS ${release}, paranoia level ${paranoia}`;
  const browser = questions.benign.filter(({ source }) => source === "demo-browser").length;
  const tools = Object.entries(questions.tools).map(([name, drafts]) => `${name} ${drafts.length}`);
  return `${waf}.
Benign: ${questions.benign.length} requests, ${browser} of them from a browser just now. Attacks: ${questions.attacks.length} of the demo's own${tools.length > 0 ? `; from tools, counted apart: ${tools.join(", ")}` : ""}.
Before, ${stage.learntFrom} ordinary requests of other visitors had passed, from which Arbiter has learnt the site; the row called cold does without.
Latency is that of ordinary requests, one at a time, over ${stage.bare.title}.`;
}

command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
await command.parseAsync().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
