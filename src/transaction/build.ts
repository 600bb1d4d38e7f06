/**
 * Raw parts of a request → one frozen `Transaction`. This is the only place where the request is taken apart; training
 * and serving come through here alike.
 */
import { isIP } from "node:net";
import { collector, readBody, readHeaders, readPairs } from "./parameters.ts";
import type { Header, MissingPart, Parameter, Transaction, WafState } from "./transaction.ts";
import { limits } from "./transaction.ts";

/** A request as some caller hands it over. Strings are byte strings; only method, target and headers are obligatory. */
export interface RequestParts {
  readonly id?: string;
  readonly site?: string;
  /** The client's IP address; what is no address is dropped. */
  readonly client?: string;
  readonly timeMs?: number;
  readonly method: string;
  /** The request target: origin form (`/path?query`) or absolute form. */
  readonly uri: string;
  readonly protocol?: string;
  readonly headers: readonly Header[];
  readonly body?: Uint8Array;
  /** Arguments that the WAF's own body parser found, for a body whose raw bytes it does not hand over. */
  readonly arguments?: readonly Parameter[];
  readonly missing?: readonly MissingPart[];
  readonly waf?: WafState;
}

/** Builds the transaction. Hostile content never makes it throw: it becomes `problems`. */
export function buildTransaction(parts: RequestParts): Transaction {
  const found = collector();
  const { path, query } = splitTarget(parts.uri);
  if (path.length > 1) found.add("path", "", path);
  if (query !== "") readPairs(query, "query", found);

  const headers = parts.headers.slice(0, limits.headers);
  if (headers.length < parts.headers.length)
    found.problem("too_many_parameters", "there are more headers than the limit");
  readHeaders(headers, found);

  const body = parts.body;
  if (body !== undefined && body.length > 0) {
    if (body.length > limits.bodyBytes) found.problem("body_too_large", "the body is larger than the limit");
    const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, limits.bodyBytes)).toString(
      "latin1",
    );
    readBody(text, valuesOf(headers, "content-type"), valuesOf(headers, "content-encoding")[0], found);
  }
  for (const argument of parts.arguments ?? []) found.add(argument.location, argument.name, argument.value);

  const missing = parts.missing ?? [];
  if (missing.length > 0) found.problem("missing_part", "the caller could not hand over every part");
  return Object.freeze({
    id: parts.id ?? "",
    site: parts.site ?? "default",
    client: canonicalAddress(parts.client),
    timeMs: parts.timeMs,
    method: parts.method,
    uri: parts.uri,
    path,
    protocol: parts.protocol ?? "HTTP/1.1",
    headers,
    parameters: found.parameters,
    body,
    missing,
    problems: found.problems,
    waf: parts.waf,
  });
}

/** Splits a request target at its first `?`; the absolute form loses its scheme and authority, a fragment stays. */
export function splitTarget(uri: string): { path: string; query: string } {
  let start = 0;
  if (uri.charCodeAt(0) !== 0x2f) {
    const scheme = uri.indexOf("://");
    if (scheme > 0 && scheme < 8) {
      const slash = uri.indexOf("/", scheme + 3);
      start = slash < 0 ? uri.length : slash;
    }
  }
  const mark = uri.indexOf("?", start);
  return mark < 0
    ? { path: uri.slice(start), query: "" }
    : { path: uri.slice(start, mark), query: uri.slice(mark + 1) };
}

function valuesOf(headers: readonly Header[], lowerName: string): string[] {
  const values: string[] = [];
  for (const header of headers)
    if (header.name.length === lowerName.length && header.name.toLowerCase() === lowerName)
      values.push(header.value);
  return values;
}

/** An IP address in one spelling: IPv4-mapped IPv6 becomes IPv4, a zone is dropped; undefined for anything else. */
export function canonicalAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const zone = address.indexOf("%");
  let bare = (zone < 0 ? address : address.slice(0, zone)).toLowerCase();
  if (bare.startsWith("::ffff:") && isIP(bare.slice(7)) === 4) bare = bare.slice(7);
  return isIP(bare) === 0 ? undefined : bare;
}
