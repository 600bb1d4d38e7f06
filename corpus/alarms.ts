/**
 * Recorded alarms: which rules of CRS matched on rows of the training set. Only these are kept, by a digest of the
 * request, so that a row that has changed since simply has no alarm; the requests themselves stay where they are.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { RequestParts } from "../src/transaction/build.ts";

/** The paranoia levels that are recorded: the one that nearly everybody runs, and the first that is a wide net. */
export const recordedLevels = [1, 2] as const;
export type RecordedLevel = (typeof recordedLevels)[number];

/** One alarm: the paranoia level of the rule set, and the ids of the rules that matched, in ascending order. */
export interface RecordedAlarm {
  readonly level: RecordedLevel;
  readonly rules: readonly number[];
}

/** The alarms of one request, one for each rule set and level that raised one. */
export type Alarms = readonly RecordedAlarm[];

/** Alarms by the key of their request. */
export type RecordedAlarms = ReadonlyMap<string, Alarms>;

/** Where the recording is kept. */
export const alarmsFile = new URL("alarms.jsonl.gz", import.meta.url);

/** The key of a request: the first 12 hexadecimal digits of the SHA-256 of what is sent. */
export function alarmKey({ method, uri, headers, body }: RequestParts): string {
  const hash = createHash("sha256").update(JSON.stringify([method, uri, headers]));
  return hash
    .update(body ?? new Uint8Array())
    .digest("hex")
    .slice(0, 12);
}

/** Reads a recording, by default the one that is kept. */
export function readAlarms(file: URL = alarmsFile): RecordedAlarms {
  const lines = gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  return new Map(
    lines
      .filter((line) => line !== "")
      .map((line) => {
        const { request, levels } = JSON.parse(line) as {
          request: string;
          levels: Record<string, number[][]>;
        };
        const alarms = recordedLevels.flatMap((level) =>
          (levels[level] ?? []).map((rules) => ({ level, rules })),
        );
        return [request, alarms] as const;
      }),
  );
}

/** The bytes of a recording: a line for each request, in the order of the keys. */
export function formatAlarms(alarms: RecordedAlarms): Uint8Array {
  const lines = [...alarms]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([request, all]) => {
      const levels = Object.groupBy(all, ({ level }) => level);
      const rulesOf = (alarms: Alarms | undefined): readonly (readonly number[])[] | undefined =>
        alarms?.map(({ rules }) => rules);
      return `${JSON.stringify({ request, levels: { 1: rulesOf(levels[1]), 2: rulesOf(levels[2]) } })}\n`;
    });
  return gzipSync(lines.join(""), { level: 9 });
}
