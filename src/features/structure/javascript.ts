/**
 * Does a value go on as JavaScript where a query or a template has put it? It has to leave its string, or to end its number, and to
 * go on up to its end as an expression that decides something or a statement that does something.
 */
import { isDigit, isQuote, isWord, skipWhite, skipWord, wordSet } from "../characters.ts";
import { marks } from "../marks.ts";

/** Words that begin a statement of JavaScript: those behind which an expression stands, and those behind which a block does. */
const statements = wordSet("return var let const throw");
const blocks = wordSet("if while for do function try with switch");
/** What functions of a query call or change when they are a statement by themselves. */
const effects = wordSet("this db sleep tojson tojsononeline printjson emit obj doc");
/** Words before an operand, and before the variable of a loop. */
const prefixes = wordSet("new typeof void delete await var let const");
const binaryWords = wordSet("in instanceof of");

/** How far a text goes in JavaScript. */
interface ScriptReading {
  parses: boolean;
  connectives: number;
  comparisons: number;
  calls: number;
  /** It reads the document itself: `this.password`. */
  readsDocument: boolean;
  /** It ends the statement and begins another one. */
  statement: boolean;
  /** It holds `true` as an operand. */
  truth: boolean;
  /** It ends in a comment that cuts the rest off. */
  cutsOff: boolean;
}

/** Most tokens that are read of JavaScript in one place. */
const mostTokens = 64;

/**
 * True where the text leaves a string at its first quote, or ends its first number, and goes on as JavaScript that decides or does
 * something. Without `;`, `|` or `&` nothing goes on. Linear.
 */
export function goesOnAsScript(text: string, holds: number): boolean {
  if (!/[;|&]/.test(text)) return false;
  if ((holds & marks.quote) !== 0) {
    const single = text.indexOf("'");
    if (single >= 0 && isHarmfulBehind(text, single + 1)) return true;
    const double = text.indexOf('"');
    if (double >= 0 && isHarmfulBehind(text, double + 1)) return true;
  }
  const start = skipWhite(text, 0);
  return isDigit(text.charCodeAt(start)) && isHarmfulBehind(text, skipWord(text, start));
}

function isHarmfulBehind(text: string, from: number): boolean {
  // After most quotes stands a word, and no expression goes on with one that matters.
  return !isWord(text.charCodeAt(skipWhite(text, from))) && isHarmful(readScript(text, from));
}

function isHarmful(reading: ScriptReading): boolean {
  if (!reading.parses) return false;
  if (reading.statement) return true;
  if (reading.connectives === 0) return false;
  if (reading.comparisons > 0 || reading.readsDocument || reading.truth) return true;
  return reading.cutsOff && reading.calls === 0;
}

/** Reads `text` from `from`, behind an operand, as the rest of JavaScript. */
function readScript(text: string, from: number): ScriptReading {
  const reading: ScriptReading = {
    parses: false,
    connectives: 0,
    comparisons: 0,
    calls: 0,
    readsDocument: false,
    statement: false,
    truth: false,
    cutsOff: false,
  };
  let i = from;
  let needsOperand = false;
  /** A statement may begin here. */
  let begins = false;
  /** What is read stands in the parentheses behind a word that begins a block. */
  let inBlock = false;
  /** A loop sets its variable there. */
  let assigns = false;
  /** Parentheses that the text itself has opened. */
  let depth = 0;
  for (let token = 0; token < mostTokens; token++) {
    i = skipWhite(text, i);
    const code = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (i >= text.length || code === 0 || (code === 0x2f && next === 0x2f)) {
      reading.cutsOff = i < text.length;
      reading.parses = !needsOperand || begins;
      return reading;
    }
    if (code === 0x2f && next === 0x2a) {
      const end = text.indexOf("*/", i + 2);
      i = end < 0 ? text.length : end + 2;
      continue;
    }
    // ;
    if (code === 0x3b && (!needsOperand || begins || depth > 0)) {
      begins = depth <= 0;
      if (begins) depth = 0;
      needsOperand = true;
      i++;
      continue;
    }
    if (begins) {
      // }
      if (code === 0x7d) {
        i++;
        continue;
      }
      // {
      if (code === 0x7b) {
        reading.parses = reading.statement;
        return reading;
      }
      const end = skipWord(text, i);
      const word = text.slice(i, Math.min(end, i + 16));
      begins = false;
      if (statements.has(word)) {
        reading.statement = true;
        const operand = skipWhite(text, end);
        needsOperand = word !== "return" || (operand < text.length && !";}".includes(text[operand]!));
        i = end;
        continue;
      }
      if (blocks.has(word)) {
        const opening = text.charCodeAt(skipWhite(text, end));
        if (opening === 0x7b || word === "function") {
          reading.statement = reading.parses = opening === 0x7b || opening === 0x28;
          return reading;
        }
        if (opening !== 0x28) return reading;
        inBlock = true;
        assigns = word === "for";
        i = end;
        continue;
      }
      // A name alone does nothing, but a string or a number may be left open for what stands behind the text.
      if (effects.has(word) && ".(".includes(text[end] ?? " ")) reading.statement = true;
    }
    if (needsOperand) {
      const end = readOperand(text, i, reading);
      if (end === unclosed) {
        reading.parses = true;
        return reading;
      }
      if (end < 0) {
        // Arguments may be none.
        if (code !== 0x29 || text.charCodeAt(i - 1) !== 0x28) return reading;
        depth--;
        needsOperand = false;
        i++;
        continue;
      }
      if (code === 0x28 || code === 0x5b) depth++;
      else if (!isPrefix(text, i, end)) needsOperand = false;
      i = end;
      continue;
    }
    switch (code) {
      case 0x29: // )
      case 0x5d: // ]
        depth--;
        i++;
        if (inBlock && depth === 0) {
          inBlock = false;
          reading.statement = begins = needsOperand = true;
        }
        break;
      case 0x7d: // }
        depth = 0;
        begins = needsOperand = true;
        i++;
        break;
      case 0x28: // (
        reading.calls++;
        depth++;
        needsOperand = true;
        i++;
        break;
      case 0x5b: // [
        depth++;
        needsOperand = true;
        i++;
        break;
      case 0x2c: // ,
        if (depth <= 0 && !reading.statement) return reading;
        needsOperand = true;
        i++;
        break;
      case 0x2e: {
        // .
        const start = skipWhite(text, i + 1);
        const end = skipWord(text, start);
        if (end === start) return reading;
        i = end;
        break;
      }
      default: {
        const end = endOfOperator(text, i, assigns || reading.statement, reading);
        if (end < 0) return reading;
        needsOperand =
          text.charCodeAt(end - 1) !== text.charCodeAt(end - 2) || !"+-".includes(text[end - 1]!);
        i = end;
      }
    }
  }
  reading.parses = true;
  return reading;
}

const none = -1;
const unclosed = -2;

function isPrefixMark(code: number): boolean {
  return code === 0x21 || code === 0x2d || code === 0x2b || code === 0x7e;
}

function isPrefix(text: string, from: number, until: number): boolean {
  return isPrefixMark(text.charCodeAt(from)) || prefixes.has(text.slice(from, Math.min(until, from + 16)));
}

/** One past an operand at `at`, an opening parenthesis, or a prefix; `none`, or `unclosed` where it opens a string. */
function readOperand(text: string, at: number, reading: ScriptReading): number {
  const code = text.charCodeAt(at);
  if (isPrefixMark(code) || code === 0x28 || code === 0x5b) return at + 1;
  // Regular expressions are literals with slashes around them.
  if (isQuote(code) || code === 0x2f) {
    for (let i = at + 1; i < text.length; i++) {
      const inner = text.charCodeAt(i);
      if (inner === 0x5c) i++;
      else if (inner === code) return code === 0x2f ? skipWord(text, i + 1) : i + 1;
    }
    return code === 0x2f ? none : unclosed;
  }
  const isName = isWord(code) || code === 0x24;
  if (!isName) return none;
  let end = at;
  while (isWord(text.charCodeAt(end)) || text.charCodeAt(end) === 0x24) end++;
  const word = text.slice(at, Math.min(end, at + 16));
  if (word === "true") reading.truth = true;
  else if (word === "this" && text.charCodeAt(end) === 0x2e) reading.readsDocument = true;
  return end;
}

/** One past an operator between operands, `=` among them where a statement `assigns`, or -1. Counts what decides. */
function endOfOperator(text: string, at: number, assigns: boolean, reading: ScriptReading): number {
  const code = text.charCodeAt(at);
  const isDouble = text.charCodeAt(at + 1) === code;
  switch (code) {
    case 0x7c: // |
    case 0x26: // &
      if (isDouble) reading.connectives++;
      return isDouble ? at + 2 : at + 1;
    case 0x3d: // =
      if (isDouble) {
        reading.comparisons++;
        return text.charCodeAt(at + 2) === code ? at + 3 : at + 2;
      }
      // SQL compares with one.
      return assigns ? at + 1 : none;
    case 0x21: // !
      if (text.charCodeAt(at + 1) !== 0x3d) return none;
      reading.comparisons++;
      return text.charCodeAt(at + 2) === 0x3d ? at + 3 : at + 2;
    case 0x3c: // <
    case 0x3e: // >
      if (text.charCodeAt(at + 1) === 0x2f || (code === 0x3c && text.charCodeAt(at + 1) === 0x21))
        return none;
      // Every language and every formula compares so.
      return text.charCodeAt(at + 1) === 0x3d ? at + 2 : at + 1;
    case 0x2b: // +
    case 0x2d: // -
      return isDouble || text.charCodeAt(at + 1) === 0x3d ? at + 2 : at + 1;
    case 0x2a: // *
    case 0x2f: // /
    case 0x25: // %
    case 0x3f: // ?
    case 0x3a: // :
      return at + 1;
    default: {
      const end = skipWord(text, at);
      return end > at && binaryWords.has(text.slice(at, Math.min(end, at + 16))) ? end : none;
    }
  }
}
