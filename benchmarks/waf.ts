/**
 * What the plugin costs the web server: CPU time of all processes of a real Apache or nginx with ModSecurity and CRS for
 * each request, without the plugin and with it in each mode. The differences are smaller than those between two starts
 * of the same server, so all servers are started anew several times, and CRS alone runs twice: what it differs from
 * itself is the error of everything else.
 */
import { startArbiterServer } from "../testbed/arbiter-server.ts";
import { startBackend } from "../testbed/backend.ts";
import type { CrsVersion } from "../testbed/crs.ts";
import { startWaf, type Waf } from "../testbed/waf.ts";
import type { Engine, TxSettings } from "../testbed/waf-rules.ts";
import { type Measured, makeScratch, writeMessages } from "./load.ts";
import { readOptions } from "./options.ts";
import { figure, percent, processorTicks, report, stolenShare, type Table } from "./report.ts";
import { makeRequests, type Tone, wireBytes } from "./requests.ts";
import { type Contestant, ratios, runOnce, runRounds } from "./rounds.ts";
import { type Estimate, estimate, median } from "./statistics.ts";

const options = readOptions("Measures what the plugin costs Apache and nginx with ModSecurity and CRS.", {
  engines: "apache,nginx",
  crs: "3,4",
  model: "",
  blocks: 5,
  rounds: 8,
  requests: 400,
  connections: 4,
  seed: 1,
});

/** The goal that the project has set itself: the share of the WAF's CPU time that second opinion may cost. */
const mostCost = 0.02;
const warmUpRequests = 300;

/** How the plugin is set up; `undefined`: it is not there. */
interface Variant {
  readonly name: string;
  readonly settings: TxSettings | undefined;
  /** Where the flags of matched rules come from, if not from actions added from outside. */
  readonly hits?: "copy";
  /** Kinds of traffic that say something about it. */
  readonly tones: readonly Tone[];
  /** True where ordinary traffic should cost so little more that it takes many rounds to see it. */
  readonly isClose?: boolean;
}

const both: readonly Tone[] = ["ordinary", "alarming"];
const baseline: Variant = { name: "CRS alone", settings: undefined, tones: both, isClose: true };
const variants: readonly Variant[] = [
  baseline,
  { name: "CRS alone, once more", settings: undefined, tones: both, isClose: true },
  { name: "enabled=0", settings: { enabled: 0 }, tones: ["ordinary"], isClose: true },
  { name: "second-opinion", settings: {}, tones: both, isClose: true },
  {
    name: "second-opinion, copy of the rules",
    settings: {},
    hits: "copy",
    tones: ["ordinary"],
    isClose: true,
  },
  { name: "second-opinion, shadow", settings: { shadow: 1 }, tones: both },
  { name: "second-opinion, collecting", settings: { collect: 1 }, tones: ["ordinary"] },
  { name: "scoring", settings: { mode: "scoring" }, tones: both },
  { name: "general", settings: { mode: "general" }, tones: both },
];

/** What one variant cost on one kind of traffic. */
interface Result {
  readonly variant: string;
  readonly tone: Tone;
  /** Of the WAF's processes, and of the verdict server, for each request. */
  readonly wafUs: number;
  readonly serverUs: number;
  /** The share of its CPU time that the WAF spends more than with CRS alone. */
  readonly cost: Estimate;
}

const scratch = await makeScratch();
const backend = await startBackend({ keep: 1 });
const arbiter = await startArbiterServer(options.model === "" ? {} : { model: options.model });
try {
  const messages = {
    ordinary: await traffic("ordinary"),
    alarming: await traffic("alarming"),
  };
  const tables: Table[] = [];
  const data: Record<string, unknown> = {};
  const ticks = processorTicks();
  for (const engine of options.engines.split(",") as Engine[]) {
    for (const crs of options.crs.split(",") as CrsVersion[]) {
      const results = await measurePair(engine, crs, messages);
      data[`${engine}-crs${crs}`] = results;
      for (const tone of both) {
        tables.push(
          tableOf(
            engine,
            crs,
            tone,
            results.filter((result) => result.tone === tone),
          ),
        );
      }
    }
  }
  await report(tables, { benchmark: "waf", options, stolenShare: stolenShare(ticks), ...data }, options.json);
} finally {
  await arbiter.stop();
  await backend.stop();
  await scratch.remove();
}

async function traffic(tone: Tone): Promise<string> {
  return writeMessages(scratch.directory, tone, makeRequests(1_000, options.seed, tone).map(wireBytes));
}

type Key = `${string}: ${Tone}`;

async function measurePair(
  engine: Engine,
  crs: CrsVersion,
  messages: Readonly<Record<Tone, string>>,
): Promise<readonly Result[]> {
  const groups = new Map<Key, { ratios: number[][]; runs: Measured[]; serverUs: number[] }>();
  for (let block = 0; block < options.blocks; block++) {
    process.stderr.write(`${engine}, CRS ${crs}: block ${block + 1} of ${options.blocks}\n`);
    const wafs: Waf[] = [];
    try {
      const contestants: (Contestant & { key: Key; isClose: boolean })[] = [];
      const serverUs = new Map<string, number[]>();
      for (const variant of variants) {
        const waf = await start(engine, crs, variant);
        wafs.push(waf);
        for (const tone of variant.tones) {
          const name: Key = `${variant.name}: ${tone}`;
          contestants.push({
            key: name,
            isClose: variant.isClose === true && tone === "ordinary",
            ...contestantOf(name, waf, variant, tone, messages[tone], serverUs),
          });
        }
      }
      for (const contestant of contestants) {
        await runOnce({ ...contestant, load: { ...contestant.load, count: warmUpRequests } });
      }
      for (const costs of serverUs.values()) costs.length = 0;
      const all = await runRounds(contestants, 1);
      const close = await runRounds(
        contestants.filter(({ isClose }) => isClose),
        options.rounds,
      );
      const runsOf = (name: string) => [...(all.get(name) ?? []), ...(close.get(name) ?? [])];
      for (const { key } of contestants) {
        const group = groups.get(key) ?? { ratios: [], runs: [], serverUs: [] };
        groups.set(key, group);
        const tone = key.endsWith("alarming") ? "alarming" : "ordinary";
        group.ratios.push([...ratios(runsOf(key), runsOf(`${baseline.name}: ${tone}`))]);
        group.runs.push(...runsOf(key));
        group.serverUs.push(...(serverUs.get(key) ?? []));
      }
    } finally {
      await Promise.all(wafs.map((waf) => waf.stop()));
    }
  }
  return variants.flatMap(({ name, tones }) =>
    tones.map((tone) => {
      const group = groups.get(`${name}: ${tone}`);
      const { median: middle, low, high } = estimate(group?.ratios ?? []);
      return {
        variant: name,
        tone,
        wafUs: median((group?.runs ?? []).map(({ cpuUs }) => cpuUs)),
        serverUs: median(group?.serverUs ?? []),
        cost: { median: middle - 1, low: low - 1, high: high - 1 },
      };
    }),
  );
}

function start(engine: Engine, crs: CrsVersion, { settings, hits }: Variant): Promise<Waf> {
  return startWaf({
    engine,
    crs,
    upstream: backend.port,
    auditLog: "off",
    ...(settings === undefined
      ? {}
      : { plugin: { settings: { socket: arbiter.socket, ...settings }, hits: hits ?? "actions" } }),
  });
}

/** Counts the verdict server's own time on the side: it is not the WAF's, but somebody has to spend it. */
function contestantOf(
  name: string,
  waf: Waf,
  variant: Variant,
  tone: Tone,
  messages: string,
  serverUs: Map<string, number[]>,
): Contestant {
  const costs: number[] = [];
  serverUs.set(name, costs);
  let before: number | undefined;
  const { requests: count, connections } = options;
  const statuses = tone === "ordinary" ? [200] : variant.settings === undefined ? [403] : [200, 403];
  return {
    name,
    load: {
      target: { port: waf.port },
      messages,
      count,
      connections,
      closes: false,
      pauseMs: 0,
      limitSeconds: 120,
    },
    cpuSeconds: async () => {
      const server = await arbiter.cpuSeconds();
      if (before === undefined) before = server;
      else {
        costs.push(((server - before) / count) * 1e6);
        before = undefined;
      }
      return waf.cpuSeconds();
    },
    statuses,
  };
}

function tableOf(engine: Engine, crs: CrsVersion, tone: Tone, results: readonly Result[]): Table {
  const what = tone === "ordinary" ? "ordinary requests" : "requests that alarm CRS";
  return {
    title: `${engine}, CRS ${crs}, ${what}: CPU time for each request; ${options.blocks} × ${options.rounds} rounds of ${options.requests}`,
    columns: ["", "WAF µs", "cost", "95 %", "verdict server µs", "goal"],
    rows: results.map(({ variant, wafUs, serverUs, cost }) => [
      variant,
      figure(wafUs),
      ...(variant === baseline.name
        ? ["", ""]
        : [percent(cost.median), `${percent(cost.low)} to ${percent(cost.high)}`]),
      figure(serverUs),
      /^second-opinion(?:, copy of the rules)?$/.test(variant) && tone === "ordinary"
        ? `< ${percent(mostCost, 0)} ${cost.median < mostCost ? "met" : "missed"}`
        : "",
    ]),
  };
}
