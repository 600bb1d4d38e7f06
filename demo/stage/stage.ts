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
import { connectTo, replay } from "../replay.ts";
import type { Draft } from "../requests/request.ts";
import { type ArbiterProcess, startArbiter } from "./arbiter-process.ts";
import { type ShopProcess, startShopProcess } from "./shop-process.ts";

/** What to compare. */
export interface StageOptions {
  readonly engine: "apache" | "nginx" | "gateway";
  readonly crs: "3" | "4";
  readonly paranoiaLevel: number;
  /** A detector file; left out, the one that ships. */
  readonly model?: string;
  /** Ordinary requests of the weeks before, from which Arbiter learns the site. */
  readonly history: readonly Draft[];
}

/** The configurations that are compared, by the name used in the JSON report. */
export type ConfigurationName =
  | "crs"
  | "second-opinion-cold"
  | "second-opinion"
  | "scoring"
  | "general"
  | "gateway";

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
  /** Requests of the history that the servers answered, and so Arbiter could learn from. */
  readonly learntFrom: number;
  /** For files of programs that the demo starts. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** All but the cold one know the site from its history. */
const pluginModes = [
  { name: "second-opinion-cold", mode: "second-opinion", title: "second opinion, cold" },
  { name: "second-opinion", mode: "second-opinion", title: "second opinion" },
  { name: "scoring", mode: "scoring", title: "scoring" },
  { name: "general", mode: "general", title: "general" },
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
type Servers = Pick<Stage, "bare" | "configurations" | "learntFrom">;

async function startGateway(
  options: StageOptions,
  shop: ShopProcess,
  directory: string,
  keep: Keep,
): Promise<Servers> {
  const upstream = `http://127.0.0.1:${shop.port}`;
  const profiles = path.join(directory, "shop.profiles");
  const args = ["gateway", "--listen", "127.0.0.1:0", "--upstream", upstream, "--profiles", profiles];
  args.push(...modelArguments(options));
  const portOf = ({ address }: ArbiterProcess): number => Number(address.slice(address.lastIndexOf(":") + 1));

  const learning = await startArbiter(args, directory, "gateway-learning");
  const learntFrom = await live(options.history, portOf(learning), shop);
  await learning.stop();
  const port = portOf(keep(await startArbiter([...args, "--frozen"], directory, "gateway")));
  const blockingRules = async (): Promise<undefined> => undefined;
  return {
    bare: { title: "the shop itself", port: shop.port },
    configurations: [{ name: "gateway", title: "gateway (general)", port, blockingRules }],
    learntFrom,
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
  const profiles = path.join(directory, "shop.profiles");
  const serve = (name: string, ...args: string[]): Promise<ArbiterProcess> => {
    const socket = path.join(run, `${name}.sock`);
    return startArbiter(["serve", "--socket", socket, ...args, ...modelArguments(options)], directory, name);
  };
  const socketOf = ({ address }: ArbiterProcess): string => address.slice("unix:".length);
  const common = {
    engine: options.engine as "apache" | "nginx",
    crs: options.crs,
    paranoiaLevel: options.paranoiaLevel,
    upstream: shop.port,
    auditLog: "AHZ",
  };
  const learning = await serve("learning", "--profiles", profiles);
  const first = await startWaf({
    ...common,
    plugin: { settings: { mode: "second-opinion", socket: socketOf(learning), collect: 1 } },
  });
  const learntFrom = await live(options.history, first.port, shop);
  await first.stop();
  await learning.stop();

  const cold = keep(await serve("cold"));
  const warm = keep(await serve("warm", "--profiles", profiles, "--frozen"));
  const bare = keep(await startWaf({ ...common, ruleEngine: "Off" }));
  const crs = keep(await startWaf(common));
  const configurations: Configuration[] = [
    { name: "crs", title: "CRS alone", port: crs.port, blockingRules: () => blockingRules(crs) },
  ];
  for (const { name, mode, title } of pluginModes) {
    const socket = socketOf(name === "second-opinion-cold" ? cold : warm);
    const waf = keep(await startWaf({ ...common, plugin: { settings: { mode, socket } } }));
    configurations.push({ name, title, port: waf.port, blockingRules: () => blockingRules(waf) });
  }
  const title = `${options.engine} with the rule engine off`;
  return { bare: { title, port: bare.port }, configurations, learntFrom };
}

/** Lets the visitors of the weeks before do what they did; how many of their requests got a reply. */
async function live(history: readonly Draft[], port: number, shop: ShopProcess): Promise<number> {
  const client = connectTo(port, 6);
  const outcomes = await replay(client, history, 6);
  client.close();
  await shop.reset();
  return outcomes.filter(({ fate }) => fate !== "failed").length;
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
