/**
 * Proves external entities: a strict reader of the document type lists the addresses that a parser with external entities
 * switched on would fetch, and a mutant must fetch those of its seed. The document must be one that a parser accepts as far
 * as this reader reads it: markup declarations well-formed, references declared.
 */
import type { Oracle } from "./oracle.ts";

const name = "[A-Za-z_:][\\w:.-]{0,80}";
const blank = "[ \\t\\r\\n]";
const literal = `"[^"]{0,2000}"|'[^']{0,2000}'`;
const externalId = `(?:SYSTEM${blank}+(${literal})|PUBLIC${blank}+(?:${literal})${blank}+(${literal}))`;
const doctype = new RegExp(`<!DOCTYPE${blank}+${name}(?:${blank}+${externalId})?${blank}*(\\[|>)`, "y");
const entity = new RegExp(
  `<!ENTITY${blank}+(%${blank}+)?(${name})${blank}+(?:${externalId}|(${literal}))(?:${blank}+NDATA${blank}+${name})?${blank}*>`,
  "y",
);
const reference = new RegExp(`%(${name});`, "y");
const otherDeclaration = new RegExp(`<!(?:ELEMENT|ATTLIST|NOTATION)${blank}[^<>]{0,500}>`, "y");
const blanks = /[ \t\r\n]+/y;
const comment = /<!--(?:[^-]|-(?!-)){0,4000}-->/y;
const instruction = /<\?[\w-]+[^?>]{0,400}\?>/y;

/** The text within quotes. */
const unquoted = (text: string | undefined): string | undefined => text?.slice(1, -1);

/** An address in one spelling. */
function canonical(address: string): string {
  const trimmed = address.trim();
  try {
    return new URL(trimmed.startsWith("/") ? `file://${trimmed}` : trimmed).href.replace(
      /^file:\/\/\/+/,
      "file:///",
    );
  } catch {
    return trimmed;
  }
}

/** Reads the internal subset from `at`: the addresses that it fetches, and where it ends; undefined where it is malformed. */
function readSubset(
  text: string,
  at: number,
  whole: boolean,
): { fetched: string[]; general: Map<string, string>; end: number } | undefined {
  const fetched: string[] = [];
  const parameters = new Map<string, string>();
  const general = new Map<string, string>();
  let i = at;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = i;
    const match = pattern.exec(text);
    if (match !== null) i = pattern.lastIndex;
    return match;
  };
  while (i < text.length && text[i] !== "]") {
    const declared = take(entity);
    if (declared !== null) {
      const [, isParameter, entityName, system, published, value] = declared;
      const address = unquoted(system ?? published);
      const known = isParameter === undefined ? general : parameters;
      // The first declaration of a name binds.
      if (!known.has(entityName!)) known.set(entityName!, address ?? `=${unquoted(value) ?? ""}`);
      continue;
    }
    const referred = take(reference);
    if (referred !== null) {
      const address = parameters.get(referred[1]!);
      if (address === undefined) return undefined;
      if (!address.startsWith("=")) fetched.push(canonical(address));
      continue;
    }
    if (take(blanks) ?? take(comment) ?? take(instruction) ?? take(otherDeclaration)) continue;
    return undefined;
  }
  // A piece of a subset is meant to be put into one, where it will be referred to.
  if (!whole)
    for (const address of parameters.values()) if (!address.startsWith("=")) fetched.push(canonical(address));
  return { fetched, general, end: i };
}

/** The addresses that a document would fetch; undefined where it is malformed. */
export function fetchedAddresses(document: string): string[] | undefined {
  const text = document.replace(/^\ufeff/, "");
  const start = text.indexOf("<!DOCTYPE");
  if (start < 0) {
    const piece = text.indexOf("<!ENTITY");
    if (piece >= 0) {
      const subset = readSubset(text, piece, false);
      if (subset === undefined || text.slice(0, piece).trim() !== "" || subset.end < text.length)
        return undefined;
      return [...subset.fetched, ...externals(subset.general.values())];
    }
    const included = [...text.matchAll(/<xi:include\s[^<>]{0,200}?href\s*=\s*("[^"]*"|'[^']*')/g)];
    return included.length > 0 && text.includes("http://www.w3.org/2001/XInclude")
      ? included.map(([, address]) => canonical(unquoted(address)!))
      : undefined;
  }
  // Before the document type only the declaration, comments and blanks may stand, and the declaration first.
  const before = text.slice(0, start);
  if (!/^\s*(?:<\?xml\s[^?]{0,200}\?>)?(?:\s|<!--(?:[^-]|-(?!-))*-->|<\?(?!xml\s)[^?]*\?>)*$/.test(before))
    return undefined;
  doctype.lastIndex = start;
  const head = doctype.exec(text);
  if (head === null) return undefined;
  const fetched: string[] = [];
  const external = unquoted(head[1] ?? head[2]);
  if (external !== undefined) fetched.push(canonical(external));
  let end = doctype.lastIndex;
  let general = new Map<string, string>();
  if (head[3] === "[") {
    const subset = readSubset(text, end, true);
    if (subset === undefined) return undefined;
    const close = /\]\s*>/y;
    close.lastIndex = subset.end;
    if (!close.test(text)) return undefined;
    end = close.lastIndex;
    fetched.push(...subset.fetched);
    general = subset.general;
  }
  const content = text.slice(end);
  const referred = [...content.matchAll(/&([\w:.-]+);/g)].map(([, found]) => found!);
  for (const found of referred) if (general.has(found)) fetched.push(...externals([general.get(found)!]));
  // Without any content it is a piece of a document, whose entities will be referred to.
  if (content.trim() === "") fetched.push(...externals(general.values()));
  return fetched;
}

function externals(values: Iterable<string>): string[] {
  return [...values].filter((value) => !value.startsWith("=")).map(canonical);
}

/** Makes the oracle. */
export function xmlOracle(): Oracle {
  return {
    method: "strict DTD reader: same addresses fetched",
    prove(seed) {
      const wanted = fetchedAddresses(seed);
      if (wanted === undefined || wanted.length === 0) return undefined;
      return (mutant) => {
        const found = fetchedAddresses(mutant);
        return found !== undefined && wanted.every((address) => found.includes(address));
      };
    },
  };
}
