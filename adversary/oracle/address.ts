/**
 * Proves forged and foreign addresses: read by the URL parser of the WHATWG standard, as Node and browsers do, a mutant
 * must name the same scheme, host, port and path as its seed. No request is sent.
 */
import type { Oracle } from "./oracle.ts";

/** What an address leads to. */
interface Destination {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** Hosts that are the server itself, whatever they are called. */
const itself = /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|localhost|\[::1\]|\[::\])$/;
const inside =
  /^(?:itself|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.100\.|.*\.(?:internal|local|localdomain)$|[a-z0-9-]+$)|^\[f[cde]/;
const ports: Readonly<Record<string, string>> = { "http:": "80", "https:": "443", "ftp:": "21" };

/** Reads an address; undefined where it is none. */
export function destinationOf(address: string): Destination | undefined {
  let url: URL;
  try {
    url = new URL(address, "http://application.example/page");
  } catch {
    return undefined;
  }
  if (url.host === "application.example") return undefined;
  let host = url.hostname.toLowerCase().replace(/\.$/, "");
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host);
  if (mapped !== null) {
    const high = Number.parseInt(mapped[1]!, 16);
    const low = Number.parseInt(mapped[2]!, 16);
    host = [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  if (itself.test(host)) host = "itself";
  let path = url.pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // Broken percent encoding is compared as it stands.
  }
  return {
    scheme: url.protocol,
    host,
    port: url.port || (ports[url.protocol] ?? ""),
    path: path.replace(/\0.*$/s, ""),
    query: url.search,
  };
}

/** Makes the oracle; with `insideOnly` a seed must lead to where only the server comes, else to any other host. */
export function addressOracle(insideOnly: boolean): Oracle {
  return {
    method: "URL parser: same destination",
    prove(seed) {
      const wanted = destinationOf(seed);
      if (wanted === undefined || /\s/.test(seed)) return undefined;
      const special = ports[wanted.scheme] !== undefined;
      if (special && wanted.host === "") return undefined;
      if (insideOnly ? special && !inside.test(wanted.host) : !special || itself.test(wanted.host))
        return undefined;
      if (!special && !/^(?:file|gopher|dict|ldap|tftp|sftp|netdoc|jar):$/.test(wanted.scheme))
        return undefined;
      return (mutant) => {
        const found = destinationOf(mutant);
        return (
          found !== undefined &&
          found.scheme === wanted.scheme &&
          found.host === wanted.host &&
          found.port === wanted.port &&
          found.path === wanted.path &&
          (wanted.query === "" || found.query.startsWith(wanted.query))
        );
      };
    },
  };
}
