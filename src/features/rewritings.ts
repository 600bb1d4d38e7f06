/**
 * The other ways to write the same thing: what a shell, a database, a template engine or a file system makes of a text
 * before it acts on it. `w'h'oami` is `whoami`, a comment of SQL is a blank, `${lower:j}ndi` is `jndi`. Each rewriting is
 * one linear pass that gives the text as its interpreter reads it, or undefined where nothing in it is disguised. The
 * text itself is judged as well, so a rewriting can only find more.
 */

/** Longest text that is rewritten; a disguise that is longer has an undisguised window somewhere. */
const longestRewritten = 8_192;

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;
const doubleQuote = 0x22;
const hash = 0x23;
const dollar = 0x24;
const apostrophe = 0x27;
const parenthesis = 0x28;
const closingParenthesis = 0x29;
const asterisk = 0x2a;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const zero = 0x30;
const colon = 0x3a;
const semicolon = 0x3b;
const exclamation = 0x21;
const at = 0x40;
const backslash = 0x5c;
const backtick = 0x60;
const brace = 0x7b;
const bar = 0x7c;
const closingBrace = 0x7d;
const tilde = 0x7e;
const lowerX = 0x78;

const isWhite = (code: number): boolean =>
  code === blank || code === tab || code === lineFeed || code === carriageReturn;
const isDigit = (code: number): boolean => code >= zero && code <= 0x39;
const isLetter = (code: number): boolean => {
  const lower = code | blank;
  return lower >= 0x61 && lower <= 0x7a;
};
const isWord = (code: number): boolean => isLetter(code) || isDigit(code) || code === 0x5f;
const isQuote = (code: number): boolean => code === apostrophe || code === doubleQuote || code === backtick;

/** Index of the first character at or behind `from` that is no white space. */
function afterWhite(text: string, from: number): number {
  let i = from;
  while (isWhite(text.charCodeAt(i))) i++;
  return i;
}

/** The value of a hexadecimal digit, or -1. */
function hexValue(code: number): number {
  if (isDigit(code)) return code - zero;
  const lower = code | blank;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

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
    if (isWhite(code)) return -1;
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
      if (isWhite(code)) break;
    }
  }
  return false;
}

/** Where `{cat,/etc/passwd}` ends, or -1 where the brace at `from` begins no such list of words. */
function endOfBraces(text: string, from: number): number {
  const first = text.charCodeAt(from + 1);
  if (!isLetter(first) && first !== slash) return -1;
  let commas = 0;
  for (let i = from + 1; i < text.length && i - from <= 128; i++) {
    const code = text.charCodeAt(i);
    if (code === closingBrace) return commas > 0 ? i : -1;
    if (code === comma) commas++;
    else if (isWhite(code) || isQuote(code) || code === colon || code === brace) return -1;
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
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
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
      if (isLetter(after) && after !== 0x6e && after !== 0x72 && after !== 0x74) i = drop(i, i + 1);
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

/** Characters within which a comment up to the end of its line ends: longer ones are headings and prose. */
const longestLineComment = 64;

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
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
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
      else if (isWhite(text.charCodeAt(i + marks)) && i + marks + 1 < text.length) {
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

/** Operators that put strings together: `+` and `.` of languages, `~` of templates, `&` of Visual Basic, `||` of SQL. */
function endOfConcatenation(text: string, from: number): number {
  const code = text.charCodeAt(from);
  if (code === plus || code === dot || code === tilde || code === 0x26) return from + 1;
  return code === bar && text.charCodeAt(from + 1) === bar ? from + 2 : -1;
}

/** As an interpreter reads literals: `'__cla'+'ss__'` is one. */
export function joinLiterals(text: string): string | undefined {
  let out = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== apostrophe && code !== doubleQuote) continue;
    const operator = endOfConcatenation(text, afterWhite(text, i + 1));
    if (operator < 0) continue;
    const next = afterWhite(text, operator);
    if (text.charCodeAt(next) !== code) continue;
    out += text.slice(copied, i);
    copied = next + 1;
    i = next;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

const collapsed = Buffer.alloc(longestRewritten);

/** True for what climbs or stays, and for a path that begins with empty segments: ordinary paths are left as they are. */
function leadsSomewhereElse(text: string): boolean {
  const beginsEmpty = text.length > 2 && isSlash(text.charCodeAt(0)) && isSlash(text.charCodeAt(1));
  return beginsEmpty || text.includes("..") || text.includes("/./") || text.includes("\\.\\");
}

function isSlash(code: number): boolean {
  return code === slash || code === backslash;
}

/** As a file system reads a path: one kind of slash, no empty segments, none that stay where they are. */
export function collapsePath(text: string): string | undefined {
  if (!leadsSomewhereElse(text)) return undefined;
  let changed = false;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    const last = length > 0 ? collapsed[length - 1] : 0;
    const beforeLast = length > 1 ? collapsed[length - 2] : 0;
    if (code === backslash) {
      code = slash;
      changed = true;
    }
    if (code === slash) {
      const isEmpty = last === slash && beforeLast !== colon;
      // `/./` stays where it is.
      const stays = last === dot && beforeLast === slash;
      if (isEmpty || stays) {
        changed = true;
        if (stays) length--;
        continue;
      }
      // `..;/` climbs on servers that cut the parameters of a segment off.
      if (last === semicolon && beforeLast === dot && collapsed[length - 3] === dot) {
        changed = true;
        length--;
      }
    } else if (code === dot && last === dot && beforeLast === dot) {
      // More than two dots are two, once something has cut `../` out.
      changed = true;
      continue;
    }
    collapsed[length++] = code;
  }
  return changed ? collapsed.toString("latin1", 0, length) : undefined;
}

/** Times that nested lookups are resolved. */
const lookupRounds = 8;
/** Names of lookups that give back what they are given. */
const plainLookups = new Set(["lower", "upper", "lc", "uc", "base64", "urlencode"]);

/** As a logging library reads lookups: `${lower:j}` and `${env:NONE:-j}` are `j`. */
export function resolveLookups(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < lookupRounds; round++) {
    let out = "";
    let copied = 0;
    let opening = -1;
    for (let i = 0; i < current.length; i++) {
      const code = current.charCodeAt(i);
      if (code === dollar && current.charCodeAt(i + 1) === brace) opening = i;
      else if (code === closingBrace && opening >= 0) {
        const inner = current.slice(opening + 2, i);
        const fallback = inner.indexOf(":-");
        const name = inner.indexOf(":");
        let value: string | undefined;
        if (fallback >= 0) value = inner.slice(fallback + 2);
        else if (name > 0 && plainLookups.has(inner.slice(0, name).toLowerCase()))
          value = inner.slice(name + 1);
        if (value !== undefined) {
          out += current.slice(copied, opening) + value;
          copied = i + 1;
        }
        opening = -1;
      }
    }
    if (copied === 0) return current === text ? undefined : current;
    current = out + current.slice(copied);
  }
  return current;
}

/** Character codes as they stand in a list; -1 where `from` begins no number below 256, and one past it in `numberEnd`. */
let numberEnd = 0;
function byteNumber(text: string, from: number): number {
  let i = from;
  let value = 0;
  if (text.charCodeAt(i) === zero && (text.charCodeAt(i + 1) | blank) === lowerX) {
    i += 2;
    const start = i;
    for (
      let digit = hexValue(text.charCodeAt(i));
      digit >= 0 && i - start < 4;
      digit = hexValue(text.charCodeAt(i))
    ) {
      value = value * 16 + digit;
      i++;
    }
    if (i === start) return -1;
  } else {
    const start = i;
    while (isDigit(text.charCodeAt(i)) && i - start < 4) value = value * 10 + text.charCodeAt(i++) - zero;
    if (i === start) return -1;
  }
  numberEnd = i;
  return value > 0 && value < 256 ? value : -1;
}

/** Functions that make characters of their codes. */
const characterFunctions = ["fromcharcode", "nchar", "char", "chr"];

/** As an interpreter reads character codes: `chr(99).chr(97)` and `CHAR(99,97)` are `'ca'`. */
export function spellCodes(text: string): string | undefined {
  const lower = text.toLowerCase();
  let out = "";
  let copied = 0;
  for (let i = lower.indexOf("("); i >= 0; i = lower.indexOf("(", i + 1)) {
    const name = characterFunctions.find((candidate) => lower.endsWith(candidate, i));
    if (name === undefined) continue;
    let spelled = "";
    let j = afterWhite(lower, i + 1);
    for (let code = byteNumber(lower, j); code > 0 && spelled.length < 512; code = byteNumber(lower, j)) {
      spelled += String.fromCharCode(code);
      j = afterWhite(lower, numberEnd);
      if (lower.charCodeAt(j) !== comma) break;
      j = afterWhite(lower, j + 1);
    }
    if (spelled === "" || lower.charCodeAt(j) !== closingParenthesis) continue;
    const start = i - name.length;
    // A call that is put together with the one before only goes on with its string.
    const goesOn = out.endsWith("'") && copied > 0 && isConcatenation(lower, copied, start);
    out = goesOn ? `${out.slice(0, -1)}${spelled}'` : `${out}${text.slice(copied, start)}'${spelled}'`;
    copied = j + 1;
    i = j;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

function isConcatenation(text: string, from: number, until: number): boolean {
  const operator = endOfConcatenation(text, afterWhite(text, from));
  return operator > 0 && afterWhite(text, operator) === until;
}

/** As a database or a decoder of paths reads hexadecimal and octal numbers: `0x2e0x2e0x2f`, `0x73656c656374`, `\56\56\57`. */
export function spellNumbers(text: string): string | undefined {
  let out = "";
  let copied = 0;
  for (let i = 0; i + 2 < text.length; i++) {
    const code = text.charCodeAt(i);
    let spelled = "";
    let end = i;
    if (code === zero && (text.charCodeAt(i + 1) | blank) === lowerX) {
      end = i + 2;
      while (hexValue(text.charCodeAt(end)) >= 0 && hexValue(text.charCodeAt(end + 1)) >= 0) {
        spelled += String.fromCharCode(
          hexValue(text.charCodeAt(end)) * 16 + hexValue(text.charCodeAt(end + 1)),
        );
        end += 2;
        if (text.charCodeAt(end) === zero && (text.charCodeAt(end + 1) | blank) === lowerX) end += 2;
      }
      if (spelled.length < 2) continue;
    } else if (code === backslash) {
      end = i;
      while (text.charCodeAt(end) === backslash) {
        let value = 0;
        let j = end + 1;
        while (j - end <= 3 && text.charCodeAt(j) >= zero && text.charCodeAt(j) <= 0x37)
          value = value * 8 + text.charCodeAt(j++) - zero;
        if (j - end < 3 || value > 0x7e) break;
        spelled += String.fromCharCode(value);
        end = j;
      }
      if (spelled.length < 2) continue;
    } else continue;
    if (!isPrintable(spelled)) continue;
    out += text.slice(copied, i) + spelled;
    copied = end;
    i = end - 1;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < blank && !isWhite(code)) || code > 0x7e) return false;
  }
  return true;
}

/** As a browser reads UTF-7 (RFC 2152): `+ADw-script+AD4-` is `<script>`. */
export function decodeUtf7(text: string): string | undefined {
  let out = "";
  let copied = 0;
  for (let i = text.indexOf("+A"); i >= 0; i = text.indexOf("+A", i + 1)) {
    const length = text.slice(i, i + 64).indexOf("-");
    if (length < 4) continue;
    const end = i + length;
    const units = Buffer.from(text.slice(i + 1, end), "base64");
    if (units.length < 2) continue;
    let spelled = "";
    for (let j = 0; j + 1 < units.length; j += 2) spelled += String.fromCharCode(units.readUInt16BE(j));
    if (!isPrintable(spelled)) continue;
    out += text.slice(copied, i) + spelled;
    copied = end + 1;
    i = end;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

/** What a text holds, by one pass over it: which rewritings are worth trying. */
const holds = {
  quote: 1,
  backslash: 2,
  dollar: 4,
  slashes: 8,
  comment: 16,
  number: 32,
  call: 64,
  plus: 128,
  brace: 256,
};

function marksOf(text: string): number {
  let marks = 0;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    switch (code) {
      case apostrophe:
      case doubleQuote:
      case backtick:
        marks |= holds.quote;
        break;
      case backslash:
        marks |= holds.backslash;
        break;
      case dollar:
        marks |= holds.dollar;
        break;
      case slash:
        if (before === slash || before === dot || before === semicolon) marks |= holds.slashes;
        break;
      case asterisk:
        if (before === slash) marks |= holds.comment;
        break;
      case hash:
        marks |= holds.comment;
        break;
      case minus:
        if (before === minus) marks |= holds.comment;
        break;
      case lowerX:
      case 0x58:
        if (before === zero) marks |= holds.number;
        break;
      case parenthesis:
        if ((before | blank) === 0x72 || (before | blank) === 0x65) marks |= holds.call;
        break;
      case plus:
        marks |= holds.plus;
        break;
      case brace:
        marks |= holds.brace;
        break;
      default:
    }
    before = code;
  }
  return marks;
}

type Rewrite = (text: string) => string | undefined;

/** Each rewriting with the marks without which it has nothing to do. */
const rewritings: readonly (readonly [needed: number, rewrite: Rewrite])[] = [
  [holds.comment, removeComments],
  [holds.quote | holds.backslash | holds.dollar | holds.brace, unquoteWords],
  [holds.quote, joinLiterals],
  [holds.slashes | holds.backslash, collapsePath],
  [holds.dollar, resolveLookups],
  [holds.call, spellCodes],
  [holds.number | holds.backslash, spellNumbers],
  [holds.plus, decodeUtf7],
];

/**
 * The rewritings of a decoded text that differ from it, none twice; at most one for each interpreter, and one more where
 * two of them had something to undo. Pure; linear in the length of the text, and nothing for texts of more than 8 KB.
 */
export function rewritingsOf(text: string): string[] {
  if (text.length > longestRewritten) return [];
  const marks = marksOf(text);
  if (marks === 0) return [];
  const found: string[] = [];
  let all = text;
  for (const [needed, rewrite] of rewritings) {
    if ((marks & needed) === 0) continue;
    const alone = rewrite(text);
    if (alone === undefined || alone === text) continue;
    found.push(alone);
    all = all === text ? alone : (rewrite(all) ?? all);
  }
  if (found.length > 1) found.push(all);
  return [...new Set(found)];
}
