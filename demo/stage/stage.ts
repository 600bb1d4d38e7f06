/**
 * The stage of the demo: the shop, the verdict server, and in front of the shop one web server for each configuration
 * that is compared, all running side by side. Where no Apache and no nginx can be had, Arbiter's own gateway stands in
 * for them.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { handToServerUser } from "../../testbed/server-user.ts";
import { startWaf, type Waf } from "../../testbed/waf.ts";
import { makeWorkDirectory, removeWorkDirectory } from "../../testbed/work-directory.ts";
import { startArbiter } from "./arbiter-process.ts";
import { type ShopProcess, startShopProcess } from "./shop-process.ts";

/** What to compare. */
export interface StageOptions {
  readonly engine: "apache" | "nginx" | "gateway";
  readonly crs: "3" | "4";
  readonly paranoiaLevel: number;
  /** A detector file; left out, the one that ships. */
  readonly model?: string;
}

/** The configurations that are compared, by the name used in the JSON report. */
export type ConfigurationName = "crs" | "second-opinion" | "scoring" | "general" | "gateway";

/** One configuration, running. */
export interface Configuration {
  readonly name: ConfigurationName;
  /** As the tables call it. */
  readonly title: string;
  readonly port: number;
  /**
   * How many of the requests blocked so far each rule had a part in, by rule id; undefined where there are no rules. The
   * rules that only compare the score are left out.
   */
  blockingRules(): Promise<ReadonlyMap<number, number> | undefined>;
}

/** Everything that runs. */
export interface Stage {
  readonly shop: ShopProcess;
  /** The way to the shop without any inspection: the same web server with its rule engine off, or the shop itself. */
  readonly bare: { readonly title: string; readonly port: number };
  readonly configurations: readonly Configuration[];
  /** For files of programs that the demo starts. */
  readonly directory: string;
  stop(): Promise<void>;
}

const pluginModes = [
  { name: "second-opinion", title: "second opinion" },
  { name: "scoring", title: "scoring" },
  { name: "general", title: "general" },
] as const;

/** Starts everything and waits until it serves. What was started is stopped again when a part of it cannot start. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const directory = await makeWorkDirectory("demo");
  const stops: (() => Promise<void>)[] = [() => removeWorkDirectory(directory)];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    const shop = keep(await startShopProcess());
    const start = options.engine === "gateway" ? startGateway : startWafs;
    return { shop, directory, stop, ...(await start(options, shop, directory, keep)) };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Keep = <T extends { stop(): Promise<void> }>(part: T) => T;
type Servers = Pick<Stage, "bare" | "configurations">;

async function startGateway(
  options: StageOptions,
  shop: ShopProcess,
  directory: string,
  keep: Keep,
): Promise<Servers> {
  const upstream = `http://127.0.0.1:${shop.port}`;
  const args = ["gateway", "--listen", "127.0.0.1:0", "--upstream", upstream, ...modelArguments(options)];
  const gateway = keep(await startArbiter(args, directory));
  const port = Number(gateway.address.slice(gateway.address.lastIndexOf(":") + 1));
  const blockingRules = async (): Promise<undefined> => undefined;
  return {
    bare: { title: "the shop itself", port: shop.port },
    configurations: [{ name: "gateway", title: "gateway (general)", port, blockingRules }],
  };
}

async function startWafs(
  options: StageOptions,
  shop: ShopProcess,
  directory: string,
  keep: Keep,
): Promise<Servers> {
  const run = path.join(directory, "run");
  await mkdir(run);
  await handToServerUser(run);
  const socket = path.join(run, "arbiter.sock");
  keep(await startArbiter(["serve", "--socket", socket, ...modelArguments(options)], directory));

  const common = {
    engine: options.engine as "apache" | "nginx",
    crs: options.crs,
    paranoiaLevel: options.paranoiaLevel,
    upstream: shop.port,
    auditLog: "AHZ",
  };
  const bare = keep(await startWaf({ ...common, ruleEngine: "Off" }));
  const crs = keep(await startWaf(common));
  const configurations: Configuration[] = [
    { name: "crs", title: "CRS alone", port: crs.port, blockingRules: () => blockingRules(crs) },
  ];
  for (const { name, title } of pluginModes) {
    const waf = keep(await startWaf({ ...common, plugin: { settings: { mode: name, socket } } }));
    configurations.push({ name, title, port: waf.port, blockingRules: () => blockingRules(waf) });
  }
  return { bare: { title: `${options.engine} with the rule engine off`, port: bare.port }, configurations };
}

function modelArguments({ model }: StageOptions): string[] {
  return model === undefined ? [] : ["--model", path.resolve(model)];
}

/** CRS's rules that sum up and compare, and those that report: they take part in every block. */
const sums = [949, 959, 980];

async function blockingRules(waf: Waf): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const { messages } of await waf.auditLog()) {
    const ids = new Set(messages.map(({ id }) => id));
    if (![...ids].some((id) => Math.floor(id / 1000) === 949)) continue;
    for (const id of ids) {
      if (id > 0 && !sums.includes(Math.floor(id / 1000))) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}
