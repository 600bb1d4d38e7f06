/**
 * What the WAF saw of one request, and what it thinks of it. A `Transaction` is built once, by `build.ts`, frozen, and
 * read by everything after it.
 *
 * Text convention: every string that came from the wire is a *byte string*, one code unit (0–255) for each byte, so
 * that no byte is lost or merged by a character set guessed wrongly. `displayText` turns it into readable text.
 */

/** Where a parameter was found. `engine` values are arguments that only the WAF's own body parser could see. */
export type Location =
  | "path"
  | "query"
  | "form"
  | "json"
  | "xml"
  | "multipart"
  | "file"
  | "body"
  | "cookie"
  | "header"
  | "engine";

/** A named piece of input. `name` and `value` are byte strings with their transport encoding (percent, JSON escapes) removed once. */
export interface Parameter {
  readonly location: Location;
  readonly name: string;
  readonly value: string;
}

/** One header field, as sent; `name` in its original case. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A part that the caller says it could not hand over. Whatever is missing makes the verdict partial. */
export const missingParts = ["body", "body-tail", "files", "xml", "headers", "arguments"] as const;
export type MissingPart = (typeof missingParts)[number];

/** The state of the Core Rule Set for this request. All numbers are integers. */
export interface WafState {
  /** The inbound anomaly score; ≥ 0, higher is worse. */
  readonly score: number;
  /** The inbound anomaly score threshold; > 0. */
  readonly threshold: number;
  /** The blocking paranoia level, 1–4. */
  readonly paranoiaLevel: number;
  /** Score by category as CRS names it, such as `sqli` or `xss`. */
  readonly categories: Readonly<Record<string, number>>;
  /** Ids of the rules that matched, without order or repetition. */
  readonly rules: readonly number[];
  /** The variable that each rule matched last, such as `ARGS:q`, where the WAF could say; keyed by rule id. */
  readonly matched: Readonly<Record<string, string>>;
}

/** Something about the request that kept it from being read as its application will read it. */
export interface Problem {
  readonly code: ProblemCode;
  /** A short fixed text, free of bytes from the request. */
  readonly detail: string;
}

/** What kept a request from being read as its application will read it. */
export type ProblemCode =
  | "missing_part"
  | "too_many_parameters"
  | "body_too_large"
  | "body_malformed"
  | "body_ambiguous"
  | "charset_unsupported"
  | "encoding_unsupported"
  | "decoding_bound"
  | "external_entity";

export interface Transaction {
  /** The caller's id for the request; never interpreted. */
  readonly id: string;
  /** The site that the request belongs to: a configured name, or `default`. */
  readonly site: string;
  /** Canonical IP address of the client, or undefined where unknown. */
  readonly client: string | undefined;
  /** Milliseconds since 1970 (UTC), or undefined where unknown. */
  readonly timeMs: number | undefined;
  readonly method: string;
  /** The request target as sent. */
  readonly uri: string;
  /** The path of the target as sent, without query. */
  readonly path: string;
  readonly protocol: string;
  readonly headers: readonly Header[];
  /** Every named value that was found, in order of appearance, at most `limits.parameters`. */
  readonly parameters: readonly Parameter[];
  /** The raw body, or undefined where there was none or it was not handed over. */
  readonly body: Uint8Array | undefined;
  readonly missing: readonly MissingPart[];
  readonly problems: readonly Problem[];
  readonly waf: WafState | undefined;
}

/** Bounds of one transaction. What lies beyond a bound becomes a problem, never an error. */
export const limits = {
  /** Named values, all locations together. */
  parameters: 1_000,
  /** Bytes of all names and values together; the name of a nested value repeats the names around it. */
  parameterBytes: 2_097_152,
  headers: 100,
  /** Bytes of the body that are read. */
  bodyBytes: 1_048_576,
  /** Nesting of JSON and XML bodies. */
  depth: 64,
  /** Parts of a multipart body. */
  parts: 64,
} as const;

/** Turns a byte string into text for people: UTF-8 where valid, with control and direction characters made visible, at most `maxLength` characters. */
export function displayText(bytes: string, maxLength = 120): string {
  const cut = bytes.length > maxLength * 4 ? bytes.slice(0, maxLength * 4) : bytes;
  let text = Buffer.from(cut, "latin1").toString("utf8");
  if (text.length > maxLength) text = `${text.slice(0, maxLength)}…`;
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
