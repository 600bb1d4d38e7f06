/**
 * What a value looks like at a glance, as traits: one type, one length, and the kinds of characters that it holds. Values
 * of one parameter mostly share them, whatever they say; an injection seldom does (after the attribute models of Kruegel
 * and Vigna, "Anomaly Detection of Web-based Attacks", CCS 2003).
 */

/** What a value may be, in words for a reason. The first that fits counts. */
export const types = [
  "empty",
  "integers",
  "numbers",
  "identifiers",
  "dates",
  "words",
  "mail addresses",
  "addresses",
  "paths",
  "base64",
  "JSON",
  "prose",
  "texts with syntax",
] as const;
/** What a value may be. */
export type ValueType = (typeof types)[number];

/** Kinds of characters, in words for a reason; all bytes of one kind are alike. */
export const alphabet = [
  "small letters",
  "capital letters",
  "digits",
  "blanks",
  "line breaks",
  "control characters",
  "characters beyond ASCII",
  "'",
  '"',
  "`",
  "round brackets",
  "square brackets",
  "braces",
  "angle brackets",
  "/",
  "\\",
  ".",
  ",",
  ";",
  ":",
  "-",
  "_",
  "+",
  "*",
  "=",
  "&",
  "|",
  "$",
  "%",
  "#",
  "@",
  "other marks",
] as const;

/** Lengths are told apart by doublings: 0, 1 to 2, 3 to 6, 7 to 14, …, 1,023 and more. */
export const lengths = 11;

/** Place of the first length in a table of traits: types come first, then lengths, then kinds of characters. */
export const firstLength = types.length;
/** Place of the first kind of characters. */
export const firstCharacter = firstLength + lengths;
/** Traits that are told apart. */
export const traitCount = firstCharacter + alphabet.length;

/** The traits of one value. */
export interface Traits {
  /** Index into `types`. */
  readonly type: number;
  /** In [0, `lengths`). */
  readonly length: number;
  /** A bit for each kind of characters, in the order of `alphabet`. */
  readonly characters: number;
}

const kindOfByte = new Uint8Array(256);
{
  const bytes = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    " ",
    "\t\n\r",
    "",
    "",
    ..."'\"`",
    "()",
    "[]",
    "{}",
    "<>",
    ..."/\\.,;:-_+*=&|$%#@",
  ];
  kindOfByte.fill(alphabet.length - 1, 0x20, 0x7f);
  kindOfByte.fill(alphabet.indexOf("control characters"), 0, 0x20);
  kindOfByte[0x7f] = alphabet.indexOf("control characters");
  kindOfByte.fill(alphabet.indexOf("characters beyond ASCII"), 0x80);
  for (const [kind, members] of bytes.entries())
    for (const member of members) kindOfByte[member.charCodeAt(0)] = kind;
}

const bitsOf = (...kinds: readonly (typeof alphabet)[number][]): number =>
  kinds.reduce((bits, kind) => bits | (1 << alphabet.indexOf(kind)), 0);
const lower = bitsOf("small letters");
const letters = bitsOf("small letters", "capital letters", "characters beyond ASCII");
const digits = bitsOf("digits");
const word = letters | digits | bitsOf("-", "_", ".");
const base64 = bitsOf("small letters", "capital letters", "digits", "+", "/", "-", "_", "=");
const blanks = bitsOf("blanks", "line breaks");
const prose = word | blanks | bitsOf(",", "'", "other marks", ":", "round brackets");

/** Characters of a value that are looked at; whatever a value is, it is so from its beginning. */
const looked = 4_096;
/** The longest that a number, an identifier, a date or an address may be. */
const longestAtom = 96;

const isInteger = /^[+-]?[0-9]+$/;
const isNumber = /^[+-]?[0-9]+(?:[.,][0-9]+){1,3}$/;
const isIdentifier = /^(?=[^0-9]*[0-9])[0-9A-Fa-f-]{8,}$/;
const isDate = /^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[T ][0-9:.]{4,15}(?:Z|[+-][0-9:]{2,5})?)?$/;
const isMail = /^[\w.+-]+@[\w.-]+$/;
const isAddress = /^(?:[a-z][a-z0-9+.-]{1,15}:\/\/|\/\/|www\.)[^\s'"`<>(){}|\\^]+$/i;
const isPath = /^\.{0,2}\/?[\w.~-]*(?:\/[\w.~-]*)+$/;

/** The traits of a value, which is a byte string. Pure; linear in the length of the value, up to a bound. */
export function traitsOf(value: string): Traits {
  let characters = 0;
  const end = Math.min(value.length, looked);
  for (let i = 0; i < end; i++) characters |= 1 << kindOfByte[value.charCodeAt(i) & 0xff]!;
  const length = Math.min(lengths - 1, 31 - Math.clz32(value.length + 1));
  return { type: types.indexOf(typeOf(value, characters)), length, characters };
}

function typeOf(value: string, characters: number): ValueType {
  const consistsOf = (kinds: number): boolean => (characters & ~kinds) === 0;
  if (value === "") return "empty";
  if (value.length <= longestAtom) {
    if (isInteger.test(value)) return "integers";
    if (isDate.test(value)) return "dates";
    if (isNumber.test(value)) return "numbers";
    if (isIdentifier.test(value)) return "identifiers";
    if (isMail.test(value)) return "mail addresses";
  }
  const isMixed = (characters & lower) !== 0 && (characters & digits) !== 0;
  if (value.length >= 24 && isMixed && consistsOf(base64)) return "base64";
  if (consistsOf(word)) return "words";
  const head = value.slice(0, looked);
  if (isAddress.test(head)) return "addresses";
  if (isPath.test(head)) return "paths";
  if (/^[{[]/.test(value) && /[}\]]$/.test(value.slice(-1))) return "JSON";
  const hasWords = (characters & letters) !== 0 && (characters & blanks) !== 0;
  return consistsOf(prose) && hasWords ? "prose" : "texts with syntax";
}
