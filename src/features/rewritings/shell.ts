/** What a shell makes of the words of a text before it runs them (POSIX.1, Shell Command Language, §2.2 and §2.6). */
import { isBlank, isDigit, isLatin, isQuote, isWord } from "../characters.ts";
import { scratchBytes } from "../scratch.ts";

const blank = 0x20;
const exclamation = 0x21;
const dollar = 0x24;
const apostrophe = 0x27;
const asterisk = 0x2a;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const colon = 0x3a;
const at = 0x40;
const backslash = 0x5c;
const brace = 0x7b;
const closingBrace = 0x7d;

/** Parts of a word of a shell: between two of these a quote separates nothing. */
function joinsWords(code: number): boolean {
  return (
    isWord(code) || isQuote(code) || code === slash || code === dot || code === minus || code === backslash
  );
}

/** Characters within which a quoted part of a word ends; commands and paths are no longer. */
const longestQuotedPart = 32;

/** Where the quote at `from` ends a part without blanks that is followed by more of the word; -1 where it does not. */
function endOfQuotedPart(text: string, from: number): number {
  const quote = text.charCodeAt(from);
  for (let i = from + 1; i < text.length && i - from <= longestQuotedPart; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return isWord(text.charCodeAt(i + 1)) ? i : -1;
    if (isBlank(code)) return -1;
  }
  return -1;
}

/** True where the word that the quote at `from` stands in has another one near. */
function hasPartner(text: string, from: number): boolean {
  const quote = text.charCodeAt(from);
  for (const step of [1, -1]) {
    for (
      let i = from + step;
      i >= 0 && i < text.length && Math.abs(i - from) <= longestQuotedPart;
      i += step
    ) {
      const code = text.charCodeAt(i);
      if (code === quote) return true;
      if (isBlank(code)) break;
    }
  }
  return false;
}

/** Where `{cat,/etc/passwd}` ends, or -1 where the brace at `from` begins no such list of words. */
function endOfBraces(text: string, from: number): number {
  const first = text.charCodeAt(from + 1);
  if (!isLatin(first) && first !== slash) return -1;
  let commas = 0;
  for (let i = from + 1; i < text.length && i - from <= 128; i++) {
    const code = text.charCodeAt(i);
    if (code === closingBrace) return commas > 0 ? i : -1;
    if (code === comma) commas++;
    else if (isBlank(code) || isQuote(code) || code === colon || code === brace) return -1;
  }
  return -1;
}

/** Where a parameter that a shell expands to nothing or to a blank ends, one past it; `from` where there is none. */
function endOfEmptyParameter(text: string, from: number): number {
  const next = text.charCodeAt(from + 1);
  // `$@`, `$*`, `$1`, `$!`: nothing, where nobody has set them.
  if (next === at || next === asterisk || next === exclamation) return from + 2;
  // `$10` is a price, or the tenth one.
  if (isDigit(next)) return isDigit(text.charCodeAt(from + 2)) ? from : from + 2;
  if (next !== brace) return from;
  let end = from + 2;
  while (end - from <= 16 && isWord(text.charCodeAt(end))) end++;
  return end > from + 2 && text.charCodeAt(end) === closingBrace ? end + 1 : from;
}

/** 1 for what may begin something that a shell takes out of a word. */
const isRead = new Uint8Array(256);
for (const mark of "'\"`\\${") isRead[mark.charCodeAt(0)] = 1;

/** As a shell reads words: without quotes and backslashes in them, without empty parameters, with braces spread out. */
export function unquoteWords(text: string): string | undefined {
  let out = "";
  let copied = 0;
  const drop = (from: number, until: number, put = ""): number => {
    out += text.slice(copied, from) + put;
    copied = until;
    return until - 1;
  };
  let closing = -1;
  const bytes = scratchBytes(text);
  for (let i = 0; i < text.length; i++) {
    const code = bytes[i]!;
    if (isRead[code] === 0) continue;
    const before = i > 0 ? text.charCodeAt(i - 1) : blank;
    const after = i + 1 < text.length ? text.charCodeAt(i + 1) : blank;
    if (isQuote(code)) {
      if (i === closing || (joinsWords(before) && joinsWords(after))) {
        // A lone apostrophe in a word is one; two of them are a disguise.
        if (i === closing || code !== apostrophe || hasPartner(text, i)) i = drop(i, i + 1);
      } else if (!isWord(before) && isWord(after)) {
        const end = endOfQuotedPart(text, i);
        if (end > 0) {
          closing = end;
          i = drop(i, i + 1);
        }
      }
    } else if (code === backslash) {
      if (isLatin(after) && after !== 0x6e && after !== 0x72 && after !== 0x74) i = drop(i, i + 1);
    } else if (code === dollar) {
      const isSeparator = text.startsWith("{IFS", i + 1) || text.startsWith("IFS", i + 1);
      let end = endOfEmptyParameter(text, i);
      if (isSeparator) {
        end = i + 4;
        // `${IFS%??}` and the like, too.
        while (after === brace && end < text.length && text.charCodeAt(end - 1) !== closingBrace) end++;
        // `$IFS$9`: the second one only ends the name of the first.
        if (text.charCodeAt(end) === dollar) end = Math.max(end, endOfEmptyParameter(text, end));
      }
      if (end > i && (isSeparator || isWord(before) || isWord(text.charCodeAt(end))))
        i = drop(i, end, isSeparator ? " " : "");
    } else if (code === brace) {
      const end = endOfBraces(text, i);
      if (end > 0) i = drop(i, end + 1, text.slice(i + 1, end).replaceAll(",", " "));
    }
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}
