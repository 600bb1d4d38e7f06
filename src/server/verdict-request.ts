/**
 * A verdict request after its dialect has been read: the parts of the HTTP request, and how the verdict will be used.
 * Every dialect ends here, so that nothing behind it knows which one was spoken.
 */
import { isIP, SocketAddress } from "node:net";
import { ArbiterError } from "../errors.ts";
import type { RequestParts } from "../transaction/build.ts";
import { type MissingPart, missingParts } from "../transaction/transaction.ts";
import { type Mode, modes } from "../verdict/verdict.ts";

/** A request to be judged, and the terms of the judgement. */
export interface VerdictRequest {
  readonly parts: RequestParts;
  /** The site that the caller names; undefined where the Host header shall decide. */
  readonly site: string | undefined;
  readonly mode: Mode | undefined;
  /** Milliseconds, counted from the arrival of the request, after which nobody waits for the verdict. */
  readonly deadlineMs: number | undefined;
  /** Fields that this release does not know; they are skipped. */
  readonly unknownFields: number;
}

/** `RequestParts` while a reader fills it in. */
export type PartsInProgress = { -readonly [K in keyof RequestParts]: RequestParts[K] };

/** The mode with this name; throws `bad_value`. */
export function readMode(name: string): Mode {
  for (const mode of modes) if (mode === name) return mode;
  throw new ArbiterError("bad_value", `"mode" must be one of ${modes.join(", ")}`);
}

/** The missing part with this name. A name that is not known means that something was left out: `body`, the strictest. */
export function readMissingPart(name: string): MissingPart {
  for (const part of missingParts) if (part === name) return part;
  return "body";
}

/**
 * One spelling for one address: IPv4-mapped IPv6 becomes IPv4, IPv6 is shortened. An empty text and the `unix:` that
 * nginx gives for local sockets mean "unknown". Throws `bad_value` for everything else that is no bare address.
 */
export function readClient(text: string): string | undefined {
  const family = isIP(text);
  if (family === 4) return text;
  if (family === 6 && !text.includes("%")) {
    const canonical = new SocketAddress({ address: text, family: "ipv6" }).address;
    return canonical.startsWith("::ffff:") && isIP(canonical.slice(7)) === 4 ? canonical.slice(7) : canonical;
  }
  if (text === "" || text === "unix:") return undefined;
  throw new ArbiterError("bad_value", `"client" must be a bare IP address`);
}

/** Checks an integer that came as a JSON number; throws `bad_value` outside [low, high], for −0 and for fractions. */
export function readInteger(value: unknown, name: string, low: number, high: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    if (!Object.is(value, -0)) return value;
  }
  throw new ArbiterError("bad_value", `"${name}" must be an integer from ${low} to ${high}`);
}

/** The largest CRS score, threshold or deadline that is believed. */
export const largestInteger = 1_000_000;
/** The largest rule id: ModSecurity keeps ids in a signed 32-bit integer or wider; CRS uses seven digits. */
export const largestRuleId = 2_147_483_647;

/** About how many bytes a request holds in memory. */
export function weightOf({ parts }: VerdictRequest): number {
  let bytes = parts.uri.length + (parts.body?.length ?? 0);
  for (const { name, value } of parts.headers) bytes += name.length + value.length;
  for (const { name, value } of parts.arguments ?? []) bytes += name.length + value.length;
  return bytes;
}
