/** What rewritings and readers of structure ask of single characters. A text is a byte string; beyond its end stands `NaN`, which is none of these. */

const kinds = new Uint8Array(256);
const white = 1;
const digit = 2;
const letter = 4;
for (let code = 0; code < 256; code++) {
  const character = String.fromCharCode(code);
  if (/[\t\n\v\f\r ]/.test(character)) kinds[code] = white;
  else if (/[0-9]/.test(character)) kinds[code] = digit;
  else if (/[A-Za-z_]/.test(character)) kinds[code] = letter;
}

/** White space of ASCII. */
export const isWhite = (code: number): boolean => kinds[code] === white;
/** A digit. */
export const isDigit = (code: number): boolean => kinds[code] === digit;
/** A letter of ASCII, or `_`. */
export const isLetter = (code: number): boolean => kinds[code] === letter;
/** A letter, a digit or `_`. */
export const isWord = (code: number): boolean => (kinds[code]! & (digit | letter)) !== 0;

/** A blank, a tab or the end of a line: what separates words in every language. */
export const isBlank = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
/** A letter of ASCII. */
export const isLatin = (code: number): boolean => kinds[code] === letter && code !== 0x5f;
/** `'`, `"` or a backquote. */
export const isQuote = (code: number): boolean => code === 0x27 || code === 0x22 || code === 0x60;

/** Index of the first character at or behind `from` that is no blank, tab or end of a line. */
export function skipBlank(text: string, from: number): number {
  let i = from;
  while (isBlank(text.charCodeAt(i))) i++;
  return i;
}

/** Index of the first character at or behind `from` that is no white space. */
export function skipWhite(text: string, from: number): number {
  let i = from;
  while (isWhite(text.charCodeAt(i))) i++;
  return i;
}

/** Index of the first character at or behind `from` that belongs to no word. */
export function skipWord(text: string, from: number): number {
  let i = from;
  while (isWord(text.charCodeAt(i))) i++;
  return i;
}

/** The words of a list, for looking up. */
export function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ""));
}
