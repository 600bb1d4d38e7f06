/**
 * The texts inside a text: parameters of an address in a value, strings of JSON and of GraphQL, base64 in the middle of
 * something else, and compressed base64. Whoever reads the value may hand each of them to an interpreter of its own, so
 * each is judged on its own, where what stands around it cannot dilute it.
 */
import { inflateRawSync, unzipSync } from "node:zlib";
import { decodeBase64, decodePercent, isBase64Digit } from "../transaction/decode.ts";
import { readJsonValues } from "../transaction/json-values.ts";
import { limits } from "../transaction/transaction.ts";
import { marks, marksOf } from "./marks.ts";

/** Most texts that are taken out of one. */
const mostNested = 32;
/** Shortest and longest text that is searched. */
const shortestSearched = 4;
const longestSearched = 65_536;
/** Shortest base64 in the middle of a text that is looked into: 15 bytes of content. */
const shortestInner = 20;
/** Most bytes that compressed base64 may come to: twenty times what came in, and no more than this. */
const longestInflated = 65_536;

/** 1 for the characters of names of parameters and of what stands before a query in an address. */
const inName = new Uint8Array(256);
const inAddress = new Uint8Array(256);
for (let code = 0x21; code < 0x7f; code++) {
  const character = String.fromCharCode(code);
  if (/[\w.[\]-]/.test(character)) inName[code] = 1;
  if (!/[<>"'`(){};|=&?#]/.test(character)) inAddress[code] = 1;
}

/** Index of the first character at or behind `from` that is not in `allowed`. */
function skip(text: string, from: number, allowed: Uint8Array): number {
  let i = from;
  while (i < text.length && allowed[text.charCodeAt(i)] === 1) i++;
  return i;
}

/**
 * Adds the values of `a?b=c&d=e` and of `b=c&d=e`, as they stand in addresses and forms in a value. Prose has question marks,
 * ampersands and equals signs too, but not right behind an address or a name.
 */
function addPairs(text: string, into: string[]): void {
  const question = skip(text, 0, inAddress);
  const isAddress = text.charCodeAt(question) === 0x3f;
  let start = isAddress ? question + 1 : 0;
  if (!isAddress && text.indexOf("&") < 0) return;
  while (start < text.length && into.length < mostNested) {
    const equals = skip(text, start, inName);
    if (equals === start || text.charCodeAt(equals) !== 0x3d) return;
    let end = text.indexOf("&", equals);
    if (end < 0) end = text.length;
    if (equals + 1 < end) into.push(decodePercent(text.slice(equals + 1, end), true));
    start = end + 1;
  }
}

/** Adds the strings of JSON that is a value as a whole, and of GraphQL. True where there were any. */
function addStrings(text: string, into: string[]): boolean {
  const first = text.charCodeAt(0);
  if (first !== 0x7b && first !== 0x5b) return false;
  const before = into.length;
  const add = (name: string, value: string): void => {
    if (into.length < mostNested) into.push(value);
    // A name with a dollar may be an operator of a document store.
    if (into.length < mostNested && name.includes("$")) into.push(name);
  };
  return readJsonValues(text, limits.depth, add).complete && into.length > before;
}

/** How GraphQL documents begin (June 2018 edition, §2.2): with a word, or with the selection of a query without a name. */
const graphqlBeginnings = ["query ", "query{", "query(", "mutation", "subscription", "fragment "];

function isGraphql(text: string): boolean {
  if (graphqlBeginnings.some((beginning) => text.startsWith(beginning))) return text.includes("{");
  if (text.charCodeAt(0) !== 0x7b || text.charCodeAt(1) === 0x7b) return false;
  const name = text.slice(1, 256).trimStart();
  const end = skip(name, 0, inName);
  return end > 0 && "({ \n\r".includes(name[end] ?? ".");
}

/** Adds the quoted strings of a GraphQL document. */
function addArguments(text: string, into: string[]): void {
  if (!isGraphql(text.trimStart())) return;
  let opening = -1;
  for (let i = 0; i < text.length && into.length < mostNested; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) {
      if (opening >= 0 && i > opening + 1) into.push(text.slice(opening + 1, i));
      opening = opening >= 0 ? -1 : i;
    }
  }
}

/** Adds what base64 in the middle of a text holds: `data:` addresses, tokens, `echo … | base64 -d`. */
function addInnerBase64(text: string, into: string[]): void {
  // A run that is long enough covers `at` wherever it begins behind `searched`: of prose, few characters are looked at.
  let searched = 0;
  let at = shortestInner - 1;
  while (at < text.length && into.length < mostNested) {
    let start = at;
    while (start >= searched && isBase64Digit(text.charCodeAt(start))) start--;
    start++;
    if (start > searched) {
      searched = start;
      at = start + shortestInner - 1;
      continue;
    }
    let end = at + 1;
    while (end < text.length && isBase64Digit(text.charCodeAt(end))) end++;
    const inner = end - start < text.length ? decodeBase64(text.slice(start, end)) : undefined;
    if (inner !== undefined) into.push(inner);
    searched = end + 1;
    at = end + shortestInner;
  }
}

/** How compressed base64 begins: gzip, and zlib at its usual levels. */
const compressedBeginnings = ["H4sI", "eJ", "eN", "eA", "eF"];

/**
 * The text that a value of compressed base64 holds: gzip and zlib by their first bytes, raw deflate where `isDeflated` says
 * so (SAML's redirect binding). Undefined where the value is nothing of the kind, or would come to more than 64 KB or twenty
 * times its size.
 */
export function inflateBase64(text: string, isDeflated: boolean): string | undefined {
  if (text.length < shortestInner || text.length > longestInflated) return undefined;
  if (!isDeflated && !compressedBeginnings.some((beginning) => text.startsWith(beginning))) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x3d && !isBase64Digit(code)) return undefined;
  }
  const bytes = Buffer.from(text, "base64");
  const maxOutputLength = Math.min(longestInflated, bytes.length * 20);
  try {
    const inner = isDeflated
      ? inflateRawSync(bytes, { maxOutputLength })
      : unzipSync(bytes, { maxOutputLength });
    return isText(inner) ? inner.toString("latin1") : undefined;
  } catch {
    return undefined;
  }
}

function isText(bytes: Uint8Array): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) controls++;
  return bytes.length > 0 && controls * 50 <= bytes.length;
}

/**
 * The texts inside a decoded text, at most 32, each shorter than it. Pure; linear. A text inside of one that was found here
 * is not looked for. `holds` are the kinds of its characters.
 */
export function nestedTexts(text: string, holds = marksOf(text)): string[] {
  const found: string[] = [];
  if (text.length < shortestSearched || text.length > longestSearched) return found;
  if (!addStrings(text, found)) {
    if ((holds & marks.equals) !== 0) addPairs(text, found);
    if ((holds & marks.brace) !== 0) addArguments(text, found);
  }
  addInnerBase64(text, found);
  return found;
}
