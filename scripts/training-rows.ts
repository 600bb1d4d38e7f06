/**
 * The rows that the default detector is trained on: the public training set, with its placeholders filled in, the
 * project's own corpus with mutants of its attacks, and recorded visits to real applications, without what the demo asks.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { mutantRows } from "../adversary/training-mutants.ts";
import { recordedRows } from "../corpus/recorded/recording.ts";
import { corpusDefaults, corpusRows } from "../corpus/rows.ts";
import { readTraffic } from "../src/cli/traffic-input.ts";
import type { TrafficRow } from "../src/traffic/traffic-row.ts";
import { parseTrafficRow } from "../src/traffic/traffic-row.ts";
import { holdOut } from "./held-out.ts";

/** Mutants of attacks among the rows. */
const mutants = 10_000;

/** What the lists write where an attacker would write something: percent-encoded, as values stand in a row's target. */
const placeholders: readonly (readonly [placeholder: string, meant: string])[] = [
  ["%7BFILE%7D", "etc%2Fpasswd"],
  ["XXpathXX", "%2Fetc%2Fpasswd"],
  ["%7B%7BBaseURL%7D%7D", "https%3A%2F%2Fwww.example.com"],
  ["%7Bdomain%7D", "www.example.com"],
  ["__TIME__", "5"],
];

/** What CRS's test tool adds to a test that has a body and names no type of it (`autocomplete_headers` of FTW's schema). */
const formType = { name: "Content-Type", value: "application/x-www-form-urlencoded" };

/** The row with its placeholders and the type of its body filled in. */
function filledIn(row: TrafficRow): TrafficRow {
  let { uri, headers } = row.request;
  for (const [placeholder, meant] of placeholders) uri = uri.replaceAll(placeholder, meant);
  const isTyped = headers.some(({ name }) => name.toLowerCase() === "content-type");
  if (row.request.body !== undefined && !isTyped) headers = [...headers, formType];
  return { ...row, request: { ...row.request, uri, headers } };
}

/** Yields the rows in order, the same for the same seed. Throws where `dataFolder`, a folder of traffic files, cannot be read. */
export async function* trainingRows(dataFolder: string, seed: number): AsyncGenerator<TrafficRow> {
  const isHeldOut = holdOut();
  yield* publicRows(dataFolder, isHeldOut);
  for (const rows of [corpusRows({ ...corpusDefaults, seed }), mutantRows(seed, mutants), recordedRows()]) {
    for (const row of rows) {
      const parsed = parseTrafficRow(JSON.stringify(row));
      if (!isHeldOut(parsed.request)) yield parsed;
    }
  }
}

/** Yields those of the public training set alone. */
export async function* publicRows(
  dataFolder: string,
  isHeldOut: ReturnType<typeof holdOut> = holdOut(),
): AsyncGenerator<TrafficRow> {
  const files = readdirSync(dataFolder)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => join(dataFolder, name));
  for await (const row of readTraffic(files)) if (!isHeldOut(row.request)) yield filledIn(row);
}
