/** What comments hide from whoever reads a statement as one text. */
import { isBlank, isDigit } from "../characters.ts";
import { scratchBytes } from "../scratch.ts";

const tab = 0x09;
const lineFeed = 0x0a;
const blank = 0x20;
const exclamation = 0x21;
const hash = 0x23;
const asterisk = 0x2a;
const minus = 0x2d;
const slash = 0x2f;

/** Characters within which a comment up to the end of its line ends: longer ones are headings and prose. */
const longestLineComment = 64;

/** 1 for what may begin or end a comment. */
const isRead = new Uint8Array(256);
for (const mark of "/*#-") isRead[mark.charCodeAt(0)] = 1;

/** As a database reads statements: comments are blanks, and what MySQL runs in a comment (`/*!50000 … *​/`) is no comment. */
export function removeComments(text: string): string | undefined {
  let out = "";
  let copied = 0;
  const drop = (from: number, until: number, put: string): number => {
    out += text.slice(copied, from) + put;
    copied = until;
    return until - 1;
  };
  let conditional = 0;
  const bytes = scratchBytes(text);
  for (let i = 0; i < text.length; i++) {
    const code = bytes[i]!;
    if (isRead[code] === 0) continue;
    const next = text.charCodeAt(i + 1);
    if (code === slash && next === asterisk) {
      if (text.charCodeAt(i + 2) === exclamation) {
        let end = i + 3;
        while (isDigit(text.charCodeAt(end))) end++;
        conditional++;
        i = drop(i, end, " ");
      } else {
        const end = text.indexOf("*/", i + 2);
        // A mark at the very end cuts nothing off.
        if (end < 0 && i + 2 >= text.length) break;
        i = drop(i, end < 0 ? text.length : end + 2, " ");
      }
    } else if (code === asterisk && next === slash && conditional > 0) {
      conditional--;
      i = drop(i, i + 2, " ");
    } else if (isLineComment(text, i) && !isWhiteLine(text, i)) {
      // Behind something: up to the end of the line where that is near, and of everything where a blank says that it is one.
      const marks = code === hash ? 1 : 2;
      const length = text.slice(i, i + longestLineComment).indexOf("\n");
      if (length > 0 && i + length + 1 < text.length) i = drop(i, i + length + 1, " ");
      else if (isBlank(text.charCodeAt(i + marks)) && i + marks + 1 < text.length) {
        const end = text.indexOf("\n", i);
        i = drop(i, end < 0 ? text.length : end, "");
      }
    }
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

/** True where `#` or `--` stands; that of `<!--` is none. */
function isLineComment(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === hash) return true;
  return code === minus && text.charCodeAt(at + 1) === minus && text.charCodeAt(at - 1) !== exclamation;
}

/** True where nothing stands before `until` in its line. */
function isWhiteLine(text: string, until: number): boolean {
  let i = until - 1;
  while (i >= 0 && (text.charCodeAt(i) === blank || text.charCodeAt(i) === tab)) i--;
  return i < 0 || text.charCodeAt(i) === lineFeed;
}
