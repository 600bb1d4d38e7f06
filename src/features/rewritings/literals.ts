/** What an interpreter makes of literals: strings that are put together, and characters by their codes. */

import { hexAt } from "../../transaction/decode.ts";
import { isDigit, skipBlank } from "../characters.ts";

const blank = 0x20;
const doubleQuote = 0x22;
const apostrophe = 0x27;
const closingParenthesis = 0x29;
const plus = 0x2b;
const comma = 0x2c;
const dot = 0x2e;
const zero = 0x30;
const lowerX = 0x78;
const bar = 0x7c;
const tilde = 0x7e;

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
    const operator = endOfConcatenation(text, skipBlank(text, i + 1));
    if (operator < 0) continue;
    const next = skipBlank(text, operator);
    if (text.charCodeAt(next) !== code) continue;
    out += text.slice(copied, i);
    copied = next + 1;
    i = next;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}

/** Character codes as they stand in a list; -1 where `from` begins no number below 256, and one past it in `numberEnd`. */
let numberEnd = 0;
function byteNumber(text: string, from: number): number {
  let i = from;
  let value = 0;
  if (text.charCodeAt(i) === zero && (text.charCodeAt(i + 1) | blank) === lowerX) {
    i += 2;
    const start = i;
    for (let digit = hexAt(text, i); digit >= 0 && i - start < 4; digit = hexAt(text, i)) {
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
    let j = skipBlank(lower, i + 1);
    for (let code = byteNumber(lower, j); code > 0 && spelled.length < 512; code = byteNumber(lower, j)) {
      spelled += String.fromCharCode(code);
      j = skipBlank(lower, numberEnd);
      if (lower.charCodeAt(j) !== comma) break;
      j = skipBlank(lower, j + 1);
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
  const operator = endOfConcatenation(text, skipBlank(text, from));
  return operator > 0 && skipBlank(text, operator) === until;
}
