/**
 * Raw parts of a request → one frozen `Transaction`. This is the only place where the request is taken apart; training
 * and serving come through here alike.
 */
import { isIP, SocketAddress } from "node:net";
import { collector, readBody, readHeaders, readPairs } from "./parameters.ts";
import type { Header, MissingPart, Parameter, Transaction, WafState } from "./transaction.ts";
import { limits } from "./transaction.ts";

/** A request as some caller hands it over. Strings are byte strings; only method, target and headers are obligatory. */
export interface RequestParts {
  readonly id?: string;
  readonly site?: string;
  /** The client's IP address; what is no address is dropped. */
  readonly client?: string;
  /** Milliseconds since 1970; what is no time of the calendar is dropped. */
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
    const bytes = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, limits.bodyBytes));
    readBody(bytes, valuesOf(headers, "content-type"), valuesOf(headers, "content-encoding"), found);
  }
  for (const argument of parts.arguments ?? []) found.add(argument.location, argument.name, argument.value);

  const missing = parts.missing ?? [];
  if (missing.length > 0) found.problem("missing_part", "the caller could not hand over every part");
  return Object.freeze({
    id: parts.id ?? "",
    site: parts.site ?? "default",
    client: canonicalAddress(parts.client),
    timeMs: calendarTime(parts.timeMs),
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
  const scheme = uri.startsWith("/") ? 0 : (/^[A-Za-z][A-Za-z0-9+.-]{0,15}:\/\//.exec(uri)?.[0].length ?? 0);
  let start = scheme;
  while (scheme > 0 && start < uri.length && !"/?#".includes(uri[start]!)) start++;
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

/** An IP address in one spelling (RFC 5952): IPv4-mapped IPv6 becomes IPv4, a zone is dropped; undefined for anything else. */
export function canonicalAddress(address: string | undefined): string | undefined {
  if (address === undefined || isIP(address) === 4) return address;
  const bare = address.split("%", 1)[0]!;
  const family = isIP(bare);
  if (family !== 6) return family === 4 ? bare : undefined;
  const canonical = new SocketAddress({ address: bare, family: "ipv6" }).address;
  return canonical.startsWith(mappedPrefix) && canonical.includes(".")
    ? canonical.slice(mappedPrefix.length)
    : canonical;
}

const mappedPrefix = "::ffff:";

/** The farthest that a `Date` reaches from 1970, in milliseconds. */
const calendarReach = 8.64e15;

function calendarTime(timeMs: number | undefined): number | undefined {
  return timeMs !== undefined && Math.abs(timeMs) <= calendarReach ? timeMs : undefined;
}
