/** Values as PHP serializes them (`serialize()`): `a:1:{i:0;s:1:"x";}`, `O:8:"stdClass":0:{}`. */
import { isDigit, isLatin, isWord } from "../characters.ts";

/** Most values that are read of PHP, and beginnings that are tried. */
const mostValues = 96;
const mostBeginnings = 8;
const longestClass = 128;
/** Digits of a length or number. */
const mostDigits = 24;

/** What PHP has serialized. */
export type PhpValue = "array" | "object";

/** The first value with a brace that parses as one of PHP: with an object in it or without; undefined where none does. Linear. */
export function readPhp(text: string): PhpValue | undefined {
  let from = 0;
  let tried = 0;
  for (let i = text.indexOf(":{"); i >= 0 && tried < mostBeginnings; i = text.indexOf(":{", i + 1)) {
    if (!isDigit(text.charCodeAt(i - 1))) continue;
    tried++;
    const start = startOfPhp(text, i, from);
    if (start < 0) continue;
    from = i;
    const value = parsePhp(text, start);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Where the value begins of which `:{` stands at `at`: `a:2:{`, `O:8:"stdClass":0:{`; -1 where none does. */
function startOfPhp(text: string, at: number, from: number): number {
  let i = beforeDigits(text, at);
  if (text.charCodeAt(i) !== 0x3a) return -1;
  const kind = text.charCodeAt(i - 1);
  if (kind === 0x61) return i - 1 >= from && !isWord(text.charCodeAt(i - 2)) ? i - 1 : -1;
  if (kind !== 0x22) return -1;
  const limit = Math.max(from, i - 2 - longestClass);
  i -= 2;
  while (i > limit && isClassCharacter(text.charCodeAt(i))) i--;
  if (text.charCodeAt(i) !== 0x22 || text.charCodeAt(i - 1) !== 0x3a) return -1;
  i = beforeDigits(text, i - 1);
  // Old versions of PHP read `O:+8:` as well.
  if (text.charCodeAt(i) === 0x2b) i--;
  return text.charCodeAt(i) === 0x3a && isObject(text.charCodeAt(i - 1)) ? i - 1 : -1;
}

/** Index of the last character before the digits that end before `until`. */
function beforeDigits(text: string, until: number): number {
  let i = until - 1;
  while (until - i <= mostDigits && isDigit(text.charCodeAt(i))) i--;
  return i;
}

/** `O` or `C`. */
function isObject(code: number): boolean {
  return code === 0x4f || code === 0x43;
}

function isClassCharacter(code: number): boolean {
  return isWord(code) || code === 0x5c || code >= 0x80;
}

/** Parses one value with a brace from `from` on, which is closed, or sound as far as the text goes. */
function parsePhp(text: string, from: number): PhpValue | undefined {
  let i = from;
  let depth = 0;
  let objects = 0;
  for (let value = 0; value < mostValues && i < text.length; value++) {
    const code = text.charCodeAt(i);
    if (code === 0x7d) {
      i++;
      if (--depth <= 0) break;
      continue;
    }
    const end = endOfValue(text, i);
    if (end < 0) return undefined;
    if (isObject(code)) objects++;
    if (text.charCodeAt(end - 1) === 0x7b && (code === 0x61 || isObject(code))) depth++;
    if (code === 0x43) {
      // What is in it is the class's own affair.
      i = text.length;
      break;
    }
    i = end;
  }
  return objects > 0 ? "object" : "array";
}

/** One past a value, or past the brace that it opens; the length of the text where that cuts it off, or -1. */
function endOfValue(text: string, at: number): number {
  const kind = text.charCodeAt(at);
  if (kind === 0x4e) return sound(text, at + 1, ";");
  if (at + 1 < text.length && text.charCodeAt(at + 1) !== 0x3a) return -1;
  const start = at + 2;
  switch (kind) {
    case 0x62: // b
    case 0x69: // i
    case 0x64: // d
    case 0x72: // r
    case 0x52: {
      let i = start;
      while (i - start < mostDigits && isNumeral(text.charCodeAt(i))) i++;
      return i === start && i < text.length ? -1 : sound(text, i, ";");
    }
    case 0x73: // s
    case 0x53: // S
    case 0x45: {
      const digits = afterDigits(text, start);
      if (digits < 0) return -1;
      const opening = sound(text, digits, ':"');
      if (opening < 0 || opening >= text.length) return opening;
      const close = opening + Number(text.slice(start, digits));
      if (text.startsWith('";', close)) return close + 2;
      // Decoding and rewriting change lengths; of a string that is longer than the text no end is known.
      const end = text.indexOf('";', opening);
      return end >= 0 && end < opening + mostRewritten ? end + 2 : close >= text.length ? text.length : -1;
    }
    case 0x61: {
      const digits = afterDigits(text, start);
      return digits < 0 ? -1 : sound(text, digits, ":{");
    }
    case 0x4f: // O
    case 0x43: {
      const digits = afterDigits(text, text.charCodeAt(start) === 0x2b ? start + 1 : start);
      if (digits < 0) return -1;
      const name = sound(text, digits, ':"');
      if (name < 0 || name >= text.length) return name;
      let i = name;
      while (i - name < longestClass && isClassCharacter(text.charCodeAt(i))) i++;
      const count = sound(text, i, '":');
      if (count < 0 || count >= text.length) return count;
      const after = afterDigits(text, count);
      return after < 0 ? -1 : sound(text, after, ":{");
    }
    default:
      return -1;
  }
}

/** Within how many bytes the end of a string is looked for whose length is wrong. */
const mostRewritten = 256;

/** One past `expected` at `at`, where the text goes on with it or ends before; -1 otherwise. */
function sound(text: string, at: number, expected: string): number {
  if (text.startsWith(expected, at)) return at + expected.length;
  return at + expected.length > text.length && expected.startsWith(text.slice(at)) ? text.length : -1;
}

/** One past the digits at `from`; -1 where there are none and the text goes on. */
function afterDigits(text: string, from: number): number {
  let i = from;
  while (i - from < mostDigits && isDigit(text.charCodeAt(i))) i++;
  return i === from && i < text.length ? -1 : i;
}

/** Digits, signs, points, and what infinite numbers are written with. */
function isNumeral(code: number): boolean {
  return isDigit(code) || isLatin(code) || code === 0x2d || code === 0x2b || code === 0x2e;
}
