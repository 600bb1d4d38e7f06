/**
 * Decoding layers that attackers stack to hide bytes from a WAF: percent encoding (also `%u`), overlong and full-width
 * UTF-8, HTML entities, `\x` and `\u` escapes, base64. Each works on byte strings in one linear pass and leaves what it
 * cannot decode as it is. `decodeFully` applies them until nothing changes, at most `decodingRounds` times.
 */

/** Passes over a value before decoding gives up; what still changes then is itself a sign of hiding. */
export const decodingRounds = 5;

/** A value after decoding. `exhausted` tells that it still changed in the last round. */
export interface Decoded {
  readonly text: string;
  readonly rounds: number;
  readonly exhausted: boolean;
}

const blank = 0x20;
const percent = 0x25;
const plus = 0x2b;
const ampersand = 0x26;
const semicolon = 0x3b;
const backslash = 0x5c;

/** Value of each byte as a hexadecimal digit, or -1. */
const hexValue = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  hexValue[i.toString(16).charCodeAt(0)] = i;
  hexValue[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

/** The value of the hexadecimal digit at `at`, or -1. */
export function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 256 ? hexValue[code]! : -1;
}

/** The number that `digits` hexadecimal digits at `at` spell, or -1. */
function hexNumber(text: string, at: number, digits: number): number {
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = hexAt(text, at + i);
    if (!(digit >= 0)) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** A code point as a byte string of its UTF-8 form; full-width forms (U+FF01–U+FF5E) become their ASCII counterpart. */
function bytesOfCodePoint(codePoint: number): string {
  if (codePoint >= 0xff01 && codePoint <= 0xff5e) return String.fromCharCode(codePoint - 0xfee0);
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return "\xef\xbf\xbd";
  return Buffer.from(String.fromCodePoint(codePoint), "utf8").toString("latin1");
}

const withoutPlus = /%/;
const withPlus = /[%+]/;
const beyondBytes = /[^\0-\xff]/;

/** Removes one layer of percent encoding (RFC 3986 §2.1, and the `%uXXXX` of older servers); `+` becomes a blank where `plusIsBlank`. */
export function decodePercent(text: string, plusIsBlank: boolean): string {
  if (!(plusIsBlank ? withPlus : withoutPlus).test(text)) return text;
  // A caller's mistake: no byte must come from it that was not there. No escape reaches over such a character.
  if (beyondBytes.test(text))
    return text.replace(/[\0-\xff]+/g, (bytes) => decodePercent(bytes, plusIsBlank));
  // In place: nothing that is decoded is longer than it was.
  const bytes = Buffer.from(text, "latin1");
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i]!;
    if (byte === plus && plusIsBlank) byte = blank;
    else if (byte === percent) {
      const decoded = hexNumber(text, i + 1, 2);
      if (decoded >= 0) {
        byte = decoded;
        i += 2;
      } else if ((text.charCodeAt(i + 1) | 0x20) === 0x75) {
        const unit = hexNumber(text, i + 2, 4);
        if (unit >= 0) {
          length += bytes.write(bytesOfCodePoint(unit), length, "latin1");
          i += 5;
          continue;
        }
      }
    }
    bytes[length++] = byte;
  }
  return bytes.toString("latin1", 0, length);
}

/** Named entities that browsers resolve and that matter in attacks; the rest cannot form syntax. */
const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  colon: ":",
  lpar: "(",
  rpar: ")",
  sol: "/",
  tab: "\t",
  newline: "\n",
  nbsp: " ",
  equals: "=",
  semi: ";",
  dollar: "$",
  lbrace: "{",
  rbrace: "}",
};

/** Characters of the longest name in `entities`; a longer one is not looked for. */
const longestEntity = 7;

/** Removes one layer of HTML character references (HTML §13.5); a missing semicolon is accepted after numbers, as browsers do. */
export function decodeEntities(text: string): string {
  let out = "";
  let copied = 0;
  for (let i = text.indexOf("&"); i >= 0; i = text.indexOf("&", i + 1)) {
    let end = i + 1;
    let decoded: string | undefined;
    if (text.charCodeAt(end) === 0x23) {
      end++;
      const hexadecimal = (text.charCodeAt(end) | 0x20) === 0x78;
      if (hexadecimal) end++;
      const start = end;
      let value = 0;
      for (let digit = hexAt(text, end); end - start < 8; digit = hexAt(text, end)) {
        if (!(digit >= 0) || (!hexadecimal && digit > 9)) break;
        value = value * (hexadecimal ? 16 : 10) + digit;
        end++;
      }
      if (end > start) decoded = bytesOfCodePoint(value);
      if (text.charCodeAt(end) === semicolon) end++;
    } else {
      const name = text.slice(end, end + longestEntity + 1).split(";", 1)[0]!;
      if (text.charCodeAt(end + name.length) === semicolon && Object.hasOwn(entities, name.toLowerCase())) {
        decoded = entities[name.toLowerCase()];
        end += name.length + 1;
      }
    }
    if (decoded === undefined) continue;
    out += text.slice(copied, i) + decoded;
    copied = end;
    i = end - 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** Removes one layer of `\xHH`, `\uHHHH` and `\u{H…}` escapes, as JavaScript, PHP and shells read them. */
export function decodeEscapes(text: string): string {
  let out = "";
  let copied = 0;
  for (let i = text.indexOf("\\"); i >= 0; i = text.indexOf("\\", i + 1)) {
    const kind = text.charCodeAt(i + 1) | 0x20;
    let codePoint = -1;
    let end = i;
    if (kind === 0x78) {
      codePoint = hexNumber(text, i + 2, 2);
      end = i + 4;
    } else if (kind === 0x75 && text.charCodeAt(i + 2) === 0x7b) {
      let close = i + 3;
      while (close - i <= 9 && hexAt(text, close) >= 0) close++;
      if (close > i + 3 && text.charCodeAt(close) === 0x7d) {
        codePoint = hexNumber(text, i + 3, close - i - 3);
        end = close + 1;
      }
    } else if (kind === 0x75) {
      codePoint = hexNumber(text, i + 2, 4);
      end = i + 6;
    }
    if (codePoint < 0) continue;
    out += text.slice(copied, i) + bytesOfCodePoint(codePoint);
    copied = end;
    i = end - 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** Replaces overlong UTF-8 forms of ASCII (RFC 3629 §10) and full-width characters by the plain character. */
export function foldUtf8(text: string): string {
  let out = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const lead = text.charCodeAt(i);
    if (lead < 0xc0) continue;
    let codePoint = -1;
    let length = 0;
    if (lead === 0xc0 || lead === 0xc1) {
      length = 2;
      codePoint = continued(text, i + 1, lead & 0x1f);
    } else if (lead === 0xe0 || lead === 0xef) {
      length = 3;
      const first = continued(text, i + 1, lead & 0x0f);
      const value = first < 0 ? -1 : continued(text, i + 2, first);
      codePoint = value >= 0xff01 && value <= 0xff5e ? value - 0xfee0 : value;
    }
    if (codePoint < 0 || codePoint > 0x7f) continue;
    out += text.slice(copied, i) + String.fromCharCode(codePoint);
    i += length - 1;
    copied = i + 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** `bits` followed by the six bits of the continuation byte at `at`, or -1 where there is none: what follows a broken form is kept. */
function continued(text: string, at: number, bits: number): number {
  const byte = text.charCodeAt(at);
  return (byte & 0xc0) === 0x80 ? (bits << 6) | (byte & 0x3f) : -1;
}

/** Which layers a value may hide, by one pass over its bytes: bit 1 percent, 2 entity, 4 escape, 8 high bytes. */
function layersOf(text: string): number {
  let layers = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === percent) layers |= 1;
    else if (code === ampersand) layers |= 2;
    else if (code === backslash) layers |= 4;
    else if (code >= 0xc0) layers |= 8;
  }
  return layers;
}

/** What any layer begins with; a value without it is decoded. */
const anyLayer = /[%&\\\xc0-\xff]/;

/** Applies every layer until nothing changes, at most `decodingRounds` times. Linear in the length of the value. */
export function decodeFully(text: string): Decoded {
  if (!anyLayer.test(text)) return { text, rounds: 0, exhausted: false };
  let current = text;
  for (let round = 0; round < decodingRounds; round++) {
    const layers = layersOf(current);
    let next = current;
    if (layers & 1) next = decodePercent(next, false);
    if (layers & 2) next = decodeEntities(next);
    if (layers & 4) next = decodeEscapes(next);
    if (layers & 9) next = foldUtf8(next);
    if (next === current) return { text: current, rounds: round, exhausted: false };
    current = next;
  }
  return { text: current, rounds: decodingRounds, exhausted: decodeOnce(current) !== current };
}

function decodeOnce(text: string): string {
  return foldUtf8(decodeEscapes(decodeEntities(decodePercent(text, false))));
}

/** Shortest base64 text worth decoding: 9 bytes of content, below which hardly any attack fits. */
const base64MinLength = 12;
/** Longest base64 text that is decoded for inspection. */
const base64MaxLength = 65_536;

/** Value of each byte as a digit of base64 in either alphabet, or -1. */
const base64Value = new Int8Array(256).fill(-1);
for (const alphabet of ["+/", "-_"]) {
  const digits = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${alphabet}`;
  for (let value = 0; value < 64; value++) base64Value[digits.charCodeAt(value)] = value;
}

/** True for a digit of base64 in either alphabet. */
export function isBase64Digit(code: number): boolean {
  return base64Value[code]! >= 0;
}

/**
 * How serialized objects begin in base64: of Java, of .NET's BinaryFormatter, of Python's pickle (protocols 4 and 5, and 2
 * and 3 with a class, a list or a dictionary), and of Ruby's Marshal (a list, a hash, an object, an instance).
 */
const serializedBeginnings = [
  "rO0AB",
  "AAEAAAD/////",
  "AAEAAAD_____",
  "gASV",
  "gAWV",
  "gAJj",
  "gANj",
  "gAJd",
  "gANd",
  "gAJ9",
  "gAN9",
  "BAhb",
  "BAh7",
  "BAhv",
  "BAhJ",
];

/**
 * The text inside a value that is base64 as a whole (RFC 4648 §4 and §5), or undefined where it is not, or where what
 * comes out is neither a serialized object nor mostly printable: pictures and ciphers hide no syntax.
 */
export function decodeBase64(text: string): string | undefined {
  const length = text.length;
  if (length < base64MinLength || length > base64MaxLength) return undefined;
  let end = length;
  while (end > length - 2 && text.charCodeAt(end - 1) === 0x3d) end--;
  if (end % 4 === 1) return undefined;
  const bytes = Math.floor((end * 3) / 4);
  let unprintable = 0;
  let bits = 0;
  for (let i = 0; i < end; i++) {
    const value = base64Value[text.charCodeAt(i)]!;
    if (!(value >= 0)) return undefined;
    bits = (bits << 6) | value;
    if (i % 4 === 0) continue;
    // The second, third and fourth digit of a group complete a byte each, and leave four, two and no bits over.
    const code = (bits >> (6 - 2 * (i % 4))) & 0xff;
    if ((code < 0x20 || code >= 0x7f) && code !== 0x0a && code !== 0x0d && code !== 0x09) {
      if (bytes - ++unprintable >= bytes * 0.9) continue;
      // Most identifiers end here, after a few digits. In an object no byte counts from here on.
      if (!serializedBeginnings.some((beginning) => text.startsWith(beginning))) return undefined;
      unprintable = -bytes;
    }
  }
  return Buffer.from(text.slice(0, end), "base64").toString("latin1");
}
