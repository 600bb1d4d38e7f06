/**
 * Folding reduces a decoded value to the symbols that the text model reads: case, digits, runs and scripts that carry
 * no syntax fall together, so that what was learnt from one spelling holds for the others.
 */

/** The first symbol of a value says what kind of place it stands in; the last one marks its end. */
export const startSymbols = { value: 1, path: 4, header: 5, name: 6 } as const;
export type Place = keyof typeof startSymbols;
const endSymbol = 2;
/** Any run of bytes outside ASCII. */
const nonAsciiSymbol = 3;

/** Most bytes that one call folds; longer values are folded piece by piece. */
export const maxFoldBytes = 16_384;

/** A folded piece, in buffers that the next call to `fold` overwrites. */
export interface Folded {
  /** The bytes of the piece: reading them one by one from a buffer takes half the time that it takes from a string. */
  readonly bytes: Buffer;
  /** The symbols; only the first `length` are valid. */
  readonly symbols: Uint8Array;
  /** For each symbol the index of the byte in the value that it came from. */
  readonly origins: Int32Array;
  /** 1 where the symbol is a blank that stands for white space with the end of a line in it. */
  readonly lineBreaks: Uint8Array;
  length: number;
}

/** Makes the buffers for `fold`; one for each thread is enough. */
export function foldBuffers(): Folded {
  const size = maxFoldBytes + 2;
  return {
    bytes: Buffer.alloc(maxFoldBytes),
    symbols: new Uint8Array(size),
    origins: new Int32Array(size),
    lineBreaks: new Uint8Array(size),
    length: 0,
  };
}

const digitZero = 0x30;
const blank = 0x20;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The symbol of each byte: letters in lower case, digits as zero, white space as blank, NUL and other controls as 0 (dropped). */
const symbolOf = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  if (byte >= 0x41 && byte <= 0x5a) symbolOf[byte] = byte | 0x20;
  else if (byte >= 0x30 && byte <= 0x39) symbolOf[byte] = digitZero;
  else if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) symbolOf[byte] = blank;
  else if (byte >= 0x80) symbolOf[byte] = nonAsciiSymbol;
  else if (byte > 0x20 && byte < 0x7f) symbolOf[byte] = byte;
}

/** Longest run of one symbol that is kept: digits and other symbols. Padding by repetition gains nothing beyond. */
const longestDigitRun = 2;
const longestRun = 3;

/**
 * Folds `text[from … until - 1]` (a byte string, at most `maxFoldBytes` of it) into `into`, which it overwrites; the
 * start and end symbols are set only where the piece begins and ends the value. Linear.
 * Cyrillic letters that look like Latin ones become those where they touch Latin letters (Unicode TR 39, confusables).
 */
export function fold(text: string, place: Place, from: number, until: number, into: Folded): void {
  const { bytes, symbols, origins, lineBreaks } = into;
  const size = bytes.write(text.slice(from, until), "latin1");
  symbols[0] = startSymbols[place];
  lineBreaks[0] = 0;
  origins[0] = 0;
  let length = from === 0 ? 1 : 0;
  let run = 0;
  let previous = 0;
  for (let i = 0; i < size; i++) {
    const byte = bytes[i]!;
    let symbol = symbolOf[byte]!;
    if (symbol === 0) continue;
    if (symbol === nonAsciiSymbol) {
      if ((byte === 0xd0 || byte === 0xd1) && looksLatin(text, from + i, previous)) {
        symbol = latinLookAlike(byte, text.charCodeAt(from + i + 1));
        i++;
      } else if (previous === nonAsciiSymbol) continue;
    }
    const endsLine = byte === lineFeed || byte === carriageReturn;
    if (symbol === previous) {
      run++;
      if (endsLine) lineBreaks[length - 1] = 1;
      if (run >= (symbol === digitZero ? longestDigitRun : symbol === blank ? 1 : longestRun)) continue;
    } else run = 0;
    symbols[length] = symbol;
    lineBreaks[length] = endsLine ? 1 : 0;
    origins[length++] = from + i;
    previous = symbol;
  }
  if (until === text.length) {
    symbols[length] = endSymbol;
    origins[length++] = until;
  }
  into.length = length;
}

/** Second bytes of the UTF-8 forms of Cyrillic letters and the Latin letters that they look like. */
const afterD0: Readonly<Record<number, number>> = {
  176: 0x61,
  181: 0x65,
  190: 0x6f,
  144: 0x61,
  149: 0x65,
  158: 0x6f,
  160: 0x70,
  161: 0x63,
  165: 0x78,
  134: 0x69,
  133: 0x73,
};
const afterD1: Readonly<Record<number, number>> = {
  128: 0x70,
  129: 0x63,
  131: 0x79,
  133: 0x78,
  149: 0x73,
  150: 0x69,
};

function latinLookAlike(lead: number, second: number): number {
  return (lead === 0xd0 ? afterD0[second] : afterD1[second]) ?? 0;
}

function looksLatin(text: string, at: number, previous: number): boolean {
  if (latinLookAlike(text.charCodeAt(at), text.charCodeAt(at + 1)) === 0) return false;
  const next = symbolOf[text.charCodeAt(at + 2) & 0xff] ?? 0;
  return (previous >= 0x61 && previous <= 0x7a) || (next >= 0x61 && next <= 0x7a);
}
