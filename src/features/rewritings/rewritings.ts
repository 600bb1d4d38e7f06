/**
 * The other ways to write the same thing: what a shell, a database, a template engine or a file system makes of a text
 * before it acts on it. `w'h'oami` is `whoami`, a comment of SQL is a blank, `${lower:j}ndi` is `jndi`. Each rewriting is
 * one linear pass that gives the text as its interpreter reads it, or undefined where nothing in it is disguised. The
 * text itself is judged as well, so a rewriting can only find more.
 */
import { scratchBytes } from "../scratch.ts";
import { removeComments } from "./comments.ts";
import { joinLiterals, spellCodes } from "./literals.ts";
import { resolveLookups } from "./lookups.ts";
import { spellNumbers } from "./numbers.ts";
import { collapsePath } from "./path.ts";
import { unquoteWords } from "./shell.ts";
import { decodeUtf7 } from "./utf7.ts";

const blank = 0x20;
const doubleQuote = 0x22;
const hash = 0x23;
const dollar = 0x24;
const apostrophe = 0x27;
const parenthesis = 0x28;
const asterisk = 0x2a;
const plus = 0x2b;
const minus = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const zero = 0x30;
const semicolon = 0x3b;
const backslash = 0x5c;
const backtick = 0x60;
const lowerX = 0x78;
const brace = 0x7b;

/** Longest text that is rewritten; a disguise that is longer has an undisguised window somewhere. */
const longestRewritten = 8_192;

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

function holdsOf(text: string): number {
  let marks = 0;
  let before = 0;
  const bytes = scratchBytes(text);
  for (let i = 0; i < text.length; i++) {
    const code = bytes[i]!;
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
  const marks = holdsOf(text);
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
