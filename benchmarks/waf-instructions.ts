/**
 * What the plugin costs the web server in instructions, counted by callgrind, on requests about which nobody is asked.
 * Unlike processor time the count hardly depends on what else the machine does, so it shows differences far below those
 * that `waf.ts` can see. It does not show time spent waiting for memory. A start with few requests is subtracted from one
 * with many: what remains is what the requests cost.
 */
import { chmod, readFile } from "node:fs/promises";
import path from "node:path";
import { startBackend } from "../testbed/backend.ts";
import type { CrsVersion } from "../testbed/crs.ts";
import { findProgram } from "../testbed/install.ts";
import { handToServerUser } from "../testbed/server-user.ts";
import { startWaf } from "../testbed/waf.ts";
import type { Engine, PluginOptions } from "../testbed/waf-rules.ts";
import { makeScratch, measure, writeMessages } from "./load.ts";
import { readOptions } from "./options.ts";
import { figure, percent, report, type Table } from "./report.ts";
import { makeRequests, wireBytes } from "./requests.ts";

const options = readOptions(
  "Counts the instructions that the plugin costs Apache and nginx (needs valgrind).",
  {
    engines: "apache,nginx",
    crs: "3,4",
    requests: 100,
    seed: 1,
  },
);

/** Requests of the shorter run: they fill caches and pools, and are in both. */
const firstRequests = 20;

interface Variant {
  readonly name: string;
  /** `undefined`: the plugin is not there. */
  readonly plugin: PluginOptions | undefined;
}

/** What one variant needs for each request. */
interface Count {
  readonly variant: string;
  readonly instructions: number;
}

const baseline: Variant = { name: "CRS alone", plugin: undefined };
const variants: readonly Variant[] = [
  baseline,
  { name: "enabled=0", plugin: { settings: { enabled: 0 } } },
  { name: "second-opinion", plugin: {} },
  { name: "second-opinion, copy of the rules", plugin: { hits: "copy" } },
];

if ((await findProgram("valgrind")) === undefined) {
  process.stderr.write("valgrind is not installed\n");
  process.exit(1);
}
const scratch = await makeScratch();
const backend = await startBackend({ keep: 1 });
try {
  await handToServerUser(scratch.directory);
  const requests = makeRequests(firstRequests + options.requests, options.seed).map(wireBytes);
  const messages = await writeMessages(scratch.directory, "ordinary", requests);
  const tables: Table[] = [];
  const data: Record<string, unknown> = {};
  for (const engine of options.engines.split(",") as Engine[]) {
    for (const crs of options.crs.split(",") as CrsVersion[]) {
      const counts: Count[] = [];
      for (const { name, plugin } of variants) {
        process.stderr.write(`${engine}, CRS ${crs}: ${name}\n`);
        counts.push({ variant: name, instructions: await count(engine, crs, plugin, messages) });
      }
      data[`${engine}-crs${crs}`] = counts;
      tables.push(tableOf(engine, crs, counts));
    }
  }
  await report(tables, { benchmark: "waf-instructions", options, ...data }, options.json);
} finally {
  await backend.stop();
  await scratch.remove();
}

async function count(
  engine: Engine,
  crs: CrsVersion,
  plugin: PluginOptions | undefined,
  messages: string,
): Promise<number> {
  const run = (name: string, requests: number) => runOnce(engine, crs, plugin, messages, name, requests);
  const [few, many] = await Promise.all([
    run("few", firstRequests),
    run("many", firstRequests + options.requests),
  ]);
  return (many - few) / options.requests;
}

/** All that one process executes from its start to its end. */
async function runOnce(
  engine: Engine,
  crs: CrsVersion,
  plugin: PluginOptions | undefined,
  messages: string,
  name: string,
  requests: number,
): Promise<number> {
  const outFile = path.join(scratch.directory, name);
  const waf = await startWaf({
    engine,
    crs,
    upstream: backend.port,
    auditLog: "off",
    wrapper: ["valgrind", "--tool=callgrind", `--callgrind-out-file=${outFile}`],
    ...(plugin === undefined ? {} : { plugin }),
  });
  try {
    // Apache has handed its rights to the server's user by the time that the counts are written.
    await chmod(outFile, 0o666);
    const load = { target: { port: waf.port }, messages, connections: 1, closes: false, pauseMs: 0 };
    const result = await measure({ ...load, count: requests, limitSeconds: 600 }, async () => 0);
    if (result.statuses["200"] !== requests) {
      throw new Error(`unexpected replies: ${JSON.stringify(result.statuses)}`);
    }
  } finally {
    await waf.stop();
  }
  const counts = await readFile(outFile, "latin1");
  return Number(/^(?:summary|totals): (\d+)/m.exec(counts)?.[1]);
}

function tableOf(engine: Engine, crs: CrsVersion, counts: readonly Count[]): Table {
  const bare = counts[0]?.instructions ?? Number.NaN;
  return {
    title: `${engine}, CRS ${crs}: instructions for each of ${options.requests} ordinary requests, in thousands`,
    columns: ["", "instructions", "cost"],
    rows: counts.map(({ variant, instructions }) => [
      variant,
      figure(instructions / 1000),
      variant === baseline.name ? "" : percent(instructions / bare - 1),
    ]),
  };
}
