/**
 * The figures of a demo run, as `--json` writes them (`docs/getting-started/demo.md` describes each field), and the
 * sums that they are made from.
 */
import type { Fate, Outcome } from "../replay.ts";
import type { ConfigurationName } from "../stage/stage.ts";

/** How many requests were sent, how many the WAF refused, and how many got no usable reply. */
export interface Tally {
  requests: number;
  blocked: number;
  failed: number;
}

/** Milliseconds of one request at a time; `added…` is the difference to the bare web server. */
export interface Latency {
  readonly requests: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly addedMedianMs: number;
  readonly addedP99Ms: number;
}

/** One row of the table. */
export interface ConfigurationReport {
  readonly name: ConfigurationName;
  readonly title: string;
  readonly benign: Tally;
  readonly attacks: Tally;
  readonly latency: Latency;
  /** The attacks by class. */
  readonly attackTypes: Readonly<Record<string, Tally>>;
  /** The benign requests by where they come from. */
  readonly benignSources: Readonly<Record<string, Tally>>;
  /** What the attack tools sent, harmless first contacts included. */
  readonly tools: Readonly<Record<string, Tally>>;
}

/** What one mode made of the false alarms and of the attacks that CRS alone blocked. */
export interface Comparison {
  readonly falseAlarmsLeft: number;
  /** Share of CRS's false alarms that are left, in [0, 1]; lower is better. */
  readonly falseAlarmShare: number;
  readonly attacksKept: number;
  /** Share of the attacks CRS blocked that are still blocked, in [0, 1]; higher is better. */
  readonly keptShare: number;
}

/** The whole report. */
export interface DemoReport {
  readonly engine: "apache" | "nginx" | "gateway";
  /** Release of the Core Rule Set, or null where there is none. */
  readonly crs: string | null;
  readonly paranoiaLevel: number;
  /** What the web server itself refuses, whatever the rules; not in any count. */
  readonly refusedByServer: number;
  /** Whatever could not take part, with the reason. */
  readonly leftOut: readonly string[];
  readonly configurations: readonly ConfigurationReport[];
  /** What CRS alone blocked, or null without CRS. */
  readonly crsAlone: {
    readonly falseAlarms: number;
    readonly attacksBlocked: number;
    /** How many false alarms each rule had a part in, by rule id. */
    readonly falseAlarmRules: Readonly<Record<string, number>>;
  } | null;
  readonly comparisons: Readonly<Partial<Record<ConfigurationName, Comparison>>>;
  readonly seconds: number;
}

/** An empty tally. */
export function newTally(): Tally {
  return { requests: 0, blocked: 0, failed: 0 };
}

/** Counts outcomes, all together. */
export function tallyOf(outcomes: readonly Outcome[]): Tally {
  return [...tallyBy(outcomes, () => "all").values()][0] ?? newTally();
}

/** Counts outcomes by a name that each one has. */
export function tallyBy(outcomes: readonly Outcome[], nameOf: (index: number) => string): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  outcomes.forEach(({ fate }, index) => {
    const name = nameOf(index);
    const tally = tallies.get(name) ?? newTally();
    tally.requests++;
    if (fate !== "passed") tally[fate]++;
    tallies.set(name, tally);
  });
  return tallies;
}

/** Compares what a mode blocked with what CRS alone blocked, request by request. */
export function compare(
  crs: { readonly benign: readonly Outcome[]; readonly attacks: readonly Outcome[] },
  mode: { readonly benign: readonly Outcome[]; readonly attacks: readonly Outcome[] },
): Comparison {
  const both = (kind: "benign" | "attacks", isSame: (fate: Fate | undefined) => boolean): number =>
    crs[kind].filter(({ fate }, index) => fate === "blocked" && isSame(mode[kind][index]?.fate)).length;
  // A visitor without a reply is no better off than one who was refused.
  const left = both("benign", (fate) => fate !== "passed");
  const kept = both("attacks", (fate) => fate === "blocked");
  const falseAlarms = tallyOf(crs.benign).blocked;
  const caught = tallyOf(crs.attacks).blocked;
  return {
    falseAlarmsLeft: left,
    falseAlarmShare: falseAlarms === 0 ? 0 : left / falseAlarms,
    attacksKept: kept,
    keptShare: caught === 0 ? 1 : kept / caught,
  };
}

/** The value below which the given share of the numbers lies (nearest rank); NaN for none. `share` is in (0, 1]. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}
