/**
 * From what passed through the recorder to rows of a traffic file: repeated static files go, secrets are masked, uploads
 * are cut, and each row says who sent it when and what CRS made of it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { maskSecrets } from "./masking.ts";

/** A header field as sent. */
export type HeaderPair = readonly [name: string, value: string];

/** A request as it went over the wire. */
export interface Draft {
  readonly method: string;
  readonly path: string;
  /** Percent-encoded, without the question mark. */
  readonly query: string;
  readonly headers: readonly HeaderPair[];
  readonly body?: string;
  readonly body_b64?: string;
}

/** Who sent a request, and when. */
export interface Arrival {
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** What the client's browser says of itself in every request that says it, by name in lower case. */
  readonly browser: Readonly<Record<string, string>>;
}

/** What CRS said in detection only: all request rules that matched at paranoia level 1 to 4, the score of level 1 alone. */
export interface RecordedEvidence {
  readonly score: number;
  readonly threshold: number;
  readonly paranoiaLevel: number;
  readonly categories: Readonly<Record<string, number>>;
  /** In ascending order. */
  readonly rules: readonly number[];
}

/** A row of a recording, in the schema of traffic files. */
export interface RecordedRow {
  readonly id: string;
  readonly source: string;
  readonly label: "benign";
  readonly attack_type: null;
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers: readonly HeaderPair[];
  readonly body?: string;
  readonly body_b64?: string;
  readonly client: string;
  /** ISO 8601. */
  readonly time: string;
  readonly granularity: "request";
  readonly waf?: RecordedEvidence;
}

/** What is known of the requests of one application; the lists go side by side. */
export interface Recording {
  readonly application: string;
  /** The number of its first row, from 1. */
  readonly firstRow: number;
  readonly drafts: readonly Draft[];
  readonly arrivals: readonly Arrival[];
  readonly evidence: readonly (RecordedEvidence | undefined)[];
  readonly secrets: ReadonlySet<string>;
  /** Texts that name the machine, such as its folders, and what is written for them. */
  readonly places: ReadonlyMap<string, string>;
}

/** Requests for the same static file that are kept. */
const repeats = 2;
/** What the browser says of requests for files (Fetch Metadata): pictures, styles, scripts, fonts. */
const staticKinds: ReadonlySet<string> = new Set(["image", "style", "script", "font", "manifest", "audio"]);
/** Bytes that are kept of a part that is no text, of a part that is, and of a body. */
const binaryBytes = 256;
const textBytes = 8_192;
const bodyBytes = 24_576;

/** The numbers of the requests to keep: all but repeated static files. */
export function keptRequests(drafts: readonly Draft[]): number[] {
  const isEnough = countFiles();
  return drafts.flatMap((draft, number) => (isEnough(draft) ? [] : [number]));
}

/** Counts requests for static files as they come, and says whether there were enough of this one before. */
export function countFiles(): (draft: Draft) => boolean {
  const seen = new Map<string, number>();
  return (draft) => {
    if (!isStatic(draft)) return false;
    const key = draft.path.endsWith(".php") ? `${draft.path}?${draft.query}` : draft.path;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    return times >= repeats;
  };
}

/** Whether the browser asked for a file that goes into a page. */
export function isStatic({ method, headers }: Draft): boolean {
  return (
    method === "GET" &&
    headers.some(([name, value]) => /^sec-fetch-dest$/i.test(name) && staticKinds.has(value))
  );
}

/** The rows of a recording, in order of arrival. */
export function rowsOf(recording: Recording): RecordedRow[] {
  const { application, drafts, arrivals, evidence } = recording;
  const clean = (text: string): string => {
    let cleaned = maskSecrets(text, recording.secrets);
    for (const [place, written] of recording.places) cleaned = cleaned.replaceAll(place, written);
    return cleaned;
  };
  return keptRequests(drafts).map((number, index) => {
    const { method, path, query, headers, body_b64 } = drafts[number]!;
    const { client, timeMs, browser } = arrivals[number]!;
    const waf = evidence[number];
    const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    return {
      id: `${application}:${recording.firstRow + index}`,
      source: `recorded-${application}`,
      label: "benign",
      attack_type: null,
      method,
      path: clean(path),
      ...(query === "" ? {} : { query: clean(query) }),
      // After a redirect the browser forgets whom it plays.
      headers: headers.map(
        ([name, value]): HeaderPair => [name, browser[name.toLowerCase()] ?? clean(value)],
      ),
      ...(body_b64 === undefined ? {} : bodyFields(Buffer.from(body_b64, "base64"), type, clean)),
      client,
      time: new Date(timeMs).toISOString(),
      granularity: "request",
      ...(waf === undefined ? {} : { waf }),
    };
  });
}

function bodyFields(
  bytes: Buffer,
  type: string,
  clean: (text: string) => string,
): { readonly body: string } | { readonly body_b64: string } {
  const cut = cutBody(bytes, type);
  const body = Buffer.from(clean(cut.toString("latin1")), "latin1");
  const text = body.toString("utf8");
  return Buffer.from(text).equals(body) ? { body: text } : { body_b64: body.toString("base64") };
}

/** A body with the parts of a multipart form cut one by one, so that it stays one; other bodies are cut at their end. */
export function cutBody(body: Buffer, type: string): Buffer {
  const boundary = /boundary="?([^";]{1,70})/.exec(type)?.[1];
  if (boundary === undefined) return body.subarray(0, isText(body) ? bodyBytes : binaryBytes);
  const parts = body.toString("latin1").split(`--${boundary}`);
  const cut = parts.map((part) => {
    const head = part.indexOf("\r\n\r\n");
    if (head < 0) return part;
    const content = Buffer.from(part.slice(head + 4, -2), "latin1");
    const most = isText(content) ? textBytes : binaryBytes;
    return `${part.slice(0, head + 4)}${content.subarray(0, most).toString("latin1")}\r\n`;
  });
  return Buffer.from(cut.join(`--${boundary}`), "latin1");
}

function isText(content: Buffer): boolean {
  return Buffer.from(content.toString("utf8")).equals(content) && !content.includes(0);
}

/** The bytes of a recording's file. */
export function formatRecording(rows: readonly RecordedRow[]): Uint8Array {
  return gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(""), { level: 9 });
}

/** The files of the recordings, in the order of their names. */
export function recordingFiles(): readonly URL[] {
  return readdirSync(new URL(".", import.meta.url))
    .filter((name) => name.endsWith(".jsonl.gz"))
    .sort()
    .map((name) => new URL(name, import.meta.url));
}

/** The rows of one file, in order of arrival. */
export function readRecording(file: URL): RecordedRow[] {
  return gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedRow);
}

/** The rows of all recordings, in order of time. */
export function* recordedRows(): Generator<RecordedRow> {
  const rows = recordingFiles().flatMap(readRecording);
  yield* rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}
