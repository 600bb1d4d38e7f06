/**
 * Recorded alarms: which rules of CRS matched on rows of the training set. Only these are kept, by a digest of the
 * request, so that a row that has changed since simply has no alarm; the requests themselves stay where they are.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import type { RequestParts } from "../src/transaction/build.ts";

/** The alarms of one request: a list of rule ids, in ascending order, for each rule set that raised one. */
export type Alarms = readonly (readonly number[])[];

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
        const { request, rules } = JSON.parse(line) as { request: string; rules: number[][] };
        return [request, rules] as const;
      }),
  );
}

/** The bytes of a recording: a line for each request, in the order of the keys. */
export function formatAlarms(alarms: RecordedAlarms): Uint8Array {
  const lines = [...alarms]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([request, rules]) => `${JSON.stringify({ request, rules })}\n`);
  return gzipSync(lines.join(""), { level: 9 });
}
