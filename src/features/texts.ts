/**
 * The texts of a transaction that the text model reads: every value and name, decoded, in each view that an
 * application may see. Words of letters, digits, `_` and `-` alone are left out, and paths of such words: they carry no
 * syntax.
 */
import { decodeBase64, decodeFully } from "../transaction/decode.ts";
import type { Header, Parameter, Transaction } from "../transaction/transaction.ts";
import type { Place } from "./fold.ts";

/** One view of one value or name. */
export interface Text {
  readonly parameter: Parameter;
  /** True where the text is the parameter's name. */
  readonly isName: boolean;
  readonly place: Place;
  /** The decoded view, a byte string. */
  readonly text: string;
}

export interface Texts {
  readonly texts: readonly Text[];
  /** True where some value still changed after the last round of decoding. */
  readonly exhausted: boolean;
}

/** Which bytes a plain word, a plain path, and a plain name consist of. */
const wordByte = new Uint8Array(256);
const pathByte = new Uint8Array(256);
const nameByte = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[0-9A-Za-z_-]/.test(character)) wordByte[byte] = pathByte[byte] = nameByte[byte] = 1;
  else if (character === "/") pathByte[byte] = 1;
  else if (character === "." || character === "[" || character === "]" || character === ":")
    nameByte[byte] = 1;
}

function consistsOf(text: string, allowed: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (allowed[text.charCodeAt(i)] !== 1) return false;
  return true;
}

function hostOf(transaction: Transaction): string {
  const isHost = ({ name }: Header): boolean => name.length === 4 && name.toLowerCase() === "host";
  return transaction.headers.find(isHost)?.value ?? "";
}

/**
 * The part of a header that does not merely name the site itself: browsers send its address with every request, and a
 * local one would read like a forged request to the inside.
 */
function foreignPart(name: string, value: string, host: string): string {
  switch (name.length <= 7 ? name.toLowerCase() : name) {
    case "host":
      return consistsOf(value, nameByte) ? "" : value;
    case "origin":
    case "referer": {
      const scheme = value.startsWith("https://") ? 8 : value.startsWith("http://") ? 7 : 0;
      const end = scheme + host.length;
      const own = scheme > 0 && host !== "" && value.startsWith(host, scheme);
      if (!own || (value.length > end && value.charCodeAt(end) !== 0x2f)) return value;
      const path = value.slice(end);
      return consistsOf(path, pathByte) ? "" : path;
    }
    default:
      return value;
  }
}

/** The texts in order of appearance. Pure; linear in the size of the transaction. */
export function textsOf(transaction: Transaction): Texts {
  const texts: Text[] = [];
  let exhausted = false;

  const addViews = (parameter: Parameter, isName: boolean, place: Place, raw: string): void => {
    const decoded = decodeFully(raw);
    exhausted ||= decoded.exhausted;
    texts.push({ parameter, isName, place, text: decoded.text });
    if (decoded.rounds > 0 && decoded.text.length < raw.length / 2)
      texts.push({ parameter, isName, place, text: raw });
    const inner = decodeBase64(decoded.text);
    if (inner !== undefined && !consistsOf(inner, wordByte))
      texts.push({ parameter, isName, place, text: inner });
  };

  const host = hostOf(transaction);
  for (const parameter of transaction.parameters) {
    const { location, name } = parameter;
    const value = location === "header" ? foreignPart(name, parameter.value, host) : parameter.value;
    const place: Place = location === "path" ? "path" : location === "header" ? "header" : "value";
    if (!consistsOf(value, place === "path" ? pathByte : wordByte)) addViews(parameter, false, place, value);
    else if (value.length >= 16) {
      const inner = decodeBase64(value);
      if (inner !== undefined && !consistsOf(inner, wordByte))
        texts.push({ parameter, isName: false, place, text: inner });
    }
    if (!consistsOf(name, nameByte)) addViews(parameter, true, "name", name);
  }
  return { texts, exhausted };
}
