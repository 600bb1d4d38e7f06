/**
 * The JSON dialect of `POST /v1/verdict`: checked by hand, since a schema library costs as much as parsing the
 * message. What is not known is skipped and counted; what is known must have its type and range.
 */
import { ArbiterError } from "../../errors.ts";
import type { Header, Location, Parameter, WafState } from "../../transaction/transaction.ts";
import type { Verdict } from "../../verdict/verdict.ts";
import { replyText } from "../byte-string.ts";
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
import { readJsonMessage } from "./json-message.ts";

const knownKeys: ReadonlySet<string> = new Set([
  "id",
  "site",
  "mode",
  "deadlineMs",
  "client",
  "method",
  "uri",
  "protocol",
  "headers",
  "body",
  "bodyBase64",
  "missing",
  "arguments",
  "waf",
  "time",
  "version",
]);

const locations: ReadonlySet<string> = new Set<Location>([
  "path",
  "query",
  "form",
  "json",
  "xml",
  "multipart",
  "file",
  "body",
  "cookie",
  "header",
  "engine",
]);

/** How far a time stamp may lie ahead of the server's clock: a day covers every wrong time zone. */
const clockToleranceMs = 86_400_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one verdict request. `nowMs` is the wall clock in milliseconds since 1970. Throws `bad_request`, `bad_value`,
 * `duplicate_key`, `forbidden_key`, `too_deep`, `too_many`, `unsupported_version`.
 */
export function readVerdictJson(message: Buffer, nowMs: number): VerdictRequest {
  const value = readJsonMessage(message);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ArbiterError("bad_request", "the message must be a JSON object");
  }
  const json = value as Json;
  if (json["version"] !== undefined && json["version"] !== 1 && json["version"] !== "1") {
    throw new ArbiterError("unsupported_version", `"version" must be 1, the only version of this protocol`);
  }
  const parts: PartsInProgress = {
    id: text(json, "id"),
    method: text(json, "method"),
    uri: text(json, "uri"),
    headers: readHeaders(json["headers"]),
  };
  if (parts.method === "") throw new ArbiterError("bad_value", `"method" must not be empty`);
  if (json["protocol"] !== undefined) parts.protocol = text(json, "protocol");
  if (json["client"] !== undefined && json["client"] !== null) {
    const client = readClient(text(json, "client"));
    if (client !== undefined) parts.client = client;
  }
  const body = readBody(json);
  if (body !== undefined) parts.body = body;
  if (json["time"] !== undefined) parts.timeMs = readTime(text(json, "time"), nowMs);
  if (json["missing"] !== undefined) parts.missing = list(json, "missing").map(readMissing);
  if (json["arguments"] !== undefined) parts.arguments = list(json, "arguments").map(readArgument);
  if (json["waf"] !== undefined && json["waf"] !== null) parts.waf = readWaf(json["waf"]);

  let unknownFields = 0;
  for (const key in json) if (!knownKeys.has(key)) unknownFields++;
  return {
    parts,
    site: json["site"] === undefined ? undefined : text(json, "site"),
    mode: json["mode"] === undefined ? undefined : readMode(text(json, "mode")),
    deadlineMs:
      json["deadlineMs"] === undefined
        ? undefined
        : readInteger(json["deadlineMs"], "deadlineMs", 0, largestInteger),
    unknownFields,
  };
}

/** Writes the JSON reply for a verdict; `elapsedUs` is the time in the detector in whole microseconds. */
export function writeVerdictJson(verdict: Verdict, elapsedUs: number): string {
  return JSON.stringify({
    id: replyText(verdict.id),
    verdict: verdict.verdict,
    probability: verdict.probability,
    points: verdict.points,
    attackType: verdict.attackType,
    reasons: verdict.reasons,
    partial: verdict.partial,
    model: verdict.model,
    ...(verdict.models === undefined ? {} : { models: verdict.models }),
    elapsedUs,
  });
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value === "string") return value;
  throw new ArbiterError(
    value === undefined ? "bad_request" : "bad_value",
    value === undefined ? `"${name}" is missing` : `"${name}" must be a string`,
  );
}

function list(json: Json, name: string): readonly unknown[] {
  const value = json[name];
  if (Array.isArray(value)) return value;
  throw new ArbiterError("bad_value", `"${name}" must be an array`);
}

function readHeaders(value: unknown): readonly Header[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw new ArbiterError("bad_value", `"headers" must be an array of [name, value]`);
  const headers: Header[] = new Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const pair: unknown = value[i];
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      typeof pair[0] !== "string" ||
      typeof pair[1] !== "string"
    ) {
      throw new ArbiterError("bad_value", `every item of "headers" must be [name, value], two strings`);
    }
    headers[i] = { name: pair[0], value: pair[1] };
  }
  return headers;
}

function readBody(json: Json): Buffer | undefined {
  const plain = json["body"];
  const encoded = json["bodyBase64"];
  if (plain !== undefined && plain !== null) {
    if (encoded !== undefined && encoded !== null) {
      throw new ArbiterError("bad_value", `"body" and "bodyBase64" must not be given together`);
    }
    return Buffer.from(text(json, "body"), "latin1");
  }
  if (encoded === undefined || encoded === null) return undefined;
  const base64 = text(json, "bodyBase64");
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  const body = Buffer.from(base64, "base64");
  // Node skips what is not base64: a shorter outcome than the length promises means that something was skipped.
  if (
    body.length !== Math.floor(((base64.length - padding) * 3) / 4) ||
    (base64.length - padding) % 4 === 1
  ) {
    throw new ArbiterError("bad_value", `"bodyBase64" must be base64 without line breaks`);
  }
  return body;
}

function readMissing(value: unknown) {
  if (typeof value === "string") return readMissingPart(value);
  throw new ArbiterError("bad_value", `every item of "missing" must be a string`);
}

function readArgument(value: unknown): Parameter {
  if (Array.isArray(value) && value.length === 3) {
    const [location, name, content] = value as unknown[];
    if (typeof location === "string" && typeof name === "string" && typeof content === "string") {
      if (!locations.has(location)) {
        throw new ArbiterError(
          "bad_value",
          `the location of an argument must be one of ${[...locations].join(", ")}`,
        );
      }
      return { location: location as Location, name, value: content };
    }
  }
  throw new ArbiterError(
    "bad_value",
    `every item of "arguments" must be [location, name, value], three strings`,
  );
}

function readWaf(value: unknown): WafState {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ArbiterError("bad_value", `"waf" must be an object`);
  }
  const waf = value as Json;
  return {
    score: readInteger(waf["score"] ?? 0, "waf.score", 0, largestInteger),
    threshold: readInteger(waf["threshold"] ?? 5, "waf.threshold", 1, largestInteger),
    paranoiaLevel: readInteger(waf["paranoiaLevel"] ?? 1, "waf.paranoiaLevel", 1, 4),
    categories: readRecord(waf["categories"], "waf.categories", readScore),
    rules: waf["rules"] === undefined ? [] : list(waf, "rules").map(readRuleId),
    matched: readRecord(waf["matched"], "waf.matched", readVariable),
  };
}

function readRecord<T>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => T,
): Record<string, T> {
  const record: Record<string, T> = {};
  if (value === undefined || value === null) return record;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ArbiterError("bad_value", `"${name}" must be an object`);
  }
  for (const key of Object.keys(value)) record[key] = read((value as Json)[key], name);
  return record;
}

function readScore(value: unknown, name: string): number {
  return readInteger(value, name, 0, largestInteger);
}

function readRuleId(value: unknown): number {
  return readInteger(value, "waf.rules", 1, largestRuleId);
}

function readVariable(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new ArbiterError("bad_value", `every value of "${name}" must be a string`);
}

function readTime(value: string, nowMs: number): number {
  const shape = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;
  const timeMs = value.length <= 40 && shape.test(value) ? Date.parse(value.replace(" ", "T")) : Number.NaN;
  if (Number.isNaN(timeMs))
    throw new ArbiterError("bad_value", `"time" must be a date and time as RFC 3339 writes it`);
  if (timeMs > nowMs + clockToleranceMs) throw new ArbiterError("bad_value", `"time" lies in the future`);
  return timeMs;
}
