/**
 * What grammars take for granted: white space, numbers and machine-made tokens. Each takes the random generator and
 * returns one text.
 */
import type { Random } from "../../src/random.ts";

const digits = "0123456789";
const hexDigits = "0123456789abcdef";
const lower = "abcdefghijklmnopqrstuvwxyz";
const alphanumeric = `${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ${digits}`;

/** A text of `length` characters drawn from the alphabet. Advances the generator. */
export function randomText(random: Random, alphabet: string, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += alphabet[random.below(alphabet.length)]!;
  return text;
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

const between = (random: Random, least: number, most: number): number =>
  least + random.below(most - least + 1);
const padded = (value: number, length = 2): string => String(value).padStart(length, "0");

function uuid(random: Random): string {
  const hex = randomText(random, hexDigits, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${"89ab"[random.below(4)]}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function date(random: Random): string {
  return `20${padded(between(random, 12, 27))}-${padded(between(random, 1, 12))}-${padded(between(random, 1, 28))}`;
}

function time(random: Random): string {
  return `${padded(random.below(24))}:${padded(random.below(60))}:${padded(random.below(60))}`;
}

/** The built-ins by name. */
export const builtIns: Readonly<Record<string, (random: Random) => string>> = {
  sp: () => " ",
  nl: () => "\n",
  crlf: () => "\r\n",
  tab: () => "\t",
  nul: () => "\0",
  bar: () => "|",
  open: () => "⟨",
  close: () => "⟩",
  digit: (random) => randomText(random, digits, 1),
  /** An integer whose length is uniform from 1 to 5 digits. */
  int: (random) => String(random.below(10 ** between(random, 1, 5))),
  small: (random) => String(random.below(100)),
  one: (random) => String(between(random, 1, 9)),
  year: (random) => String(between(random, 1950, 2030)),
  million: (random) => String(between(random, 100_000, 9_999_999)),
  epoch: (random) => String(between(random, 1_400_000_000, 1_800_000_000)),
  epochms: (random) => `${between(random, 1_400_000_000, 1_800_000_000)}${padded(random.below(1000), 3)}`,
  long: (random) => randomText(random, digits, between(random, 12, 20)),
  float: (random) => `${random.below(1000)}.${random.below(10 ** between(random, 1, 6))}`,
  price: (random) => `${random.below(10 ** between(random, 1, 4))}.${padded(random.below(100))}`,
  byte: (random) => String(random.below(256)),
  date,
  time,
  iso: (random) => `${date(random)}T${time(random)}${["Z", ".000Z", "+02:00", "-0500"][random.below(4)]}`,
  hex1: (random) => randomText(random, hexDigits, 1),
  hex2: (random) => randomText(random, hexDigits, 2),
  hex4: (random) => randomText(random, hexDigits, 4),
  hex8: (random) => randomText(random, hexDigits, 8),
  hex16: (random) => randomText(random, hexDigits, 16),
  hex32: (random) => randomText(random, hexDigits, 32),
  hex40: (random) => randomText(random, hexDigits, 40),
  hex64: (random) => randomText(random, hexDigits, 64),
  letter: (random) => randomText(random, lower, 1),
  letters: (random) => randomText(random, lower, between(random, 2, 8)),
  alnum4: (random) => randomText(random, alphanumeric, 4),
  alnum8: (random) => randomText(random, alphanumeric, 8),
  alnum16: (random) => randomText(random, alphanumeric, 16),
  alnum24: (random) => randomText(random, alphanumeric, 24),
  alnum40: (random) => randomText(random, alphanumeric, 40),
  /** A token of the URL-safe alphabet, 6 to 64 characters. */
  token: (random) => randomText(random, `${alphanumeric}-_`, between(random, 6, 64)),
  /** Standard base64 of random bytes, with its padding. */
  blob: (random) => randomBytes(random, between(random, 4, 90)).toString("base64"),
  longblob: (random) => randomBytes(random, between(random, 100, 500)).toString("base64"),
  bloburl: (random) => randomBytes(random, between(random, 8, 120)).toString("base64url"),
  uuid,
  ipv4: (random) =>
    `${between(random, 11, 223)}.${random.below(256)}.${random.below(256)}.${between(random, 1, 254)}`,
  ipv6: (random) => `2001:db8:${randomText(random, hexDigits, 4)}::${randomText(random, hexDigits, 2)}`,
  mac: (random) => Array.from({ length: 6 }, () => randomText(random, hexDigits, 2)).join(":"),
};
