/**
 * The texts of a transaction that the text models read: every value and name in each of its views. Words of letters,
 * digits, `_` and `-` alone are left out, paths of such words, plain names of uploaded files that nothing runs, and lists of
 * what a client prefers to get: they carry no syntax.
 */
import type { Header, Parameter, Transaction } from "../transaction/transaction.ts";
import type { Place } from "./fold.ts";
import { marks, marksOf } from "./marks.ts";
import type { Part, ViewKind, Views } from "./views.ts";
import { innerText, knownValue, viewsOf, whole } from "./views.ts";

/** One view of one value or name. */
export interface Text extends Part {
  readonly parameter: Parameter;
  /** True where the text is the parameter's name. */
  readonly isName: boolean;
  readonly place: Place;
  readonly view: ViewKind;
}

export interface Texts {
  readonly texts: readonly Text[];
  /** True where some value still changed after the last round of decoding. */
  readonly exhausted: boolean;
}

function isWord(text: string): boolean {
  return (marksOf(text) & marks.beyondWord) === 0;
}

function hostOf(transaction: Transaction): string {
  const isHost = ({ name }: Header): boolean => name.length === 4 && name.toLowerCase() === "host";
  return transaction.headers.find(isHost)?.value ?? "";
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
  return dot > 0 && passiveExtensions.has(name.slice(dot + 1).toLowerCase()) && isWord(name.slice(0, dot));
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
      return knownValue(value).isPreferences ? "" : value;
    case "host":
      return (knownValue(value).holds & marks.beyondName) === 0 ? "" : value;
    case "origin":
    case "referer": {
      const scheme = value.startsWith("https://") ? 8 : value.startsWith("http://") ? 7 : 0;
      const end = scheme + host.length;
      const own = scheme > 0 && host !== "" && value.startsWith(host, scheme);
      if (!own || (value.length > end && value.charCodeAt(end) !== 0x2f)) return value;
      const path = value.slice(end);
      return (knownValue(path).holds & marks.beyondPath) === 0 ? "" : path;
    }
    default:
      return value;
  }
}

/** Bytes of all rewritings and nested texts of a transaction together. */
const mostViewBytes = 65_536;

/** The texts in order of appearance. Pure but for what it remembers of headers; linear in the size of the transaction. */
export function textsOf(transaction: Transaction): Texts {
  const texts: Text[] = [];
  let exhausted = false;
  let viewBytes = 0;

  /** Adds a text that was found in another one, up to the bound. */
  const addView = (parameter: Parameter, isName: boolean, place: Place, view: ViewKind, part: Part): void => {
    if (isWord(part.text)) return;
    viewBytes += part.until - part.from;
    if (viewBytes <= mostViewBytes) texts.push({ parameter, isName, place, view, ...part });
  };
  const addViews = (parameter: Parameter, isName: boolean, place: Place, views: Views): void => {
    exhausted ||= views.exhausted;
    for (const text of views.decoded)
      texts.push({ parameter, isName, place, view: "decoded", text, from: 0, until: text.length });
    for (const part of views.rewritten) addView(parameter, isName, place, "rewritten", part);
    for (const text of views.nested) addView(parameter, isName, "value", "nested", whole(text));
  };
  const addHeader = (parameter: Parameter, host: string): void => {
    const value = tellingHeader(parameter.name, parameter.value, host);
    const { holds, views } = knownValue(value);
    if ((holds & marks.beyondWord) !== 0) addViews(parameter, false, "header", views);
    else for (const inner of views.nested) addView(parameter, false, "header", "nested", whole(inner));
  };
  const addValue = (parameter: Parameter): void => {
    const { location, name, value } = parameter;
    if (location === "file" && isPassiveFile(value)) return;
    const place: Place = location === "path" ? "path" : "value";
    const holds = marksOf(value);
    const isDeflated = name.startsWith("SAML");
    if ((holds & (place === "path" ? marks.beyondPath : marks.beyondWord)) !== 0)
      addViews(
        parameter,
        false,
        place,
        isDeflated ? viewsOf(value, holds, true, true) : knownValue(value).views,
      );
    else {
      const inner = innerText(value, isDeflated);
      if (inner !== undefined) addView(parameter, false, place, "nested", whole(inner));
    }
  };
  const addName = (parameter: Parameter): void => {
    const { location, name } = parameter;
    const holds = marksOf(name);
    // A dot in the name of a field reaches into an object of the application (CVE-2022-22965); JSON has a dot for each level.
    const isField = location === "query" || location === "form";
    if ((holds & (isField ? marks.beyondField : marks.beyondName)) !== 0)
      addViews(parameter, true, "name", viewsOf(name, holds, false, false));
  };
  const host = hostOf(transaction);
  for (const parameter of transaction.parameters) {
    if (parameter.location === "header") addHeader(parameter, host);
    else addValue(parameter);
    addName(parameter);
  }
  return { texts, exhausted };
}
