/**
 * Proves lookups of loggers (CVE-2021-44228): nested lookups are resolved as Log4j 2 does, innermost first, and a mutant
 * must ask the same server for the same kind of object as its seed.
 */
import type { Oracle } from "./oracle.ts";

/** Lookups that are resolved in one text; a longer nest proves nothing. */
const mostLookups = 400;

/** What one lookup without further lookups in it gives; `asked` takes what would be fetched. */
function resolve(inside: string, asked: string[]): string {
  const colon = inside.indexOf(":");
  const prefix = inside.slice(0, colon).toLowerCase();
  const argument = inside.slice(colon + 1);
  if (prefix === "jndi") {
    asked.push(argument);
    return "";
  }
  if (prefix === "lower") return argument.toLowerCase();
  if (prefix === "upper") return argument.toUpperCase();
  if (prefix === "date") return argument.replaceAll("'", "");
  const preset = inside.indexOf(":-");
  if (preset >= 0) return inside.slice(preset + 2);
  return `<${inside}>`;
}

/** The addresses that a text makes the logger ask, in order. */
export function askedAddresses(text: string): string[] {
  const asked: string[] = [];
  let rest = text;
  let from = 0;
  for (let count = 0; count < mostLookups; count++) {
    const end = rest.indexOf("}", from);
    if (end < 0) return asked;
    const start = rest.lastIndexOf("${", end);
    from = start < 0 ? end + 1 : start;
    if (start >= 0)
      rest = rest.slice(0, start) + resolve(rest.slice(start + 2, end), asked) + rest.slice(end + 1);
  }
  return [];
}

/** Scheme and server of an address, in lower case. */
function serverOf(address: string): string | undefined {
  const found = /^\s*([a-z]+):\/*([^/\s]{2,200})/i.exec(address);
  return found === null ? undefined : `${found[1]!.toLowerCase()}:${found[2]!.toLowerCase()}`;
}

/** Makes the oracle. */
export function lookupOracle(): Oracle {
  return {
    method: "resolver of lookups: same server asked",
    prove(seed) {
      const server = askedAddresses(seed)
        .map(serverOf)
        .find((found) => found !== undefined);
      if (server === undefined) return undefined;
      return (mutant) => askedAddresses(mutant).some((address) => serverOf(address) === server);
    },
  };
}
