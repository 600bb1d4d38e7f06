/**
 * The examination: the same benign requests and the same attacks through every configuration, one after the other, and
 * the waiting time of ordinary requests measured side by side.
 */
import { type Client, connectTo, type Outcome, replay } from "./replay.ts";
import {
  type Comparison,
  type ConfigurationReport,
  compare,
  type DemoReport,
  type Latency,
  quantile,
  tallyBy,
  tallyOf,
} from "./report/report.ts";
import type { Draft, RecordedRequest } from "./requests/request.ts";
import type { Configuration, ConfigurationName, Stage } from "./stage/stage.ts";

/** Everything that is sent. */
export interface Questions {
  readonly benign: readonly RecordedRequest[];
  readonly attacks: readonly RecordedRequest[];
  /** What the attack tools sent, by tool. */
  readonly tools: Readonly<Record<string, readonly Draft[]>>;
}

/** The figures of an examination: a report without the circumstances. */
export type Figures = Pick<DemoReport, "configurations" | "crsAlone" | "comparisons" | "refusedByServer">;

/** Hears of each configuration as it is examined. */
export interface Listener {
  /** `step` is "web server", "latency" or the name of a configuration; `share` is in [0, 1]. */
  onProgress(step: "web server" | "latency" | ConfigurationName, share: number): void;
  onRow(row: ConfigurationReport): void;
}

/** Requests that are under way at the same time. */
const width = 6;

/** Ordinary requests whose waiting time is measured, and how often each. */
const latencyRequests = 150;
const latencyRounds = 2;

/** Examines every configuration of the stage. */
export async function examine(stage: Stage, questions: Questions, listener: Listener): Promise<Figures> {
  const { kept, refusedByServer } = await withoutServerRefusals(stage, questions, listener);
  const latencies = await measureLatency(stage, kept.benign, listener);
  const rows: ConfigurationReport[] = [];
  const comparisons: Partial<Record<ConfigurationName, Comparison>> = {};
  let crs: Answers | undefined;
  for (const configuration of stage.configurations) {
    const answers = await ask(stage, configuration, kept, (share) =>
      listener.onProgress(configuration.name, share),
    );
    if (configuration.name === "crs") crs = answers;
    else if (crs !== undefined) comparisons[configuration.name] = compare(crs, answers);
    const row = rowOf(configuration, kept, answers, latencies.get(configuration.name)!);
    rows.push(row);
    listener.onRow(row);
  }
  const crsAlone =
    crs === undefined
      ? null
      : {
          falseAlarms: tallyOf(crs.benign).blocked,
          attacksBlocked: tallyOf(crs.attacks).blocked,
          falseAlarmRules: Object.fromEntries([...(crs.rules ?? [])].sort(([, a], [, b]) => b - a)),
        };
  return { configurations: rows, crsAlone, comparisons, refusedByServer };
}

interface Answers {
  readonly benign: readonly Outcome[];
  readonly attacks: readonly Outcome[];
  readonly tools: ReadonlyMap<string, readonly Outcome[]>;
  /** The rules behind the false alarms. */
  readonly rules: ReadonlyMap<number, number> | undefined;
}

async function ask(
  stage: Stage,
  configuration: Configuration,
  questions: Questions,
  onProgress: (share: number) => void,
): Promise<Answers> {
  const client = connectTo(configuration.port, width);
  const { benign, attacks, tools } = questions;
  const all = benign.length + attacks.length + Object.values(tools).flat().length;
  let done = 0;
  const send = async (drafts: readonly Draft[]): Promise<Outcome[]> => {
    await stage.shop.reset();
    const outcomes = await replay(client, drafts, width, (count) => onProgress((done + count) / all));
    done += drafts.length;
    return outcomes;
  };
  const benignOutcomes = await send(benign);
  const rules = await settled(configuration);
  const attackOutcomes = await send(attacks);
  const toolOutcomes = new Map<string, Outcome[]>();
  for (const [name, drafts] of Object.entries(tools)) toolOutcomes.set(name, await send(drafts));
  client.close();
  return { benign: benignOutcomes, attacks: attackOutcomes, tools: toolOutcomes, rules };
}

/** A transaction is logged after its reply was sent: reads the rules until two readings agree. */
async function settled(configuration: Configuration): Promise<ReadonlyMap<number, number> | undefined> {
  if (configuration.name !== "crs") return undefined;
  const sum = (rules: ReadonlyMap<number, number> | undefined): number =>
    [...(rules?.values() ?? [])].reduce((total, count) => total + count, 0);
  let rules = await configuration.blockingRules();
  for (;;) {
    const next = await configuration.blockingRules();
    if (sum(next) === sum(rules)) return next;
    rules = next;
  }
}

function rowOf(
  { name, title }: Configuration,
  questions: Questions,
  answers: Answers,
  latency: Latency,
): ConfigurationReport {
  const byName = (outcomes: readonly Outcome[], nameOf: (index: number) => string) =>
    Object.fromEntries(tallyBy(outcomes, nameOf));
  return {
    name,
    title,
    benign: tallyOf(answers.benign),
    attacks: tallyOf(answers.attacks),
    latency,
    attackTypes: byName(answers.attacks, (index) => questions.attacks[index]?.attack_type ?? "other"),
    benignSources: byName(answers.benign, (index) => questions.benign[index]?.source ?? "unknown"),
    tools: Object.fromEntries([...answers.tools].map(([tool, outcomes]) => [tool, tallyOf(outcomes)])),
  };
}

/**
 * Sends everything to the bare web server and leaves out what that refuses by itself, such as a path that climbs above
 * the root: it says nothing about rules or verdicts.
 */
async function withoutServerRefusals(
  stage: Stage,
  questions: Questions,
  listener: Listener,
): Promise<{ kept: Questions; refusedByServer: number }> {
  const client = connectTo(stage.bare.port, width);
  const groups = [questions.benign, questions.attacks, ...Object.values(questions.tools)];
  const all = groups.flat().length;
  let done = 0;
  let refusedByServer = 0;
  const keep = async <T extends Draft>(drafts: readonly T[]): Promise<T[]> => {
    const outcomes = await replay(client, drafts, width, (count) =>
      listener.onProgress("web server", (done + count) / all),
    );
    done += drafts.length;
    const kept = drafts.filter((_, index) => outcomes[index]?.fate === "passed");
    refusedByServer += drafts.length - kept.length;
    return kept;
  };
  const kept: Questions = {
    benign: await keep(questions.benign),
    attacks: await keep(questions.attacks),
    tools: Object.fromEntries(
      await Promise.all(
        Object.entries(questions.tools).map(async ([name, drafts]) => [name, await keep(drafts)] as const),
      ),
    ),
  };
  client.close();
  return { kept, refusedByServer };
}

/**
 * The waiting time of ordinary requests, one at a time, each through all the servers in turn, so that whatever else the
 * machine does falls on all alike. Only requests that pass everywhere count.
 */
async function measureLatency(
  stage: Stage,
  benign: readonly Draft[],
  listener: Listener,
): Promise<ReadonlyMap<ConfigurationName, Latency>> {
  const step = Math.max(Math.floor(benign.length / latencyRequests), 1);
  const sample = benign.filter((_, index) => index % step === 0).slice(0, latencyRequests);
  const ports = [stage.bare.port, ...stage.configurations.map(({ port }) => port)];
  const clients = ports.map((port) => connectTo(port, 1));
  const times = ports.map((): number[] => []);
  for (let round = 0; round <= latencyRounds; round++) {
    for (const [index, draft] of sample.entries()) {
      const outcomes = await inTurn(clients, draft, index);
      listener.onProgress("latency", (round * sample.length + index) / ((latencyRounds + 1) * sample.length));
      // The first round warms up connections and processes.
      if (round === 0 || outcomes.some(({ fate }) => fate !== "passed")) continue;
      outcomes.forEach(({ milliseconds }, server) => {
        times[server]?.push(milliseconds);
      });
    }
  }
  for (const client of clients) client.close();
  const [bare = [], ...others] = times;
  return new Map(
    stage.configurations.map(({ name }, index) => [name, latencyOf(bare, others[index] ?? [])] as const),
  );
}

/** Sends one request through every client, beginning with another one each time. Outcomes are in the order of the clients. */
async function inTurn(clients: readonly Client[], draft: Draft, first: number): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(clients.length);
  for (let offset = 0; offset < clients.length; offset++) {
    const index = (first + offset) % clients.length;
    outcomes[index] = await clients[index]!.send(draft);
  }
  return outcomes;
}

function latencyOf(bare: readonly number[], times: readonly number[]): Latency {
  const [medianMs, p99Ms] = [quantile(times, 0.5), quantile(times, 0.99)];
  return {
    requests: times.length,
    medianMs,
    p99Ms,
    addedMedianMs: medianMs - quantile(bare, 0.5),
    addedP99Ms: p99Ms - quantile(bare, 0.99),
  };
}
