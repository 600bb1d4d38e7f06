/**
 * The rows that the default detector is trained on: the public training set, with its placeholders filled in, and the
 * project's own corpus, without what the demo asks.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { corpusDefaults, corpusRows } from "../corpus/rows.ts";
import { readTraffic } from "../src/cli/traffic-input.ts";
import type { TrafficRow } from "../src/traffic/traffic-row.ts";
import { parseTrafficRow } from "../src/traffic/traffic-row.ts";
import { holdOut } from "./held-out.ts";

/** What the lists write where an attacker would write something: percent-encoded, as values stand in a row's target. */
const placeholders: readonly (readonly [placeholder: string, meant: string])[] = [
  ["%7BFILE%7D", "etc%2Fpasswd"],
  ["%7B%7BBaseURL%7D%7D", "https%3A%2F%2Fwww.example.com"],
  ["%7Bdomain%7D", "www.example.com"],
  ["__TIME__", "5"],
];

/** What the lists call `XXpathXX`: the address of a script elsewhere, as attackers write them; taken in turn. */
const remotePath = "XXpathXX";
const remoteScripts: readonly string[] = [
  "http%3A%2F%2Fwww.example.com%2Fshell.txt",
  "http%3A%2F%2F192.0.2.41%2Fr57.txt",
  "https%3A%2F%2Ffiles.example.net%2Fimages%2Flogo.gif",
  "http%3A%2F%2Fexample.org%3A8080%2F~joe%2Fcmd.php",
  "ftp%3A%2F%2Fanonymous%3Ax%40ftp.example.org%2Fpub%2Fid.txt",
  "http%3A%2F%2Fexample.com%2Fc99.php%3Fcmd%3Did%26x%3D",
  "%2F%2F203.0.113.9%2Fa",
  "http%3A%2F%2Fstatic.example.net%2Ft.dat",
];

/** What CRS's test tool adds to a test that has a body and names no type of it (`autocomplete_headers` of FTW's schema). */
const formType = { name: "Content-Type", value: "application/x-www-form-urlencoded" };

/** The row with its placeholders and the type of its body filled in; `turn` chooses among what a placeholder may mean. */
function filledIn(row: TrafficRow, turn: number): TrafficRow {
  let { uri, headers } = row.request;
  for (const [placeholder, meant] of placeholders) uri = uri.replaceAll(placeholder, meant);
  uri = uri.replaceAll(remotePath, remoteScripts[turn % remoteScripts.length]!);
  const isTyped = headers.some(({ name }) => name.toLowerCase() === "content-type");
  if (row.request.body !== undefined && !isTyped) headers = [...headers, formType];
  return { ...row, request: { ...row.request, uri, headers } };
}

/** Yields the rows in order, the same for the same seed. Throws where `dataFolder`, a folder of traffic files, cannot be read. */
export async function* trainingRows(dataFolder: string, seed: number): AsyncGenerator<TrafficRow> {
  const files = readdirSync(dataFolder)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => join(dataFolder, name));
  const isHeldOut = holdOut();
  let turn = 0;
  for await (const row of readTraffic(files)) if (!isHeldOut(row.request)) yield filledIn(row, turn++);
  for (const row of corpusRows({ ...corpusDefaults, seed })) {
    const parsed = parseTrafficRow(JSON.stringify(row));
    if (!isHeldOut(parsed.request)) yield parsed;
  }
}
