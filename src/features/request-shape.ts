/**
 * The 26 numbers of a request that the published Isolation Forest beside CRS uses: time, lengths, character shares,
 * entropies and keyword counts. Text is measured in Unicode characters, as the published features are.
 */
import type { Parameter, Transaction } from "../transaction/transaction.ts";
import type { Feature } from "./feature.ts";

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

/**
 * Fills `row[offset … offset + 25]` from the transaction; mutates nothing else.
 * Where a name repeats, its last value counts, as in the published definition, which reads the arguments as a map.
 */
export function fillRequestShape(transaction: Transaction, row: Float64Array, offset: number): void {
  const time = transaction.timeMs === undefined ? undefined : new Date(transaction.timeMs);
  const path = textOf(transaction.path);
  let at = offset;
  row[at++] = time?.getUTCHours() ?? 12;
  row[at++] = time?.getUTCDay() ?? 1;
  row[at++] = transaction.method === "GET" ? 1 : 0;
  row[at++] = transaction.method === "POST" ? 1 : 0;
  const pathCounts = countCharacters(path);
  row[at++] = pathCounts.characters;
  row[at++] = pathCounts.slashes;
  row[at++] = pathCounts.dots;
  row[at++] = pathCounts.percents;
  row[at++] = pathCounts.entropy;

  let longestName = 0;
  let longestValue = 0;
  let names = 0;
  let text = "";
  for (const [name, value] of lastValues(transaction.parameters)) {
    const decodedValue = textOf(value);
    const valueLength = decodedValue === value ? value.length : lengthOf(decodedValue);
    if (valueLength > longestValue) longestValue = valueLength;
    const nameLength = lengthOf(textOf(name));
    if (nameLength > longestName) longestName = nameLength;
    text += names++ === 0 ? decodedValue : ` ${decodedValue}`;
  }
  const counts = countCharacters(text);
  const characters = counts.characters;
  const share = (count: number): number => (characters === 0 ? 0 : count / characters);
  row[at++] = names;
  row[at++] = characters;
  row[at++] = longestValue;
  row[at++] = longestName;
  row[at++] = share(counts.upper);
  row[at++] = share(counts.lower);
  row[at++] = share(counts.digits);
  row[at++] = share(counts.special);
  row[at++] = share(counts.blanks);
  row[at++] = share(counts.nonAscii);
  row[at++] = counts.entropy;
  row[at++] = counts.quotes;
  row[at++] = counts.angles;
  const ascii = asciiWords(text);
  row[at++] = countMatches(ascii, sqlWords);
  row[at++] = countMatches(ascii, scriptWords);
  row[at++] = countMatches(ascii, shellPieces);
  row[at++] = countMatches(ascii, codePieces);
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

interface CharacterCounts {
  characters: number;
  upper: number;
  lower: number;
  digits: number;
  special: number;
  blanks: number;
  nonAscii: number;
  slashes: number;
  dots: number;
  percents: number;
  quotes: number;
  angles: number;
  entropy: number;
}

// The classes of one character outside ASCII, as Python's `str` methods have them: a digit is whatever Unicode gives the
// numeric type Decimal or Digit, and the byte order mark is no white space.
const lowerCase = /^\p{Lowercase}/u;
const upperCase = /^\p{Uppercase}/u;
const digits =
  /^[\p{Nd}\u{b2}\u{b3}\u{b9}\u{1369}-\u{1371}\u{19da}\u{2070}\u{2074}-\u{2079}\u{2080}-\u{2089}\u{2460}-\u{2468}\u{2474}-\u{247c}\u{2488}-\u{2490}\u{24ea}\u{24f5}-\u{24fd}\u{24ff}\u{2776}-\u{277e}\u{2780}-\u{2788}\u{278a}-\u{2792}\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]/u;
const blanks = /^(?:\x85|[\s--\ufeff])/v;
const letterOrNumber = /^[\p{L}\p{N}]/u;

const asciiCounts = new Uint32Array(128);

/** One pass over the text. Classes follow Python's `str` methods, in which the published features were written. */
function countCharacters(text: string): CharacterCounts {
  const ascii = asciiCounts.fill(0);
  let wide: Map<number, number> | undefined;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 128) ascii[unit]!++;
    else {
      const codePoint = text.codePointAt(i)!;
      if (codePoint > 0xffff) i++;
      wide ??= new Map();
      wide.set(codePoint, (wide.get(codePoint) ?? 0) + 1);
    }
  }
  const counts: CharacterCounts = {
    characters: 0,
    upper: 0,
    lower: 0,
    digits: 0,
    special: 0,
    blanks: 0,
    nonAscii: 0,
    slashes: ascii[0x2f]!,
    dots: ascii[0x2e]!,
    percents: ascii[0x25]!,
    quotes: ascii[0x22]! + ascii[0x27]!,
    angles: ascii[0x3c]! + ascii[0x3e]!,
    entropy: 0,
  };
  for (let code = 0; code < 128; code++) {
    const count = ascii[code]!;
    if (count === 0) continue;
    counts.characters += count;
    if (code >= 0x41 && code <= 0x5a) counts.upper += count;
    else if (code >= 0x61 && code <= 0x7a) counts.lower += count;
    else if (code >= 0x30 && code <= 0x39) counts.digits += count;
    else if (code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f))
      counts.blanks += count;
    else counts.special += count;
  }
  if (wide !== undefined) {
    for (const [codePoint, count] of wide) {
      const character = String.fromCodePoint(codePoint);
      counts.characters += count;
      counts.nonAscii += count;
      if (lowerCase.test(character)) counts.lower += count;
      if (upperCase.test(character)) counts.upper += count;
      if (digits.test(character)) counts.digits += count;
      if (blanks.test(character)) counts.blanks += count;
      else if (!letterOrNumber.test(character)) counts.special += count;
    }
  }
  const total = counts.characters;
  const add = (count: number): void => {
    counts.entropy -= (count / total) * Math.log2(count / total);
  };
  for (let code = 0; code < 128; code++) if (ascii[code]! > 0) add(ascii[code]!);
  if (wide !== undefined) for (const count of wide.values()) add(count);
  return counts;
}

/**
 * The text with the words of other scripts as runs of `z`, which no keyword holds: Python counts them as parts of words,
 * and takes four letters outside ASCII for i, s and k where case does not matter.
 */
function asciiWords(text: string): string {
  if (onlyAscii.test(text)) return text;
  return text
    .replace(/[\u0130\u0131]/g, "i")
    .replaceAll("\u017f", "s")
    .replaceAll("\u212a", "k")
    .replace(/[[\p{L}\p{N}]--\p{ASCII}]+/gv, "z");
}

// Alternations of literals without quantifiers: the work at each position is bounded by a constant.
const sqlWords = /\b(?:select|union|insert|update|delete|drop|from|where|or|and|having|sleep|benchmark)\b/gi;
const scriptWords = /script|onerror|onload|alert|javascript:|iframe|svg/gi;
const shellPieces = /\/bin\/|\/etc\/|\b(?:cat|wget|curl|bash|cmd|ping|whoami|id)\b/gi;
const codePieces = /<\?php|eval\(|system\(|exec\(|base64_decode|\$\{|\{\{/gi;

function countMatches(text: string, pieces: RegExp): number {
  let count = 0;
  pieces.lastIndex = 0;
  while (pieces.test(text)) count++;
  return count;
}
