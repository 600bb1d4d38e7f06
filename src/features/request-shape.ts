/**
 * The 26 numbers of a request that the published Isolation Forest beside CRS uses: time, lengths, character shares,
 * entropies and keyword counts. Text is measured in Unicode characters, as the published features are.
 */
import type { Parameter, Transaction } from "../transaction/transaction.ts";
import type { Feature } from "./feature.ts";
import { followKeywords, keywordLists, keywordStart } from "./keywords.ts";

const many = Number.POSITIVE_INFINITY;

/** The features in the order of the row. */
export const requestShape: readonly Feature[] = [
  {
    name: "hour",
    unit: "hour",
    range: [0, 23],
    meaning: "hour of the day in UTC; 12 where the time is unknown",
  },
  {
    name: "weekday",
    unit: "weekday",
    range: [0, 6],
    meaning: "day of the week in UTC, Sunday is 0; 1 where the time is unknown",
  },
  { name: "method-get", unit: "flag", range: [0, 1], meaning: "the method is GET" },
  { name: "method-post", unit: "flag", range: [0, 1], meaning: "the method is POST" },
  { name: "path-length", unit: "characters", range: [0, many], meaning: "length of the path as sent" },
  { name: "path-slashes", unit: "count", range: [0, many], meaning: "slashes in the path" },
  { name: "path-dots", unit: "count", range: [0, many], meaning: "dots in the path" },
  { name: "path-percents", unit: "count", range: [0, many], meaning: "percent signs in the path" },
  {
    name: "path-entropy",
    unit: "bits",
    range: [0, 21],
    meaning: "Shannon entropy of the characters of the path",
  },
  {
    name: "arguments",
    unit: "count",
    range: [0, many],
    meaning: "distinct argument names in query and body",
  },
  {
    name: "values-length",
    unit: "characters",
    range: [0, many],
    meaning: "length of all argument values, joined by blanks",
  },
  {
    name: "longest-value",
    unit: "characters",
    range: [0, many],
    meaning: "length of the longest argument value",
  },
  {
    name: "longest-name",
    unit: "characters",
    range: [0, many],
    meaning: "length of the longest argument name",
  },
  { name: "upper-share", unit: "share", range: [0, 1], meaning: "share of upper-case letters in the values" },
  { name: "lower-share", unit: "share", range: [0, 1], meaning: "share of lower-case letters in the values" },
  { name: "digit-share", unit: "share", range: [0, 1], meaning: "share of digits in the values" },
  {
    name: "special-share",
    unit: "share",
    range: [0, 1],
    meaning: "share of characters that are neither letter, digit nor blank in the values",
  },
  { name: "blank-share", unit: "share", range: [0, 1], meaning: "share of white space in the values" },
  {
    name: "non-ascii-share",
    unit: "share",
    range: [0, 1],
    meaning: "share of characters above U+007F in the values",
  },
  {
    name: "values-entropy",
    unit: "bits",
    range: [0, 21],
    meaning: "Shannon entropy of the characters of the values",
  },
  { name: "quotes", unit: "count", range: [0, many], meaning: "single and double quotes in the values" },
  { name: "angle-brackets", unit: "count", range: [0, many], meaning: "angle brackets in the values" },
  {
    name: "sql-words",
    unit: "count",
    range: [0, many],
    meaning: "SQL keywords in the values, as whole words",
  },
  {
    name: "script-words",
    unit: "count",
    range: [0, many],
    meaning: "words of script injection in the values",
  },
  {
    name: "shell-words",
    unit: "count",
    range: [0, many],
    meaning: "words of command injection in the values",
  },
  {
    name: "code-words",
    unit: "count",
    range: [0, many],
    meaning: "pieces of code and template injection in the values",
  },
];

/** Locations whose parameters count as arguments of the request. */
const argumentLocations = new Set(["query", "form", "json", "xml", "multipart", "engine", "body"]);

// Scratch memory: bytes of a value; how often each character of ASCII, and each other one by its code point, was counted.
const chunk = Buffer.alloc(8_192);
const ascii = new Uint32Array(128);
const wide = new Map<number, number>();
const keywords = new Uint32Array(1 + Object.keys(keywordLists).length);

/**
 * Fills `row[offset … offset + 25]` from the transaction; mutates nothing else but scratch memory.
 * Where a name repeats, its last value counts, as in the published definition, which reads the arguments as a map.
 */
export function fillRequestShape(transaction: Transaction, row: Float64Array, offset: number): void {
  const time = transaction.timeMs === undefined ? undefined : new Date(transaction.timeMs);
  let at = offset;
  row[at++] = time?.getUTCHours() ?? 12;
  row[at++] = time?.getUTCDay() ?? 1;
  row[at++] = transaction.method === "GET" ? 1 : 0;
  row[at++] = transaction.method === "POST" ? 1 : 0;
  clearCounts();
  const pathLength = addText(transaction.path);
  row[at++] = pathLength;
  row[at++] = countOf("/");
  row[at++] = countOf(".");
  row[at++] = countOf("%");
  row[at++] = entropyOf(pathLength);

  clearCounts();
  let longestName = 0;
  let longestValue = 0;
  let names = 0;
  let characters = 0;
  for (const [name, value] of lastValues(transaction.parameters)) {
    const valueLength = addText(value);
    characters += valueLength;
    if (valueLength > longestValue) longestValue = valueLength;
    const nameLength = lengthOf(textOf(name));
    if (nameLength > longestName) longestName = nameLength;
    names++;
  }
  // The published features are those of the values joined by blanks.
  if (names > 1) {
    ascii[0x20]! += names - 1;
    characters += names - 1;
  }
  const classes = countClasses();
  const share = (count: number): number => (characters === 0 ? 0 : count / characters);
  row[at++] = names;
  row[at++] = characters;
  row[at++] = longestValue;
  row[at++] = longestName;
  row[at++] = share(classes[upper]!);
  row[at++] = share(classes[lower]!);
  row[at++] = share(classes[digit]!);
  row[at++] = share(classes[special]!);
  row[at++] = share(classes[blank]!);
  row[at++] = share(classes[nonAscii]!);
  row[at++] = entropyOf(characters);
  row[at++] = countOf('"') + countOf("'");
  row[at++] = countOf("<") + countOf(">");
  row[at++] = keywords[keywordLists.sql]!;
  row[at++] = keywords[keywordLists.script]!;
  row[at++] = keywords[keywordLists.shell]!;
  row[at++] = keywords[keywordLists.code]!;
}

function lastValues(parameters: readonly Parameter[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { location, name, value } of parameters) {
    if (argumentLocations.has(location)) values.set(name, value);
  }
  return values;
}

const onlyAscii = /^[\0-\x7f]*$/;

/** A byte string as Unicode text; the same string where it is ASCII. */
function textOf(bytes: string): string {
  return onlyAscii.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** Length in code points. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) length--;
  return length;
}

function clearCounts(): void {
  ascii.fill(0);
  if (wide.size > 0) wide.clear();
  keywords.fill(0);
}

/** Counts the characters and keywords of a byte string, on its own, and returns its length in characters. */
function addText(bytes: string): number {
  const text = textOf(bytes);
  if (text === bytes) {
    readAscii(text, ascii);
    return text.length;
  }
  let characters = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint < 128) ascii[codePoint]!++;
    else wide.set(codePoint, (wide.get(codePoint) ?? 0) + 1);
    characters++;
  }
  readAscii(asciiWords(text), notCounted);
  return characters;
}

const notCounted = new Uint32Array(256);

/** Adds the bytes of a text to `counts`, and its keywords to `keywords`. */
function readAscii(text: string, counts: Uint32Array): void {
  let place = keywordStart;
  for (let from = 0; from < text.length; from += chunk.length) {
    const length = chunk.write(text.slice(from, from + chunk.length), "latin1");
    for (let i = 0; i < length; i++) counts[chunk[i]!]!++;
    place = followKeywords(chunk, length, place, keywords);
  }
  followKeywords(oneBlank, 1, place, keywords);
}

const oneBlank = Uint8Array.of(0x20);

function countOf(character: string): number {
  return ascii[character.charCodeAt(0)]!;
}

/** The classes of characters, as places in the counts of all classes. */
const special = 0;
const upper = 1;
const lower = 2;
const digit = 3;
const blank = 4;
const nonAscii = 5;

/** The class of each ASCII character. */
const classOf = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  if (code >= 0x41 && code <= 0x5a) classOf[code] = upper;
  else if (code >= 0x61 && code <= 0x7a) classOf[code] = lower;
  else if (code >= 0x30 && code <= 0x39) classOf[code] = digit;
  else if (code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f))
    classOf[code] = blank;
}

// The classes of one character outside ASCII, as Python's `str` methods have them: a digit is whatever Unicode gives the
// numeric type Decimal or Digit, and the byte order mark is no white space.
const anyLower = /^\p{Lowercase}/u;
const anyUpper = /^\p{Uppercase}/u;
const anyDigit =
  /^[\p{Nd}\u{b2}\u{b3}\u{b9}\u{1369}-\u{1371}\u{19da}\u{2070}\u{2074}-\u{2079}\u{2080}-\u{2089}\u{2460}-\u{2468}\u{2474}-\u{247c}\u{2488}-\u{2490}\u{24ea}\u{24f5}-\u{24fd}\u{24ff}\u{2776}-\u{277e}\u{2780}-\u{2788}\u{278a}-\u{2792}\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]/u;
const anyBlank = /^(?:\x85|[\s--\ufeff])/v;
const letterOrNumber = /^[\p{L}\p{N}]/u;

const classCounts = new Uint32Array(6);

/** How many of the counted characters belong to each class, overwritten by the next call. Classes follow Python's `str` methods, in which the published features were written. */
function countClasses(): Uint32Array {
  const counts = classCounts.fill(0);
  for (let code = 0; code < 128; code++) counts[classOf[code]!]! += ascii[code]!;
  for (const [codePoint, count] of wide) {
    const character = String.fromCodePoint(codePoint);
    counts[nonAscii]! += count;
    if (anyLower.test(character)) counts[lower]! += count;
    if (anyUpper.test(character)) counts[upper]! += count;
    if (anyDigit.test(character)) counts[digit]! += count;
    if (anyBlank.test(character)) counts[blank]! += count;
    else if (!letterOrNumber.test(character)) counts[special]! += count;
  }
  return counts;
}

/** Shannon entropy in bits of the `total` characters counted. */
function entropyOf(total: number): number {
  let entropy = 0;
  const add = (count: number): void => {
    entropy -= (count / total) * Math.log2(count / total);
  };
  for (let code = 0; code < 128; code++) if (ascii[code]! > 0) add(ascii[code]!);
  for (const count of wide.values()) add(count);
  return entropy;
}

/**
 * The text with the words of other scripts as runs of `z`, which no keyword holds, and with all else outside ASCII as one
 * byte: Python counts letters as parts of words, and takes four outside ASCII for i, s and k where case does not matter.
 */
function asciiWords(text: string): string {
  return text
    .replace(/[\u0130\u0131]/g, "i")
    .replaceAll("\u017f", "s")
    .replaceAll("\u212a", "k")
    .replace(/[[\p{L}\p{N}]--\p{ASCII}]+/gv, "z")
    .replace(/\P{ASCII}/gu, "\x80");
}
