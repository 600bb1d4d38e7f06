/**
 * The rows that are measured: evenly spaced ones of every source and label, so that no list drowns the others and CRS can
 * read them all in minutes; and recorded applications as a whole, in the order of time.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { alarmKey } from "../../corpus/alarms.ts";
import { corpusRows } from "../../corpus/rows.ts";
import { publicRows } from "../../scripts/training-rows.ts";
import { readTraffic } from "../../src/cli/traffic-input.ts";
import { parseTrafficRow, type TrafficRow } from "../../src/traffic/traffic-row.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { groupsWith, kindOf, type RowKind, recordedPrefix, type SourceGroup } from "./groups.ts";

/** One labelled row, and the group with which its source is left out. */
export interface BenchRow {
  readonly source: string;
  readonly attack: boolean;
  /** One of the attack types, or "" where benign. */
  readonly attackType: string;
  readonly kind: RowKind;
  /** Index into the groups. */
  readonly group: number;
  readonly request: RequestParts;
}

/** A site whose ordinary traffic can be learnt, in the order of time. */
export interface Site {
  readonly name: string;
  readonly requests: readonly RequestParts[];
}

/** Everything that is measured. */
export interface BenchRows {
  readonly groups: readonly SourceGroup[];
  readonly rows: readonly BenchRow[];
  readonly sites: readonly Site[];
  /** Digest of the rows, hexadecimal. */
  readonly digest: string;
}

/** Most rows of one source. Ordinary requests are worth more than anything else, since small rates are read off them. */
export const rowCaps: RowCaps = { benignRequests: 6_000, others: 1_200 };

/** Most rows of one source and label that are measured. */
export interface RowCaps {
  readonly benignRequests: number;
  readonly others: number;
}

const recordedFolder = new URL("../../corpus/recorded/", import.meta.url);
const demoHistory = new URL("../../demo/traffic/history.jsonl", import.meta.url);
/** All that is hand-written, and some benign rows of each grammar: the grammars are left out as a whole. */
const corpusSizes = { seed: 1, attacks: 0, benign: 15_000 };

/** Reads the rows of `dataFolder`, of the corpus, and of the recorded applications where there are any. */
export async function readBenchRows(dataFolder: string, caps: RowCaps = rowCaps): Promise<BenchRows> {
  const recorded = await readRecorded();
  const groups = groupsWith([...recorded.keys()]);
  const groupOf = new Map(groups.flatMap(({ sources }, index) => sources.map((source) => [source, index])));

  const bySource = new Map<string, TrafficRow[]>();
  const take = (row: TrafficRow): void => {
    if (row.label === undefined || !groupOf.has(row.source)) return;
    const key = `${row.source} ${row.label}`;
    const rows = bySource.get(key);
    if (rows === undefined) bySource.set(key, [row]);
    else rows.push(row);
  };
  for await (const row of publicRows(dataFolder)) take(row);
  for (const row of corpusRows(corpusSizes)) take(parseTrafficRow(JSON.stringify(row)));
  for (const rows of recorded.values()) for (const row of rows) take(row);

  const rows = [...bySource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, all]) => {
      const { source, label } = all[0] as TrafficRow;
      const isOrdinary = label === "benign" && kindOf(source) === "requests";
      return evenlySpaced(all, isOrdinary ? caps.benignRequests : caps.others);
    })
    .map(
      ({ source, label, attackType, request }): BenchRow => ({
        source,
        attack: label === "attack",
        attackType: label === "attack" ? (attackType ?? "other") : "",
        kind: kindOf(source),
        group: groupOf.get(source) as number,
        request,
      }),
    );
  const hash = createHash("sha256");
  for (const { source, request } of rows) hash.update(`${source} ${alarmKey(request)}\n`);
  return { groups, rows, sites: await readSites(recorded), digest: hash.digest("hex") };
}

/** At most `count` items at equal distances, in order. */
export function evenlySpaced<T>(items: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, items.length / count);
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, index) => items[Math.floor(index * step)] as T,
  );
}

async function readRecorded(): Promise<ReadonlyMap<string, readonly TrafficRow[]>> {
  const recorded = new Map<string, TrafficRow[]>();
  if (!existsSync(recordedFolder)) return recorded;
  const files = readdirSync(recordedFolder)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => join(recordedFolder.pathname, name));
  for await (const row of readTraffic(files)) {
    const source = row.source.startsWith(recordedPrefix) ? row.source : `${recordedPrefix}${row.source}`;
    // What CRS said when it was recorded is not what it says here: its rules are asked again.
    const { waf: _, ...request } = row.request;
    const own = { ...row, source, request };
    const rows = recorded.get(source);
    if (rows === undefined) recorded.set(source, [own]);
    else rows.push(own);
  }
  return recorded;
}

async function readSites(recorded: ReadonlyMap<string, readonly TrafficRow[]>): Promise<readonly Site[]> {
  const history: TrafficRow[] = [];
  for await (const row of readTraffic([demoHistory.pathname])) history.push(row);
  const all = [...recorded, ["demo-history", history] as const];
  return all.map(([name, rows]) => ({
    name,
    requests: inOrderOfTime(rows.filter(({ label }) => label === "benign").map(({ request }) => request)),
  }));
}

/** Rows without a time stay where they are, behind those before them. */
function inOrderOfTime(requests: readonly RequestParts[]): readonly RequestParts[] {
  let last = 0;
  return requests
    .map((request) => {
      last = request.timeMs ?? last;
      return { request, time: last };
    })
    .sort((a, b) => a.time - b.time)
    .map(({ request }) => request);
}
