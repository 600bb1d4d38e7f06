/**
 * Header fields on their way through the gateway: what belongs to one connection stays behind (RFC 9110 §7.6.1), and
 * what the application is told of the client comes from the connection, or from proxies that the operator trusts.
 */
import { BlockList, isIP } from "node:net";
import { addNetwork } from "../config/check-value.ts";
import { canonicalAddress } from "../transaction/build.ts";
import type { Header } from "../transaction/transaction.ts";

/** Fields of one connection. `Expect` is among them because the gateway itself asks the client to continue. */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** Fields that a `Connection` field must not remove: without them the application would read another request. */
const neverRemoved: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "content-type",
  "cookie",
  "authorization",
]);

/** Fields by which proxies speak of clients; believed from trusted proxies only. */
const clientFields: ReadonlySet<string> = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** The pairs of Node's flat `rawHeaders`; byte strings, in order, repetitions kept. */
export function headerPairs(rawHeaders: readonly string[]): Header[] {
  const headers: Header[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.push({ name: rawHeaders[i] as string, value: rawHeaders[i + 1] as string });
  }
  return headers;
}

/** The fields without those that belong to the connection. */
export function withoutHopByHop(headers: readonly Header[]): Header[] {
  const named = new Set<string>();
  for (const { name, value } of headers) {
    if (name.toLowerCase() === "connection") {
      for (const token of value.split(",")) named.add(token.trim().toLowerCase());
    }
  }
  return headers.filter(({ name }) => {
    const lower = name.toLowerCase();
    return !hopByHop.has(lower) && !(named.has(lower) && !neverRemoved.has(lower));
  });
}

/** What is known of a client. */
export interface ClientOrigin {
  /** The connection's other end, canonical. */
  readonly peer: string | undefined;
  /** The client itself: the peer, or what trusted proxies say of it. */
  readonly client: string | undefined;
  /** Whether the peer is a trusted proxy, so that what it says of the client is passed on. */
  readonly isTrusted: boolean;
}

/** Returns the function that finds the client. `networks` are addresses or networks of trusted proxies. */
export function clientFinder(
  networks: readonly string[],
): (peerAddress: string | undefined, headers: readonly Header[]) => ClientOrigin {
  const trusted = new BlockList();
  for (const network of networks) addNetwork(trusted, network);
  const trusts = (address: string | undefined): boolean =>
    address !== undefined && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return (peerAddress, headers) => {
    const peer = canonicalAddress(peerAddress);
    if (networks.length === 0 || !trusts(peer)) return { peer, client: peer, isTrusted: false };
    const chain = headers
      .filter(({ name }) => name.toLowerCase() === "x-forwarded-for")
      .flatMap(({ value }) => value.split(",", 64));
    // From the nearest hop outwards: the first address that is no trusted proxy of ours is the client.
    let client = peer;
    for (let i = chain.length - 1; i >= 0; i--) {
      const hop = canonicalAddress((chain[i] as string).trim());
      if (hop === undefined) break;
      client = hop;
      if (!trusts(hop)) break;
    }
    return { peer, client, isTrusted: true };
  };
}

/** The flat list of header fields that the application gets, without framing, which depends on the body. */
export function upstreamHeaders(headers: readonly Header[], origin: ClientOrigin): string[] {
  const flat: string[] = [];
  const said = new Map<string, string>();
  let host = "";
  for (const { name, value } of withoutHopByHop(headers)) {
    const lower = name.toLowerCase();
    if (lower === "content-length") continue;
    if (lower === "host") host = value;
    if (clientFields.has(lower)) {
      if (origin.isTrusted) said.set(lower, said.has(lower) ? `${said.get(lower)}, ${value}` : value);
      continue;
    }
    flat.push(name, value);
  }
  const chain = said.get("x-forwarded-for");
  if (origin.peer !== undefined) {
    flat.push("X-Forwarded-For", chain === undefined ? origin.peer : `${chain}, ${origin.peer}`);
  }
  flat.push("X-Forwarded-Proto", said.get("x-forwarded-proto") ?? "http");
  flat.push("X-Forwarded-Host", said.get("x-forwarded-host") ?? host);
  const realIp = said.get("x-real-ip");
  if (realIp !== undefined) flat.push("X-Real-IP", realIp);
  const forwarded = said.get("forwarded");
  if (forwarded !== undefined) flat.push("Forwarded", forwarded);
  return flat;
}
