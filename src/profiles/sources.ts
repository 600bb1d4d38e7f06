/**
 * Where a lesson comes from. A source is the network of a client, so that neither one loud client nor its neighbors teach
 * anything alone; sources fall into eight groups, a bit each.
 */
import { isIPv4 } from "node:net";

/** Groups of sources: as many as a byte has bits. */
export const sourceGroups = 8;
/** What so many groups of sources have sent is ordinary. */
export const fewestSources = 3;

/**
 * The group of a client's network (IPv4 /24, IPv6 /48), 0 to 7. Requests whose client nobody knows, as in recorded traffic,
 * count one by one: `ordinal` tells them apart.
 */
export function sourceGroup(client: string | undefined, ordinal: number): number {
  if (client === undefined) return ordinal & (sourceGroups - 1);
  const network = isIPv4(client) ? client.slice(0, client.lastIndexOf(".")) : client.split(":", 3).join(":");
  return (hashText(network) >>> 7) & (sourceGroups - 1);
}

/** Bits that are set in a byte, by its value. */
export const bitsSet = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>>= 1) bits += rest & 1;
  return bits;
});

/** A 32-bit hash of a text, well mixed (FNV-1a, and the finalizer of MurmurHash3). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** Spreads the bits of a number over all 32 (the finalizer of MurmurHash3, public domain). */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
