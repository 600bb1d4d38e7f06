/**
 * Who may ask what over TCP: one token for everything, another for reading metrics. Compared as digests in constant
 * time, so that neither content nor length of the right one shows.
 */
import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Refusal, refusal } from "./refusal.ts";

/** The tokens of a listener; undefined where none is needed. */
export interface Tokens {
  readonly full: string | undefined;
  readonly read: string | undefined;
}

/** What a route needs: nothing, any token, or the full one. */
export type Need = "nothing" | "read" | "full";

/** Checks a request against what its route needs. */
export type Access = (request: IncomingMessage, need: Need) => Refusal | undefined;

/** Returns the check for these tokens: undefined where the request may go on, 401 without a good token, 403 with one too weak. */
export function createAccess(tokens: Tokens): Access {
  const { full, read } = tokens;
  if (full === undefined) return () => undefined;
  const fullDigest = digest(full);
  const readDigest = read === undefined ? undefined : digest(read);
  return (request, need) => {
    if (need === "nothing") return undefined;
    const given = request.headers.authorization;
    if (given === undefined || !given.startsWith("Bearer ")) {
      return refusal("unauthorized", "this address needs a token: send `Authorization: Bearer …`");
    }
    const shown = digest(given.slice(7));
    if (timingSafeEqual(shown, fullDigest)) return undefined;
    if (readDigest !== undefined && timingSafeEqual(shown, readDigest)) {
      return need === "read" ? undefined : refusal("unauthorized", "this token may read metrics only", 403);
    }
    return refusal("unauthorized", "the token is wrong", 403);
  };
}

function digest(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
