/**
 * The texts of a transaction that the text model reads: every value and name, decoded, in each view that an
 * application may see: as it stands, as an interpreter rewrites it, and what is nested in it. Words of letters, digits, `_` and `-` alone are left out, paths of such words, plain names of
 * uploaded files that nothing runs, and lists of what a client prefers to get: they carry no syntax.
 */
import { decodeBase64, decodeFully } from "../transaction/decode.ts";
import type { Header, Parameter, Transaction } from "../transaction/transaction.ts";
import type { Place } from "./fold.ts";
import { inflateBase64, nestedTexts } from "./nested.ts";
import { Recent } from "./recent.ts";
import { rewritingsOf } from "./rewritings/rewritings.ts";

/** How a text was found: as the value stands once decoded, rewritten as its interpreter would, or inside of the value. */
export const viewKinds = ["decoded", "rewritten", "nested"] as const;
export type ViewKind = (typeof viewKinds)[number];

/** One view of one value or name. */
export interface Text {
  readonly parameter: Parameter;
  /** True where the text is the parameter's name. */
  readonly isName: boolean;
  readonly place: Place;
  readonly view: ViewKind;
  /** The view, a byte string. */
  readonly text: string;
}

export interface Texts {
  readonly texts: readonly Text[];
  /** True where some value still changed after the last round of decoding. */
  readonly exhausted: boolean;
}

/** Which bytes a plain word, a plain path, a plain name of a field, and any other plain name consist of. */
const wordByte = new Uint8Array(256);
const pathByte = new Uint8Array(256);
const fieldByte = new Uint8Array(256);
const nameByte = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[0-9A-Za-z_-]/.test(character)) wordByte[byte] = pathByte[byte] = 1;
  else if (character === "/") pathByte[byte] = 1;
  if (/[0-9A-Za-z_[\]:-]/.test(character)) fieldByte[byte] = nameByte[byte] = 1;
  else if (character === ".") nameByte[byte] = 1;
}

function consistsOf(text: string, allowed: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (allowed[text.charCodeAt(i)] !== 1) return false;
  return true;
}

function hostOf(transaction: Transaction): string {
  const isHost = ({ name }: Header): boolean => name.length === 4 && name.toLowerCase() === "host";
  return transaction.headers.find(isHost)?.value ?? "";
}

/** What the characters of a list of preferences are; 0 for all that may not stand in one. */
const preferenceByte = new Uint8Array(256);
const starting = 1;
const following = 2;
const blank = 0x20;
const comma = 0x2c;
const slash = 0x2f;
const semicolon = 0x3b;
const equals = 0x3d;
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z*]/.test(character)) preferenceByte[byte] = starting;
  else if (/[0-9._+-]/.test(character)) preferenceByte[byte] = following;
}

/**
 * True for a list of media types, languages or encodings as clients send it (RFC 9110, section 12.5), such as
 * `text/html,image/*;q=0.8`: words with at most one slash between, and parameters with a value. Nothing in it can be more
 * than a word. Linear.
 */
function isPreferenceList(value: string): boolean {
  let isEmpty = true;
  let hasSlash = false;
  let inParameter = false;
  let hasValue = true;
  for (let i = 0; i < value.length; i++) {
    const byte = value.charCodeAt(i);
    const kind = preferenceByte[byte];
    if (kind === starting || (kind === following && !isEmpty)) isEmpty = false;
    else if (byte === blank && isEmpty) continue;
    else if (isEmpty) return false;
    else if (byte === slash && !hasSlash && !inParameter) {
      hasSlash = true;
      isEmpty = true;
    } else if (byte === equals && inParameter) hasValue = true;
    else if ((byte === comma || byte === semicolon) && hasValue) {
      inParameter = byte === semicolon;
      hasValue = !inParameter;
      hasSlash = false;
      isEmpty = true;
    } else return false;
  }
  return !isEmpty && hasValue;
}

/** Extensions of files that neither a web server nor a browser runs, as people upload them every day. */
const passiveExtensions: ReadonlySet<string> = new Set(
  "txt md csv tsv log json yml yaml pdf rtf doc docx odt xls xlsx ods ppt pptx odp jpg jpeg png gif webp heic tif tiff bmp mp3 ogg wav flac mp4 mov avi mkv zip gz 7z sql py c h cpp rs go java diff patch ics vcf gpx eml epub tex bak".split(
    " ",
  ),
);

/** True for a name such as `notes.txt`: one word, and an extension that nothing runs. */
function isPassiveFile(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return (
    dot > 0 &&
    passiveExtensions.has(name.slice(dot + 1).toLowerCase()) &&
    consistsOf(name.slice(0, dot), wordByte)
  );
}

/**
 * The part of a header that says anything: not the address of the site itself, which browsers send with every request and
 * which would read like a forged request to the inside where it is a local one; and not what a client prefers to get.
 */
function tellingHeader(name: string, value: string, host: string): string {
  switch (name.length <= 7 || name.length === 15 ? name.toLowerCase() : name) {
    case "accept":
    case "accept-language":
    case "accept-encoding":
      return isPreferenceList(value) ? "" : value;
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

/** The part of a parameter's value that may hold syntax; empty where none does. */
function tellingPart({ location, name, value }: Parameter, host: string): string {
  if (location === "header") return tellingHeader(name, value, host);
  return location === "file" && isPassiveFile(value) ? "" : value;
}

/** Bytes of all rewritings and nested texts of a transaction together. */
const mostViewBytes = 262_144;

/** The text inside a value that is base64 as a whole; of a header, whatever its name. */
function innerText({ location, name }: Parameter, value: string): string | undefined {
  const isDeflated = location !== "header" && name.startsWith("SAML");
  return decodeBase64(value) ?? inflateBase64(value, isDeflated);
}

/** All views of one value or name. */
interface Views {
  readonly decoded: readonly string[];
  readonly rewritten: readonly string[];
  readonly nested: readonly string[];
  readonly exhausted: boolean;
}

function viewsOf(parameter: Parameter, isName: boolean, raw: string): Views {
  const { text, rounds, exhausted } = decodeFully(raw);
  const inner = isName ? undefined : innerText(parameter, text);
  return {
    decoded: rounds > 0 && text.length < raw.length / 2 ? [text, raw] : [text],
    rewritten: rewritingsOf(text),
    nested: isName ? [] : inner !== undefined ? [inner] : nestedTexts(text),
    exhausted,
  };
}

/** Header values whose views are remembered in each of two generations, and the longest that is: a few MB in all. */
const rememberedHeaders = 2_048;
const rememberedBytes = 256;
/** Browsers send the same header values with every request. */
const viewsOfHeaders = new Recent<Views>(rememberedHeaders);

/** The texts in order of appearance. Pure but for what it remembers of headers; linear in the size of the transaction. */
export function textsOf(transaction: Transaction): Texts {
  const texts: Text[] = [];
  let exhausted = false;
  let viewBytes = 0;

  /** Adds a text that was found in another one, up to the bound. */
  const addView = (
    parameter: Parameter,
    isName: boolean,
    place: Place,
    view: ViewKind,
    text: string,
  ): void => {
    if (consistsOf(text, wordByte)) return;
    viewBytes += text.length;
    if (viewBytes <= mostViewBytes) texts.push({ parameter, isName, place, view, text });
  };
  const addViews = (parameter: Parameter, isName: boolean, place: Place, raw: string): void => {
    const isRemembered = place === "header" && raw.length <= rememberedBytes;
    const viewsOfRaw = (): Views => viewsOf(parameter, isName, raw);
    const views = isRemembered ? viewsOfHeaders.get(raw, viewsOfRaw) : viewsOfRaw();
    exhausted ||= views.exhausted;
    for (const text of views.decoded) texts.push({ parameter, isName, place, view: "decoded", text });
    for (const text of views.rewritten) addView(parameter, isName, place, "rewritten", text);
    for (const text of views.nested) addView(parameter, isName, "value", "nested", text);
  };
  const host = hostOf(transaction);
  for (const parameter of transaction.parameters) {
    const { location, name } = parameter;
    const value = tellingPart(parameter, host);
    const place: Place = location === "path" ? "path" : location === "header" ? "header" : "value";
    if (!consistsOf(value, place === "path" ? pathByte : wordByte)) addViews(parameter, false, place, value);
    else {
      const inner = innerText(parameter, value);
      if (inner !== undefined) addView(parameter, false, place, "nested", inner);
    }
    // A dot in the name of a field reaches into an object of the application (CVE-2022-22965); JSON has a dot for each level.
    const isField = location === "query" || location === "form";
    if (!consistsOf(name, isField ? fieldByte : nameByte)) addViews(parameter, true, "name", name);
  }
  return { texts, exhausted };
}
