/**
 * Does a value go on as SQL where a statement has put it? A value is read in three places: as it stands (a number), within
 * single quotes, and within double quotes. In each it has to leave its literal and go on as an expression up to its end, a
 * comment, or a literal that the statement closes. `O'Brien and sons` leaves its literal and goes on as prose;
 * `x' or 'a'='a` goes on as SQL.
 */
import { isDigit, isLetter, isWhite, isWord, skipWhite, skipWord, wordSet } from "../characters.ts";
import { phraseFinder } from "./phrase-finder.ts";

/** How far a value goes in SQL. */
export interface SqlReading {
  /** It leaves its literal and goes on as an expression to the end. */
  parses: boolean;
  /** What the expression holds, where it parses: connectives, comparisons, calls of functions, subqueries. */
  connectives: number;
  comparisons: number;
  calls: number;
  subqueries: number;
  /** It goes on with `union select`. */
  union: boolean;
  /** It ends the statement and begins another one. */
  stacked: boolean;
  /** It goes on with `order by`, `having`, `limit`, `into outfile`. */
  clause: boolean;
  /** It ends in a comment that cuts the rest of the statement off. */
  cutsOff: boolean;
  /** It opens a literal that the statement's own quote closes. */
  reopens: boolean;
}

/** Most tokens that are read of one value in one place. */
const mostTokens = 96;

const connectives = wordSet("and or xor div mod collate");
const comparisons = wordSet(
  "like rlike regexp ilike in between is glob sounds similar match not notnull isnull escape",
);
const prefixes = wordSet("not binary exists distinct all any some interval prior");
const clauses = wordSet(
  "order group having limit procedure into offset fetch for where window intersect except minus returning",
);
const statements = wordSet(
  "select insert update delete drop create alter exec execute declare waitfor shutdown truncate call set copy merge grant if begin load handler replace rename vacuum attach do prepare print with use kill backup restore",
);
/** What follows a name without an operator between them in a statement, and in no prose that matters. */
const endsOfExpression = wordSet("as asc desc then when else end from on using");

/** True where `text` from `from` begins with this word, whatever its case. */
function isWordAt(text: string, from: number, word: string): boolean {
  return (
    text.length >= from + word.length &&
    !isWord(text.charCodeAt(from + word.length)) &&
    text.slice(from, from + word.length).toLowerCase() === word
  );
}

/** Where the literal that begins before `from` ends, one past its quote; -1 where it does not. */
function endOfLiteral(text: string, from: number, quote: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === quote) {
      if (text.charCodeAt(i + 1) !== quote) return i + 1;
      i++;
    }
  }
  return -1;
}

function emptyReading(): SqlReading {
  return {
    parses: false,
    connectives: 0,
    comparisons: 0,
    calls: 0,
    subqueries: 0,
    union: false,
    stacked: false,
    clause: false,
    cutsOff: false,
    reopens: false,
  };
}

/** Reads `text` from `from`, behind an operand, as the rest of an expression. */
function readRest(text: string, from: number): SqlReading {
  const reading = emptyReading();
  let i = from;
  let needsOperand = false;
  /** Parentheses that the value itself has opened. */
  let depth = 0;
  for (let token = 0; token < mostTokens; token++) {
    i = skipComments(text, i);
    if (i < 0) {
      reading.cutsOff = true;
      reading.parses = !needsOperand;
      return reading;
    }
    if (i >= text.length) {
      reading.parses = !needsOperand;
      return reading;
    }
    const code = text.charCodeAt(i);
    if (needsOperand) {
      const end = readOperand(text, i, reading);
      if (end === -1) return reading;
      if (end === -2) {
        reading.parses = true;
        return reading;
      }
      if (code === 0x28) depth++;
      else if (!(end === i + 1 && isPrefixMark(code)) && !isPrefixWord(text, i)) needsOperand = false;
      i = end;
      continue;
    }
    if (code === 0x29) {
      depth--;
      i++;
    } else if (code === 0x28) {
      // Behind a name: the arguments of a function.
      reading.calls++;
      const next = skipWhite(text, i + 1);
      if (text.charCodeAt(next) === 0x29) i = next + 1;
      else {
        depth++;
        needsOperand = true;
        i++;
      }
    } else if (code === 0x2c) {
      if (depth <= 0 && !reading.clause) return reading;
      needsOperand = true;
      i++;
    } else if (code === 0x3b) {
      const next = skipComments(text, i + 1);
      if (next < 0 || next >= text.length) {
        reading.parses = true;
        return reading;
      }
      const word = text.slice(next, skipWord(text, next)).toLowerCase();
      reading.stacked = statements.has(word);
      reading.parses = reading.stacked;
      return reading;
    } else if (isLetter(code)) {
      const end = skipWord(text, i);
      const word = text.slice(i, end).toLowerCase();
      if (word === "union") {
        let next = skipComments(text, end);
        if (next >= 0 && (isWordAt(text, next, "all") || isWordAt(text, next, "distinct")))
          next = skipComments(text, skipWord(text, next));
        while (next >= 0 && text.charCodeAt(next) === 0x28) next = skipComments(text, next + 1);
        reading.union = next >= 0 && (isWordAt(text, next, "select") || isWordAt(text, next, "values"));
        reading.parses = reading.union;
        return reading;
      }
      if (connectives.has(word)) {
        reading.connectives++;
        needsOperand = true;
      } else if (comparisons.has(word)) {
        reading.comparisons++;
        needsOperand = word !== "notnull" && word !== "isnull" && word !== "not" && word !== "sounds";
      } else if (clauses.has(word)) {
        reading.clause = true;
        const next = skipWhite(text, end);
        if (isWordAt(text, next, "by")) i = next;
        needsOperand = true;
        i = Math.max(skipWord(text, i), end);
        continue;
      } else if (endsOfExpression.has(word) && depth !== 0) {
        needsOperand = word !== "asc" && word !== "desc" && word !== "end";
      } else return reading;
      i = end;
    } else {
      const end = endOfOperator(text, i);
      if (end < 0) return reading;
      const isLogic = text.startsWith("||", i) || text.startsWith("&&", i);
      if (isLogic) reading.connectives++;
      else if (code === 0x3d || code === 0x3c || code === 0x3e || code === 0x21) reading.comparisons++;
      needsOperand = true;
      i = end;
    }
  }
  reading.parses = true;
  return reading;
}

/** One past an operator between operands, or -1. */
function endOfOperator(text: string, at: number): number {
  const code = text.charCodeAt(at);
  switch (code) {
    case 0x3d: // =
    case 0x3c: // <
    case 0x3e: // >
    case 0x21: // !
    case 0x7c: // |
    case 0x26: // &
    case 0x5e: // ^
    case 0x2b: // +
    case 0x2d: // -
    case 0x2a: // *
    case 0x2f: // /
    case 0x25: // %
    case 0x3a: {
      // :
      let end = at + 1;
      while (end - at < 3 && "=<>|&:".includes(text[end] ?? " ")) end++;
      return end;
    }
    default:
      return -1;
  }
}

function isPrefixMark(code: number): boolean {
  return code === 0x2b || code === 0x2d || code === 0x7e || code === 0x21;
}

function isPrefixWord(text: string, at: number): boolean {
  return isLetter(text.charCodeAt(at)) && prefixes.has(text.slice(at, skipWord(text, at)).toLowerCase());
}

/** One past an operand at `at`; -1 where there is none, -2 where it opens a literal that the value does not
 * close, or a subquery, of which the rest is not read. */
function readOperand(text: string, at: number, reading: SqlReading): number {
  const code = text.charCodeAt(at);
  if (isPrefixMark(code)) return at + 1;
  if (code === 0x28) return at + 1;
  if (code === 0x27 || code === 0x22 || code === 0x60) {
    const end = endOfLiteral(text, at + 1, code);
    if (end >= 0) return end;
    reading.reopens = true;
    return -2;
  }
  if (isDigit(code)) {
    let end = skipWord(text, at);
    while (text.charCodeAt(end) === 0x2e && isWord(text.charCodeAt(end + 1))) end = skipWord(text, end + 1);
    return end;
  }
  if (code === 0x2e && isDigit(text.charCodeAt(at + 1))) return skipWord(text, at + 1);
  if (code === 0x2a) return at + 1;
  if (code === 0x40 || code === 0x3a || code === 0x24 || isLetter(code) || code >= 0x80) {
    let end = at;
    while (text.charCodeAt(end) === 0x40 || text.charCodeAt(end) === 0x3a || text.charCodeAt(end) === 0x24)
      end++;
    const start = end;
    while (isWord(text.charCodeAt(end)) || text.charCodeAt(end) === 0x2e || text.charCodeAt(end) >= 0x80)
      end++;
    if (end === start) return -1;
    if (text.slice(start, end).toLowerCase() !== "select") return end;
    reading.subqueries++;
    return -2;
  }
  return -1;
}

/** Behind blanks and comments; -1 where a comment reaches to the end of the value. */
function skipComments(text: string, from: number): number {
  let i = from;
  for (;;) {
    const code = text.charCodeAt(i);
    if (isWhite(code)) i++;
    else if (code === 0x23 || (code === 0x2d && text.charCodeAt(i + 1) === 0x2d)) {
      const end = text.indexOf("\n", i);
      if (end < 0) return -1;
      i = end + 1;
    } else if (code === 0x2f && text.charCodeAt(i + 1) === 0x2a) {
      const end = text.indexOf("*/", i + 2);
      if (end < 0) return -1;
      i = end + 2;
    } else if (code === 0x3b && text.charCodeAt(i + 1) === 0) i++;
    else return i;
  }
}

/** How much a reading says, for choosing among the three. */
function weight(reading: SqlReading): number {
  if (!reading.parses) return 0;
  return (
    1 +
    4 * Number(reading.union || reading.stacked) +
    2 * Math.min(2, reading.connectives) +
    Math.min(2, reading.comparisons) +
    Math.min(2, reading.calls + reading.subqueries) +
    Number(reading.cutsOff || reading.clause || reading.reopens)
  );
}

/** The reading that says most of the three places, or undefined where the value parses in none of them. Pure; linear. */
export function readSql(text: string): SqlReading | undefined {
  let best: SqlReading | undefined;
  const consider = (reading: SqlReading): void => {
    if (reading.parses && (best === undefined || weight(reading) > weight(best))) best = reading;
  };
  for (const quote of [0x27, 0x22]) {
    const end = text.indexOf(String.fromCharCode(quote));
    if (end >= 0) consider(readRest(text, end + 1));
  }
  const start = skipWhite(text, 0);
  const sign = text.charCodeAt(start) === 0x2d ? 1 : 0;
  if (isDigit(text.charCodeAt(start + sign)) || text.charCodeAt(start) === 0x29) {
    let end = skipWord(text, start + sign);
    while (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1))) end = skipWord(text, end + 1);
    consider(readRest(text, end));
  } else if (/^null\b/i.test(text.slice(start, start + 5))) consider(readRest(text, start + 4));
  return best;
}

/** Words that stand early in a statement, by the word that begins it. */
const seconds: Readonly<Record<string, ReadonlySet<string>>> = {
  select: wordSet("from"),
  insert: wordSet("into"),
  delete: wordSet("from"),
  update: wordSet("set"),
  drop: wordSet("table database view schema user procedure function"),
  create: wordSet("table database view user procedure function trigger"),
  alter: wordSet("table database user"),
  truncate: wordSet("table"),
  exec: wordSet("xp_cmdshell sp_executesql sp_oacreate master"),
  declare: wordSet("varchar nvarchar int cursor"),
  waitfor: wordSet("delay time"),
};
/** Words behind the first one within which the second one stands: columns are many. */
const nearWords = { select: 24, other: 2 };

const findBeginnings = phraseFinder([Object.keys(seconds)]);
/** 1 for the letters with which the word that begins a statement may begin. */
const beginsStatement = new Uint8Array(256);
for (const word of Object.keys(seconds)) {
  beginsStatement[word.charCodeAt(0)] = 1;
  beginsStatement[word.toUpperCase().charCodeAt(0)] = 1;
}

/**
 * True where a whole statement of SQL begins somewhere in the text, which is `lower` in lower case. Linear: each word is
 * looked at once for each beginning.
 */
export function holdsStatement(text: string, lower = text.toLowerCase()): boolean {
  let mayHold = false;
  findBeginnings(lower, () => {
    mayHold = true;
  });
  if (!mayHold) return false;
  let wanted: ReadonlySet<string> | undefined;
  let left = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isLetter(text.charCodeAt(i))) continue;
    const end = skipWord(text, i);
    if (end - i <= 16 && (left > 0 || beginsStatement[text.charCodeAt(i)] === 1)) {
      const word = text.slice(i, end).toLowerCase();
      if (left > 0 && wanted?.has(word)) return true;
      const second = Object.hasOwn(seconds, word) ? seconds[word] : undefined;
      if (second !== undefined) {
        wanted = second;
        left = word === "select" ? nearWords.select : nearWords.other;
      } else left--;
    } else left--;
    i = end;
  }
  return false;
}
