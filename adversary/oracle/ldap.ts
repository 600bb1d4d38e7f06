/**
 * Proves LDAP injections: the payload is put into filters of an application, the first whole filter of what comes out is
 * read (RFC 4515) and asked of a small directory, and must find the entries that the seed finds.
 */
import type { Oracle } from "./oracle.ts";

type Entry = Readonly<Record<string, readonly string[]>>;
type Filter = (entry: Entry) => boolean;

const directory: readonly Entry[] = [
  {
    uid: ["admin"],
    cn: ["Administrator"],
    objectclass: ["top", "person"],
    mail: ["a@example.com"],
    userpassword: ["7f9c"],
  },
  {
    uid: ["anna"],
    cn: ["Anna Berg"],
    objectclass: ["top", "person"],
    mail: ["n@example.com"],
    userpassword: ["b2d1"],
  },
  {
    uid: ["printer"],
    cn: ["Printer"],
    objectclass: ["top", "device"],
    mail: ["p@example.com"],
    userpassword: ["x"],
  },
];

/** Every entry has every attribute: which ones a directory knows is not for an oracle to say. */
const valuesOf = (entry: Entry, name: string): readonly string[] => entry[name] ?? [`some ${name}`];

class Malformed extends Error {}

/** Reads one filter at `at`. Throws `Malformed`. */
function readFilter(text: string, at: number, depth: number): { filter: Filter; end: number } {
  const skip = (from: number): number => {
    let i = from;
    while (/\s/.test(text[i] ?? "x")) i++;
    return i;
  };
  let i = skip(at);
  if (text[i] !== "(" || depth > 20) throw new Malformed();
  i = skip(i + 1);
  const sign = text[i];
  if (sign === "&" || sign === "|" || sign === "!") {
    const parts: Filter[] = [];
    for (i = skip(i + 1); text[i] === "("; i = skip(i)) {
      const { filter, end } = readFilter(text, i, depth + 1);
      parts.push(filter);
      i = end;
    }
    if (text[i] !== ")" || (sign === "!" && parts.length !== 1)) throw new Malformed();
    const filter: Filter =
      sign === "&"
        ? (entry) => parts.every((part) => part(entry))
        : sign === "|"
          ? (entry) => parts.some((part) => part(entry))
          : (entry) => !parts[0]!(entry);
    return { filter, end: i + 1 };
  }
  const close = text.indexOf(")", i);
  const item =
    close < 0 ? null : /^([a-z][\w.;-]*)((?::[\w.]+)*):?([~<>]?)=([^(]*)$/is.exec(text.slice(i, close));
  if (item === null) throw new Malformed();
  return { filter: itemFilter(item[1]!.toLowerCase(), item[3]!, item[4]!), end: close + 1 };
}

function itemFilter(name: string, relation: string, value: string): Filter {
  const pieces = value
    .split("*")
    .map((piece) =>
      piece
        .replace(/\\([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .toLowerCase(),
    );
  const whole = pieces.join("*");
  return (entry) =>
    valuesOf(entry, name).some((held) => {
      const lower = held.toLowerCase();
      if (relation === ">") return lower >= whole;
      if (relation === "<") return lower <= whole;
      if (pieces.length === 1) return lower === whole;
      if (!lower.startsWith(pieces[0]!) || !lower.endsWith(pieces.at(-1)!)) return false;
      let from = pieces[0]!.length;
      for (const piece of pieces.slice(1, -1)) {
        const found = lower.indexOf(piece, from);
        if (found < 0) return false;
        from = found + piece.length;
      }
      return true;
    });
}

const places = [
  "(uid=$)",
  "(&(uid=$)(userPassword=secret))",
  "(&(objectClass=person)(uid=$))",
  "(|(cn=$)(uid=nobody))",
  "(&(|(cn=$)(uid=nobody))(objectClass=person))",
  "(cn=*$*)",
  "$",
];

/** The entries that the first whole filter finds, as text; undefined where there is none. */
function found(place: string, payload: string): string | undefined {
  try {
    const text = place.replace("$", () => payload).split("\0", 1)[0]!;
    const { filter } = readFilter(text, 0, 0);
    return directory.map((entry) => Number(filter(entry))).join("");
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The payload as a mere value (RFC 4515, section 3). */
function inert(payload: string): string {
  return payload.replace(
    /[()*\\\0]/g,
    (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Makes the oracle. */
export function ldapOracle(): Oracle {
  return {
    method: "RFC 4515 filter: same entries found",
    prove(seed) {
      const witnesses = places.flatMap((place) => {
        const effect = found(place, seed);
        if (effect === undefined || !effect.includes("1") || effect === found(place, inert(seed))) return [];
        return [
          (payload: string): boolean =>
            found(place, payload) === effect && found(place, inert(payload)) !== effect,
        ];
      });
      return witnesses.length === 0 ? undefined : (mutant) => witnesses.some((holds) => holds(mutant));
    },
  };
}
