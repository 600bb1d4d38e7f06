/**
 * One row of a traffic file: a labelled or unlabelled request, or a bare parameter value. The schema is that of the
 * published training set, so that any collection in it can be read.
 */
import { ArbiterError } from "../errors.ts";
import type { RequestParts } from "../transaction/build.ts";
import { buildTransaction } from "../transaction/build.ts";
import type { Header, Transaction, WafState } from "../transaction/transaction.ts";

/** What a row is known to be. */
export type Label = "benign" | "attack";

/** Characters of a source's name that are kept. */
const longestSource = 128;

/** A checked row. Strings are Unicode text, as JSON gives them; `request` has byte strings. */
export interface TrafficRow {
  readonly id: string;
  readonly source: string;
  readonly label: Label | undefined;
  readonly attackType: string | undefined;
  readonly request: RequestParts;
}

/** Unicode text as the byte string of its UTF-8 form. */
export function bytesOf(text: string): string {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 0x7f) return Buffer.from(text, "utf8").toString("latin1");
  return text;
}

/**
 * Reads one line of a traffic file. A row with `payload` and no path is scored as the value of parameter `p` of `GET /`.
 * Throws `data_invalid` with what was expected.
 */
export function parseTrafficRow(line: string): TrafficRow {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (cause) {
    throw invalid("the line is not JSON", cause);
  }
  if (!isRecord(row)) throw invalid("a row must be a JSON object");
  return {
    id: scalarText(row["id"] ?? "", "id"),
    source: (optionalString(row, "source") ?? "unknown").slice(0, longestSource),
    label: labelOf(row["label"]),
    attackType: optionalString(row, "attack_type"),
    request: requestOf(row),
  };
}

/** The transaction of a row, as the server would build it. */
export function transactionOf(row: TrafficRow): Transaction {
  return buildTransaction(row.request);
}

function requestOf(row: Record<string, unknown>): RequestParts {
  const path = optionalString(row, "path");
  const payload = optionalString(row, "payload");
  if (path === undefined && payload === undefined)
    throw invalid("a row needs `path` (a request) or `payload` (a value)");
  const bare = payload !== undefined && (path === undefined || row["granularity"] === "payload");
  const id = scalarText(row["id"] ?? "", "id");
  const time = optionalString(row, "time");
  const timeMs = time === undefined ? Number.NaN : Date.parse(time);
  const client = optionalString(row, "client");
  const waf = wafOf(row["waf"]);
  const around = {
    id,
    ...(client === undefined ? {} : { client }),
    ...(Number.isNaN(timeMs) ? {} : { timeMs }),
    ...(waf === undefined ? {} : { waf }),
  };
  if (bare) return { ...around, method: "GET", uri: `/?p=${percentEncode(bytesOf(payload))}`, headers: [] };

  const query = optionalString(row, "query");
  const body = bodyOf(row);
  return {
    ...around,
    method: optionalString(row, "method") ?? "GET",
    uri: bytesOf(query === undefined || query === "" ? path! : `${path}?${query}`),
    headers: headersOf(row["headers"]),
    ...(body === undefined ? {} : { body }),
  };
}

const unreserved = /^[A-Za-z0-9._~-]*$/;

/** Encodes every byte that is not unreserved (RFC 3986 §2.3). */
function percentEncode(bytes: string): string {
  if (unreserved.test(bytes)) return bytes;
  let out = "";
  for (let i = 0; i < bytes.length; i++) {
    const character = bytes[i]!;
    out += unreserved.test(character)
      ? character
      : `%${bytes.charCodeAt(i).toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function headersOf(value: unknown): Header[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value))
    return value.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2)
        throw invalid("`headers` as a list needs [name, value] pairs");
      return {
        name: bytesOf(scalarText(pair[0], "headers")),
        value: bytesOf(scalarText(pair[1], "headers")),
      };
    });
  if (isRecord(value))
    return Object.entries(value).map(([name, content]) => ({
      name: bytesOf(name),
      value: bytesOf(scalarText(content, "headers")),
    }));
  throw invalid("`headers` must be an object or a list of pairs");
}

function bodyOf(row: Record<string, unknown>): Uint8Array | undefined {
  const encoded = optionalString(row, "body_b64");
  if (encoded !== undefined) return Buffer.from(encoded, "base64");
  const body = optionalString(row, "body");
  return body === undefined || body === "" ? undefined : Buffer.from(body, "utf8");
}

/** The optional state of CRS in a row: the `waf` object of the verdict request. */
function wafOf(value: unknown): WafState | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw invalid("`waf` must be an object");
  const categories = isRecord(value["categories"]) ? value["categories"] : {};
  const matched = isRecord(value["matched"]) ? value["matched"] : {};
  const integer = (name: string, otherwise: number): number =>
    value[name] === undefined ? otherwise : integerOf(value[name], `waf.${name}`);
  return {
    score: integer("score", 0),
    threshold: integer("threshold", 5),
    paranoiaLevel: integer("paranoiaLevel", 1),
    categories: Object.fromEntries(
      Object.entries(categories).map(([name, points]) => [name, integerOf(points, "waf.categories")]),
    ),
    rules: Array.isArray(value["rules"]) ? value["rules"].map((id) => integerOf(id, "waf.rules")) : [],
    matched: Object.fromEntries(
      Object.entries(matched).map(([id, name]) => [id, scalarText(name, "waf.matched")]),
    ),
  };
}

function labelOf(value: unknown): Label | undefined {
  if (value === undefined || value === null) return undefined;
  const label = scalarText(value, "label").trim().toLowerCase();
  if (label === "benign" || label === "attack") return label;
  throw invalid(`\`label\` must be "benign" or "attack", not ${JSON.stringify(value)}`);
}

function optionalString(row: Record<string, unknown>, name: string): string | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw invalid(`\`${name}\` must be a string`);
}

/** The text of a string, number or boolean. */
function scalarText(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw invalid(`\`${name}\` must hold text or numbers`);
}

function integerOf(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw invalid(`\`${name}\` must be an integer`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string, cause?: unknown): ArbiterError {
  return new ArbiterError("data_invalid", message, { cause });
}
