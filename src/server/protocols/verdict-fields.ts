/**
 * The compact dialect for Lua clients: length-prefixed fields, so that no byte of a request can change the framing,
 * and a reply of one printable line.
 *
 *     <key> <bytes>\n<exactly that many bytes>\n            a plain field
 *     <key> <n> <m>\n<n bytes><m bytes>\n                   a pair: name and value
 */
import { ArbiterError } from "../../errors.ts";
import type { Header, MissingPart, Parameter, WafState } from "../../transaction/transaction.ts";
import type { Verdict } from "../../verdict/verdict.ts";
import {
  largestInteger,
  largestRuleId,
  type PartsInProgress,
  readClient,
  readInteger,
  readMissingPart,
  readMode,
  type VerdictRequest,
} from "../verdict-request.ts";

/** The content type of a message in this dialect. */
export const fieldsContentType = "application/vnd.arbiter.fields";

/** Fields of one message. */
const fieldsLimit = 16_384;
const keyLengthLimit = 32;
const reasonLengthLimit = 200;
const space = 0x20;
const lineFeed = 0x0a;

/** What the fields of a message add up to. */
interface Draft {
  parts: PartsInProgress;
  headers: Header[];
  arguments: Parameter[];
  missing: MissingPart[];
  categories: Record<string, number>;
  rules: number[];
  matched: Record<string, string>;
  score: number;
  threshold: number;
  paranoiaLevel: number;
  hasWaf: boolean;
  site: string | undefined;
  mode: VerdictRequest["mode"];
  deadlineMs: number | undefined;
}

/** Takes in a plain field; false where this release does not know the key. */
function readPlain(draft: Draft, key: string, message: Buffer, start: number, end: number): boolean {
  switch (key) {
    case "id":
      draft.parts.id = bytes(message, start, end);
      return true;
    case "site":
      draft.site = bytes(message, start, end);
      return true;
    case "mode":
      draft.mode = readMode(bytes(message, start, end));
      return true;
    case "deadline":
      draft.deadlineMs = decimal(message, start, end, key, 0, largestInteger);
      return true;
    case "client":
      readClientField(draft, bytes(message, start, Math.min(end, start + 128)));
      return true;
    case "line":
      readRequestLine(draft.parts, bytes(message, start, end));
      return true;
    case "request":
      readFullRequest(draft, message, start, end);
      return true;
    case "body":
      draft.parts.body = message.subarray(start, end);
      return true;
    case "missing":
      readMissing(draft, bytes(message, start, Math.min(end, start + 1024)));
      return true;
    case "crs-score":
      readWafNumber(draft, "score", decimal(message, start, end, key, 0, largestInteger));
      return true;
    case "crs-threshold":
      readWafNumber(draft, "threshold", decimal(message, start, end, key, 1, largestInteger));
      return true;
    case "crs-paranoia":
      readWafNumber(draft, "paranoiaLevel", decimal(message, start, end, key, 1, 4));
      return true;
    default:
      return false;
  }
}

/** Takes in a pair, whose value begins at `middle`; false where this release does not know the key. */
function readPair(
  draft: Draft,
  key: string,
  message: Buffer,
  start: number,
  middle: number,
  end: number,
): boolean {
  const name = bytes(message, start, middle);
  switch (key) {
    case "header":
      draft.headers.push({ name, value: bytes(message, middle, end) });
      return true;
    case "argument":
      draft.arguments.push({ location: "engine", name, value: bytes(message, middle, end) });
      return true;
    case "file":
      draft.arguments.push({ location: "file", name, value: bytes(message, middle, end) });
      return true;
    case "crs-category":
      if (!/^[a-z][a-z0-9_-]{0,63}$/.test(name)) {
        throw new ArbiterError("bad_value", `the name of "${key}" must be a CRS category`);
      }
      draft.categories[name] = decimal(message, middle, end, key, 0, largestInteger);
      draft.hasWaf = true;
      return true;
    case "rule": {
      const id = decimal(message, start, middle, key, 1, largestRuleId);
      draft.rules.push(id);
      if (end > middle) draft.matched[id] = bytes(message, middle, end);
      draft.hasWaf = true;
      return true;
    }
    default:
      return false;
  }
}

/**
 * Reads one message. The body in the outcome is a view of `message`. Throws `bad_request` (framing, missing fields),
 * `bad_value`, `too_many`, `unsupported_version`.
 */
export function readVerdictFields(message: Buffer): VerdictRequest {
  const draft: Draft = {
    parts: { method: "", uri: "", headers: [] },
    headers: [],
    arguments: [],
    missing: [],
    categories: {},
    rules: [],
    matched: {},
    score: 0,
    threshold: 5,
    paranoiaLevel: 1,
    hasWaf: false,
    site: undefined,
    mode: undefined,
    deadlineMs: undefined,
  };
  let unknownFields = 0;
  let fields = 0;
  let at = 0;
  // Keys are looked for here and cut from it; values are not, since each would keep the whole message in memory.
  const source = bytes(message, 0, message.length);
  while (at < message.length) {
    if (++fields > fieldsLimit)
      throw new ArbiterError("too_many", `the message has more than ${fieldsLimit} fields`);
    const keyEnd = source.indexOf(" ", at);
    if (keyEnd <= at || keyEnd - at > keyLengthLimit) throw malformed(at);
    const key = source.slice(at, keyEnd);
    const first = lengthAt(message, keyEnd + 1);
    const isPair = message[first.end] === space;
    const second = isPair ? lengthAt(message, first.end + 1) : undefined;
    const start = (second ?? first).end + 1;
    const middle = start + first.value;
    const end = second === undefined ? middle : middle + second.value;
    if (message[start - 1] !== lineFeed || message[end] !== lineFeed) throw malformed(at);

    if (fields === 1) checkVersion(key, bytes(message, start, end));
    else if (
      !(isPair
        ? readPair(draft, key, message, start, middle, end)
        : readPlain(draft, key, message, start, end))
    ) {
      unknownFields++;
    }
    at = end + 1;
  }
  return finish(draft, unknownFields);
}

/**
 * Writes the reply line, printable ASCII and a line feed:
 * `arbiter/1 <id> <verdict> <probability 0-100> <points> <attackType or -> <partial 0|1> <reason>`.
 */
export function writeVerdictLine(verdict: Verdict): string {
  const reason = verdict.reasons[0];
  const why = reason === undefined ? "-" : `${reason.where}: ${reason.why}: ${reason.what}`;
  const id = printable(verdict.id.slice(0, 200)).replaceAll(" ", "_");
  return `arbiter/1 ${id === "" ? "-" : id} ${verdict.verdict} ${Math.round(verdict.probability * 100)} ${verdict.points} ${
    verdict.attackType ?? "-"
  } ${verdict.partial ? 1 : 0} ${printable(why).slice(0, reasonLengthLimit)}\n`;
}

/** Replaces what could end a log field, a SecLang macro or a line: quotes, backslashes, percent signs, all but ASCII. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, "?")
    .replace(/["'`\\]/g, "_")
    .replace(/%\{/g, "%_");
}

function malformed(at: number): ArbiterError {
  return new ArbiterError(
    "bad_request",
    `the field at byte ${at} is not framed as "<key> <length>\\n<bytes>\\n"`,
  );
}

/** The byte string from `start` to `end`. */
function bytes(message: Buffer, start: number, end: number): string {
  return message.toString("latin1", start, end);
}

/** A decimal length; `end` is the place of the first byte after it. */
function lengthAt(message: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (; end < message.length; end++) {
    const digit = (message[end] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    if (value > message.length) throw malformed(start);
  }
  if (end === start) throw malformed(start);
  return { value, end };
}

function checkVersion(key: string, version: string): void {
  if (key !== "version") throw new ArbiterError("bad_request", `the first field must be "version"`);
  if (version !== "1") throw new ArbiterError("unsupported_version", `"version" must be 1`);
}

function decimal(
  message: Buffer,
  start: number,
  end: number,
  key: string,
  low: number,
  high: number,
): number {
  const text = bytes(message, start, Math.min(end, start + 16));
  return readInteger(/^[0-9]+$/.test(text) ? Number(text) : undefined, key, low, high);
}

function readClientField(draft: Draft, text: string): void {
  const client = readClient(text);
  if (client !== undefined) draft.parts.client = client;
}

/** `METHOD target PROTOCOL`; HTTP/0.9 has no protocol, and a target with blanks keeps them. */
function readRequestLine(parts: PartsInProgress, line: string): void {
  const methodEnd = line.indexOf(" ");
  const targetEnd = line.lastIndexOf(" ");
  if (methodEnd <= 0) throw new ArbiterError("bad_value", `"line" must be a request line`);
  const hasProtocol = targetEnd > methodEnd && line.startsWith("HTTP/", targetEnd + 1);
  parts.method = line.slice(0, methodEnd);
  parts.uri = line.slice(methodEnd + 1, hasProtocol ? targetEnd : line.length);
  if (hasProtocol) parts.protocol = line.slice(targetEnd + 1).trimEnd();
}

/**
 * libmodsecurity's FULL_REQUEST: `Name: value` lines that end in LF, two more LF, then the raw body. A header block in
 * the ordinary form, with CRLF and one blank line, is read as well.
 */
function readFullRequest(draft: Draft, message: Buffer, start: number, end: number): void {
  let at = start;
  for (;;) {
    const lineEnd = message.indexOf(lineFeed, at);
    if (lineEnd < 0 || lineEnd >= end) {
      if (at < end) throw new ArbiterError("bad_value", `"request" ends inside its header block`);
      return;
    }
    const textEnd = message[lineEnd - 1] === 0x0d && lineEnd > at ? lineEnd - 1 : lineEnd;
    if (textEnd === at) {
      const isBareBlank = textEnd === lineEnd && message[lineEnd + 1] === lineFeed && lineEnd + 1 < end;
      at = lineEnd + (isBareBlank ? 2 : 1);
      break;
    }
    const line = bytes(message, at, textEnd);
    const colon = line.indexOf(":");
    if (colon <= 0) throw new ArbiterError("bad_value", `"request" has a header line without a name`);
    draft.headers.push({
      name: line.slice(0, colon),
      value: line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1),
    });
    at = lineEnd + 1;
  }
  if (at < end) draft.parts.body = message.subarray(at, end);
}

function readMissing(draft: Draft, names: string): void {
  for (const name of names.split(",")) if (name !== "") draft.missing.push(readMissingPart(name.trim()));
}

function readWafNumber(draft: Draft, name: "score" | "threshold" | "paranoiaLevel", value: number): void {
  draft[name] = value;
  draft.hasWaf = true;
}

function finish(draft: Draft, unknownFields: number): VerdictRequest {
  const { parts } = draft;
  if (parts.method === "") throw new ArbiterError("bad_request", `the message has no "line"`);
  if (parts.id === undefined) throw new ArbiterError("bad_request", `the message has no "id"`);
  parts.headers = draft.headers;
  if (draft.arguments.length > 0) parts.arguments = draft.arguments;
  if (draft.missing.length > 0) parts.missing = draft.missing;
  if (draft.hasWaf) {
    const { score, threshold, paranoiaLevel, categories, rules, matched } = draft;
    parts.waf = { score, threshold, paranoiaLevel, categories, rules, matched } satisfies WafState;
  }
  return { parts, site: draft.site, mode: draft.mode, deadlineMs: draft.deadlineMs, unknownFields };
}
