/**
 * Would a document store take this text for a query of the client's own making? An operator counts where the store looks for
 * it: as a key of an object, or in the name of a field, of which servers make objects. JavaScript counts where it leaves the
 * string that a query has put it into.
 */
import { isQuote, isWhite, isWord, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";
import { goesOnAsScript } from "./javascript.ts";

/** What a text holds for a document store. */
export interface QueryReading {
  /** An operator as a key of an object: `{"$ne": null}`. */
  operator: boolean;
  /** An operator in a name of a field: `user[$ne]`, `user.$ne`. */
  operatorInName: boolean;
  /** An operator that runs JavaScript, in either place. */
  runsScript: boolean;
  /** A call of the shell of the store: `db.users.find(`. */
  calls: boolean;
  /** It leaves a string or ends a number, and goes on as JavaScript that decides or does something. */
  leavesString: boolean;
}

const nothing: Readonly<QueryReading> = {
  operator: false,
  operatorInName: false,
  runsScript: false,
  calls: false,
  leavesString: false,
};
/** What any of them needs. */
const needed = marks.dollar | marks.parenthesis | marks.shell;

/**
 * Operators of queries, updates and aggregations (MongoDB). Without those that other languages write in the same places:
 * `$type`, `$comment` and `$id` of JSON schemas, `$filter`, `$select`, `$count`, `$skip`, `$search` and `$top` of OData, and
 * `$date` and its like of extended JSON.
 */
const operators = wordSet(`
  eq ne gt gte lt lte in nin and or nor not exists expr jsonSchema mod regex where text all elemMatch near nearSphere geoWithin geoIntersects bitsAllSet
  bitsAllClear bitsAnySet bitsAnyClear rand natural maxTimeMS
  set unset inc mul rename setOnInsert push pull pullAll pop addToSet currentDate bit each
  match group lookup graphLookup project unwind unionWith addFields replaceRoot replaceWith facet bucket bucketAuto sample redact out merge collStats indexStats
  currentOp listSessions function accumulator cond ifNull switch concat substr substrBytes substrCP toString toLower regexMatch regexFind regexFindAll strLenCP
  strcasecmp arrayElemAt objectToArray arrayToObject mergeObjects reduce map cmp let
`);
const scriptOperators = wordSet("where function accumulator");
/** Methods of collections and of the database itself, in lower case. */
const methods = wordSet(
  "find findone findandmodify findoneandupdate findoneanddelete findoneandreplace insert insertone insertmany update updateone updatemany deleteone deletemany remove drop aggregate mapreduce count countdocuments distinct renamecollection createindex dropindex save group bulkwrite replaceone",
);
const databaseMethods = wordSet(
  "getcollection getcollectionnames getcollectioninfos runcommand admincommand dropdatabase eval getusers createuser getsiblingdb getmongo listcommands shutdownserver serverstatus hostinfo loadserverscripts",
);
/** How far names, blanks and operators are read, and dollars and calls that are looked at. */
const longestName = 64;
const mostBlanks = 32;
const mostOperators = 64;
const mostCalls = 32;

/** Reads a text, which holds characters of the kinds `holds`, as a document store would. Pure; linear. */
export function readQuery(text: string, holds = marksOf(text)): Readonly<QueryReading> {
  if ((holds & needed) === 0) return nothing;
  const reading = { ...nothing };
  if ((holds & marks.dollar) !== 0) readOperators(text, reading);
  if ((holds & marks.parenthesis) !== 0) reading.calls = holdsCall(text);
  if ((holds & marks.shell) !== 0) reading.leavesString = goesOnAsScript(text, holds);
  return reading;
}

function readOperators(text: string, reading: QueryReading): void {
  const brace = text.indexOf("{");
  let seen = 0;
  for (let i = text.indexOf("$"); i >= 0 && seen < mostOperators; i = text.indexOf("$", i + 1)) {
    seen++;
    const end = endOfName(text, i + 1);
    const name = text.slice(i + 1, end);
    if (!operators.has(name)) continue;
    const isKey = brace >= 0 && brace < i && isKeyAt(text, i, end);
    const isInName = !isKey && isInNameAt(text, i, end);
    if (isKey) reading.operator = true;
    if (isInName) reading.operatorInName = true;
    if ((isKey || isInName) && scriptOperators.has(name)) reading.runsScript = true;
  }
}

/** One past the name at `from`; longer ones are cut, and are none of those looked for. */
function endOfName(text: string, from: number): number {
  let i = from;
  while (i - from < longestName && isWord(text.charCodeAt(i))) i++;
  return i;
}

/** True where what stands from `from` to `until` is a key: behind a brace or a comma, before a colon, with or without quotes. */
function isKeyAt(text: string, from: number, until: number): boolean {
  const quote = text.charCodeAt(from - 1);
  const quoted = quote === 0x22 || quote === 0x27;
  let before = from - (quoted ? 2 : 1);
  // Quotes of JSON in a string of JSON are escaped.
  const escaped = quoted && text.charCodeAt(before) === 0x5c;
  if (escaped) before--;
  const limit = before - mostBlanks;
  while (before > limit && isWhite(text.charCodeAt(before))) before--;
  const opening = text.charCodeAt(before);
  if (opening !== 0x7b && opening !== 0x2c) return false;
  let behind = until;
  if (escaped && text.charCodeAt(behind) === 0x5c) behind++;
  if (quoted && text.charCodeAt(behind++) !== quote) return false;
  for (let blanks = 0; blanks < mostBlanks && isWhite(text.charCodeAt(behind)); blanks++) behind++;
  return text.charCodeAt(behind) === 0x3a;
}

/** True for `[$ne]` behind the name of a field, for the last part of a path such as `user.$ne`, and for a name that is it all. */
function isInNameAt(text: string, from: number, until: number): boolean {
  const before = text.charCodeAt(from - 1);
  const behind = text.charCodeAt(until);
  if (before === 0x5b || (isQuote(before) && text.charCodeAt(from - 2) === 0x5b)) {
    const end = isQuote(before) ? until + 1 : until;
    if (text.charCodeAt(end) !== 0x5d || (isQuote(before) && behind !== before)) return false;
    const next = text.charCodeAt(end + 1);
    // Behind a name stands nothing, its value, or more of it.
    if (end + 1 < text.length && next !== 0x3d && next !== 0x5b && next !== 0x2e) return false;
    return isNameOfField(text, isQuote(before) ? from - 2 : from - 1);
  }
  if (until < text.length && behind !== 0x2e && behind !== 0x5b) return false;
  return (from === 0 || (before === 0x2e && startOfName(text, from) === 0)) && isRestOfName(text, until);
}

/** True where nothing but a short rest of a path stands from `from` on: `$in.0`, `$or[0].$and`. */
function isRestOfName(text: string, from: number): boolean {
  if (text.length - from > longestName) return false;
  let i = from;
  while (isFieldCharacter(text.charCodeAt(i)) || text.charCodeAt(i) === 0x24) i++;
  return i >= text.length;
}

/** Where the name of a field that ends before `until` begins: letters, digits, brackets, dots. */
function startOfName(text: string, until: number): number {
  let i = until;
  while (i > 0 && until - i < longestName && isFieldCharacter(text.charCodeAt(i - 1))) i--;
  return i;
}

function isFieldCharacter(code: number): boolean {
  return isWord(code) || code === 0x2d || code === 0x2e || code === 0x5b || code === 0x5d;
}

/** True where a name of a field ends before `until`: it begins with the text, or as the next one of a form. */
function isNameOfField(text: string, until: number): boolean {
  const start = startOfName(text, until);
  const before = text.charCodeAt(start - 1);
  // & ? ;
  return start === 0 || before === 0x26 || before === 0x3f || before === 0x3b;
}

/** True where a method of a collection or of the database is called: `db.users.find(`, `db.getCollection(`. */
function holdsCall(text: string): boolean {
  let calls = 0;
  for (let i = text.indexOf("db."); i >= 0 && calls < mostCalls; i = text.indexOf("db.", i + 1)) {
    calls++;
    const before = text.charCodeAt(i - 1);
    if (isWord(before) || before === 0x2e) continue;
    const start = i + 3;
    const end = endOfName(text, start);
    const name = text.slice(start, end);
    if (text.charCodeAt(end) === 0x28) {
      if (databaseMethods.has(name.toLowerCase())) return true;
    } else if (text.charCodeAt(end) === 0x2e) {
      const close = endOfName(text, end + 1);
      if (text.charCodeAt(close) !== 0x28 || !methods.has(text.slice(end + 1, close).toLowerCase())) continue;
      // `db.session.remove()` is of SQLAlchemy.
      if (name !== "session") return true;
    }
  }
  return false;
}
