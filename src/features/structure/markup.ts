/**
 * What a browser would make of a text: elements with their attributes as the tokenizer of HTML reads them (HTML §13.2.5),
 * and what breaks out of an attribute or of a string of a script.
 */
import { isLetter, isQuote, isWhite, isWord, skipWhite, skipWord, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";

/** What a text holds for a browser. */
export interface MarkupReading {
  /** Elements of any kind. */
  elements: number;
  /** An element that runs a script or loads a page: `script`, `iframe`, `object`, `base` and the like. */
  active: boolean;
  /** An attribute that is an event handler, within an element. */
  handler: boolean;
  /** An address that is a script, in an attribute or at the beginning of the text. */
  scriptAddress: boolean;
  /** An event handler behind a quote, without an element of its own. */
  breaksAttribute: boolean;
  /** A quote or the end of a script, and then a call. */
  breaksScript: boolean;
  /** Calls of functions that prove or exploit a script: `alert`, `eval`, `fetch`. */
  calls: number;
}

const activeElements = wordSet(
  "script iframe frame frameset object embed applet base meta link import isindex math foreignobject portal set animate animatetransform animatemotion template noscript style",
);
const functions = wordSet(
  "alert confirm prompt eval fetch settimeout setinterval function atob importscripts xmlhttprequest execscript setimmediate print sendbeacon open write writeln appendchild createelement constructor fromcharcode",
);
/** Elements and attributes that are looked at in one text. */
const mostElements = 64;
const mostAttributes = 32;

function emptyReading(): MarkupReading {
  return {
    elements: 0,
    active: false,
    handler: false,
    scriptAddress: false,
    breaksAttribute: false,
    breaksScript: false,
    calls: 0,
  };
}

/** True where an event handler's name ends at `until`, and begins behind something that is part of no name. */
function isHandlerName(text: string, from: number, until: number): boolean {
  const length = until - from;
  return (
    length >= 5 &&
    length <= 32 &&
    (text.charCodeAt(from) | 0x20) === 0x6f &&
    (text.charCodeAt(from + 1) | 0x20) === 0x6e
  );
}

const scriptSchemes = [
  "javascript:",
  "vbscript:",
  "livescript:",
  "data:text/html",
  "data:image/svg",
  "data:application/x",
];

/** True where the address at `from` is a script: browsers leave out blanks and controls in its scheme. */
function isScriptAddress(text: string, from: number): boolean {
  let scheme = "";
  for (let i = from; i < text.length && i - from < 64 && scheme.length < 16; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x20 && code < 0x7f) scheme += text[i]!.toLowerCase();
  }
  return scriptSchemes.some((known) => scheme.startsWith(known));
}

/** Reads the element whose name begins at `from`; gives the index behind it. */
function readElement(text: string, from: number, reading: MarkupReading): number {
  let i = from;
  while (i < text.length && isNameCharacter(text.charCodeAt(i))) i++;
  const name = text.slice(from, Math.min(i, from + 32)).toLowerCase();
  const colon = name.lastIndexOf(":");
  if (activeElements.has(name) || (colon > 0 && activeElements.has(name.slice(colon + 1))))
    reading.active = true;
  reading.elements++;
  for (let attribute = 0; attribute < mostAttributes; attribute++) {
    while (
      i < text.length &&
      (isWhite(text.charCodeAt(i)) || text.charCodeAt(i) === 0x2f || isQuote(text.charCodeAt(i)))
    )
      i++;
    if (i >= text.length || text.charCodeAt(i) === 0x3e) return i;
    const start = i;
    while (i < text.length && !endsName(text.charCodeAt(i))) i++;
    const end = i;
    i = skipWhite(text, i);
    if (text.charCodeAt(i) !== 0x3d) {
      if (end === start) i = Math.max(i, start + 1);
      continue;
    }
    i = skipWhite(text, i + 1);
    if (isHandlerName(text, start, end)) reading.handler = true;
    const quote = text.charCodeAt(i);
    const valueStart = isQuote(quote) ? i + 1 : i;
    if (isScriptAddress(text, valueStart)) reading.scriptAddress = true;
    if (isQuote(quote)) {
      const close = text.indexOf(String.fromCharCode(quote), i + 1);
      if (close < 0) return text.length;
      i = close + 1;
    } else while (i < text.length && !isWhite(text.charCodeAt(i)) && text.charCodeAt(i) !== 0x3e) i++;
  }
  return i;
}

function isNameCharacter(code: number): boolean {
  return isWord(code) || code === 0x2d || code === 0x3a;
}

function endsName(code: number): boolean {
  return isWhite(code) || code === 0x3d || code === 0x3e || code === 0x2f;
}

/** True where `=` follows the handler's name that begins at `from`. */
function isHandlerAt(text: string, from: number): boolean {
  const end = skipWord(text, from);
  return isHandlerName(text, from, end) && text.charCodeAt(skipWhite(text, end)) === 0x3d;
}

/** Reads a text, which holds characters of the kinds `holds`, as a browser would. Pure; linear. */
export function readMarkup(text: string, holds = marksOf(text)): MarkupReading {
  const reading = emptyReading();
  if ((holds & marks.markup) === 0) return reading;
  reading.scriptAddress = isScriptAddress(text, 0);
  let quoteSeen = false;
  let elementEnd = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3c && i >= elementEnd && reading.elements < mostElements) {
      const next = text.charCodeAt(i + 1);
      if (isLetter(next)) elementEnd = readElement(text, i + 1, reading);
      else if (next === 0x2f && isLetter(text.charCodeAt(i + 2))) {
        if (text.slice(i + 2, i + 8).toLowerCase() === "script") reading.breaksScript = true;
      } else if (next === 0x21 && text.startsWith("[CDATA[", i + 2)) reading.elements++;
    }
    if (isQuote(code)) quoteSeen = true;
    if ((code | 0x20) === 0x6f && !isWord(text.charCodeAt(i - 1))) {
      if (quoteSeen && i >= elementEnd && isHandlerAt(text, i)) reading.breaksAttribute = true;
    }
    if (code === 0x28 || code === 0x60) {
      const start = startOfWord(text, i);
      if (start < i && functions.has(text.slice(start, i).toLowerCase())) {
        reading.calls++;
        if (quoteSeen) reading.breaksScript ||= isBreak(text, start);
      }
    }
  }
  return reading;
}

/** Start of the word that ends before `until`; words longer than 20 are none of those looked for. */
function startOfWord(text: string, until: number): number {
  let i = until;
  while (i > 0 && until - i < 20 && isWord(text.charCodeAt(i - 1))) i--;
  return i;
}

/** True where a quote and an operator stand before the word at `at`. */
function isBreak(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && at - i < 8 && isWhite(text.charCodeAt(i))) i--;
  const code = text.charCodeAt(i);
  if (!"-+;*/|&^,({[".includes(String.fromCharCode(code))) return false;
  let j = i - 1;
  while (j >= 0 && i - j < 8 && "-+;*/|&^,({[)}] ".includes(text[j]!)) j--;
  return isQuote(text.charCodeAt(j));
}
