/**
 * Proves path traversals: the payload is resolved below the folder of an application as its decoding and its file system
 * would, and must lead to the file that the seed leads to. Paths are only computed; nothing is opened.
 */
import { posix, win32 } from "node:path";
import { decodePercent, foldUtf8 } from "../../src/transaction/decode.ts";
import type { Oracle } from "./oracle.ts";

/** Rounds of decoding that applications and the servers before them do in all. */
const mostRounds = 3;
const windows = /windows|winnt|boot\.ini|inetpub|^[a-z]:|\\/i;

/** The payload as an application may see it, after none to three rounds of decoding. */
function viewsOf(payload: string): string[] {
  const views = [Buffer.from(payload, "utf8").toString("latin1")];
  while (views.length <= mostRounds) {
    const last = views.at(-1)!;
    const next = foldUtf8(decodePercent(last, false)).replaceAll(/\\u00([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === last) break;
    views.push(next);
  }
  return views;
}

/** What applications do to a name before they open it: nothing, or they take every `../` away once. */
const filters: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.replaceAll("../", ""),
  (name) => name.replaceAll("..\\", ""),
];

/** How many folders up a name leads at most. */
function climbOf(name: string): number {
  let depth = 0;
  let most = 0;
  for (const segment of name.split(/[/\\]+/)) {
    if (segment === "..") depth--;
    else if (segment !== "." && segment !== "") depth++;
    most = Math.max(most, -depth);
  }
  return most;
}

/** The file that a name leads to out of a folder so many levels deep, or undefined where it stays inside. */
function targetOf(name: string, levels: number, isWindows: boolean): string | undefined {
  // A NUL ends a name for the system; in an address a path also ends where its query or fragment begins.
  const isAddress = /^file:/i.test(name);
  const path = name
    .split(isAddress ? /[\0?#]/ : "\0", 1)[0]!
    .replace(/^file:(?:\/\/(?:localhost)?)?(?=[/\\])/i, "");
  const folder = "d/".repeat(levels);
  const resolved = isWindows
    ? win32.resolve(`C:\\${folder.replaceAll("/", "\\")}`, path).toLowerCase()
    : posix.resolve(`/${folder}`, path).replace(/^\/proc\/(?:self|1)\/root(?=\/)/, "");
  const inside = isWindows ? `c:\\${folder.replaceAll("/", "\\")}` : `/${folder}`;
  const leaf = resolved.split(/[/\\]/).filter((segment) => /[a-z]/i.test(segment));
  if (leaf.length < (isWindows ? 2 : 1) || (`${resolved}/`.startsWith(inside) && levels > 0))
    return undefined;
  return resolved;
}

/** Everything that a payload may open. */
function targetsOf(payload: string, levels: number, isWindows: boolean): Set<string> {
  const targets = new Set<string>();
  for (const view of viewsOf(payload))
    for (const filter of filters) {
      const target = targetOf(filter(view), levels, isWindows);
      if (target !== undefined) targets.add(target);
    }
  return targets;
}

/** Makes the oracle. */
export function pathOracle(): Oracle {
  return {
    method: "path resolution: same file",
    prove(seed) {
      const views = viewsOf(seed);
      const isWindows = windows.test(views.at(-1)!);
      for (const view of views.reverse()) {
        for (const filter of filters) {
          const name = filter(view);
          const climb = climbOf(name);
          if (climb === 0 && !/^(?:[/\\]|[a-z]:|file:)/i.test(name)) continue;
          const levels = Math.max(1, climb);
          const target = targetOf(name, levels, isWindows);
          if (target === undefined || target.split(/[/\\]/).length < 2 || target.includes("%")) continue;
          return (mutant) => targetsOf(mutant, levels, isWindows).has(target);
        }
      }
      return undefined;
    },
  };
}
