/**
 * Signs of structure: what the grammars of this folder find in a text, as a list of numbers. A sign says that a text parses as
 * something in a place where that would do harm, not that it holds words. Models weigh them.
 */
import { createHash } from "node:crypto";
import { marks, marksOf } from "../marks.ts";
import { readDirectory } from "./directory.ts";
import { readMarkup } from "./markup.ts";
import { readPath } from "./path.ts";
import { countPhrases, phraseKinds } from "./phrases.ts";
import { readQuery } from "./query-object.ts";
import { readSerialized } from "./serialized.ts";
import { readShell } from "./shell.ts";
import { holdsStatement, readSql } from "./sql.ts";
import { readTemplate } from "./template.ts";
import { readXml } from "./xml.ts";

/** Names of the signs, by number. */
export const signNames = [
  "sql expression",
  "sql connective",
  "sql comparison",
  "sql connective with comparison",
  "sql call",
  "sql subquery",
  "sql union",
  "sql stacked",
  "sql clause",
  "sql cut off",
  "sql reopened",
  "sql statement",
  "markup element",
  "markup active",
  "markup handler",
  "markup script address",
  "markup attribute broken out of",
  "markup script broken out of",
  "markup call",
  "shell separated",
  "shell loose",
  "shell substituted",
  "shell leading",
  "shell redirected",
  "shell wild",
  "template plain",
  "template computes",
  "template reaches",
  "template lookup",
  "path climbs",
  "path climbs twice",
  "path climbs far",
  "path secret",
  "path absolute",
  "path wrapper",
  "path inside",
  "path odd host",
  "path numeric host",
  "path catcher",
  "path climbs to secret",
  "directory broken out of",
  "directory goes on",
  "directory filter",
  "directory wild card",
  "directory cut off",
  "query operator",
  "query operator in name",
  "query script",
  "query call",
  "query string broken out of",
  "xml entity",
  "xml entity used",
  "xml entity nested",
  "xml external entity",
  "xml external subset",
  "xml external file",
  "xml inclusion",
  "xml stylesheet runs",
  "serialized array",
  "serialized object",
  "serialized stream",
  "serialized tag",
  "serialized type",
  "serialized function",
  "line break header",
  "line break",
  "NUL",
  "unbalanced quote",
  "only word characters and blanks",
  "short",
  ...phraseKinds.map((kind) => `phrase ${kind}`),
  ...phraseKinds.map((kind) => `phrases ${kind}`),
] as const;

const counts = new Uint8Array(phraseKinds.length);
const headerPhrases = phraseKinds.indexOf("header");
const firstPhrase = signNames.indexOf("phrase entity");

/** Number of signs. */
export const signCount = signNames.length;
/** Names this list of signs: models that were fitted on another one do not fit. */
export const signsId = createHash("sha256").update(signNames.join("\n")).digest("hex").slice(0, 12);

/** Writes 1 for each sign that a text holds and 0 for the others to `into`, from `offset` on. Linear. */
export function fillSigns(text: string, into: Float64Array, offset: number): void {
  let at = offset;
  const add = (holds: boolean): void => {
    into[at++] = holds ? 1 : 0;
  };
  const holds = marksOf(text);
  const lower = text.toLowerCase();
  const sql = readSql(text);
  add(sql !== undefined);
  add(sql !== undefined && sql.connectives > 0);
  add(sql !== undefined && sql.comparisons > 0);
  add(sql !== undefined && sql.connectives > 0 && sql.comparisons > 0);
  add(sql !== undefined && sql.calls > 0);
  add(sql !== undefined && sql.subqueries > 0);
  add(sql?.union === true);
  add(sql?.stacked === true);
  add(sql?.clause === true);
  add(sql?.cutsOff === true);
  add(sql?.reopens === true);
  add(holdsStatement(text, lower));
  const markup = readMarkup(text, holds);
  add(markup.elements > 0);
  add(markup.active);
  add(markup.handler);
  add(markup.scriptAddress);
  add(markup.breaksAttribute);
  add(markup.breaksScript);
  add(markup.calls > 0);
  const shell = readShell(text, holds);
  add(shell.separated);
  add(shell.loose);
  add(shell.substituted);
  add(shell.leading);
  add(shell.redirected);
  add(shell.wild);
  const template = readTemplate(text, holds);
  add(template.plain);
  add(template.computes);
  add(template.reaches);
  add(template.looksUp);
  const path = readPath(lower);
  add(path.climbs > 0);
  add(path.climbs > 1);
  add(path.climbs > 3);
  add(path.secret);
  add(path.absolute);
  add(path.wrapper);
  add(path.inside);
  add(path.oddHost);
  add(path.numericHost);
  add(path.catcher);
  add(path.climbs > 0 && path.secret);
  if ((holds & parsedMarks) !== 0) fillParsed(text, holds, into, at);
  else into.fill(0, at, at + parsedSigns);
  at += parsedSigns;
  countPhrases(lower, counts);
  const header = counts[headerPhrases]!;
  const breaks = (holds & marks.lineEnd) !== 0;
  add(breaks && header > 0);
  add(breaks);
  add((holds & marks.nul) !== 0);
  add((holds & marks.quote) !== 0 && hasUnbalancedQuote(text));
  add((holds & marks.beyondProse) === 0);
  add(text.length <= 8);
  at = offset + firstPhrase;
  for (const count of counts) add(count > 0);
  for (const count of counts) add(count > 1);
}

/** Number of the signs that `fillParsed` writes. */
const parsedSigns = signNames.indexOf("line break header") - signNames.indexOf("directory broken out of");

/** What their readers need: a text without any of these is nothing that they read. */
const parsedMarks =
  marks.parenthesis |
  marks.shell |
  marks.brace |
  marks.angle |
  marks.dollar |
  marks.exclamation |
  marks.lineEnd |
  marks.control |
  marks.spelledStream;

/** Writes the signs of filters, queries, XML and serialized objects to `into`, from `offset` on. */
function fillParsed(text: string, holds: number, into: Float64Array, offset: number): void {
  let at = offset;
  const add = (holds: boolean): void => {
    into[at++] = holds ? 1 : 0;
  };
  const directory = readDirectory(text, holds);
  add(directory.leaves);
  add(directory.goesOn);
  add(directory.filter);
  add(directory.wildcard);
  add(directory.cutsOff);
  const query = readQuery(text, holds);
  add(query.operator);
  add(query.operatorInName);
  add(query.runsScript);
  add(query.calls);
  add(query.leavesString);
  const xml = readXml(text, holds);
  add(xml.entity);
  add(xml.used);
  add(xml.nested);
  add(xml.externalEntity);
  add(xml.externalSubset);
  add(xml.fromFile || xml.fromOther);
  add(xml.includes);
  add(xml.runs);
  const serialized = readSerialized(text, holds);
  add(serialized.phpArray);
  add(serialized.phpObject);
  add(serialized.stream);
  add(serialized.tag);
  add(serialized.type);
  add(serialized.function);
}

function hasUnbalancedQuote(text: string): boolean {
  return isOdd(text, "'") || isOdd(text, '"');
}

/** True where a text holds an odd number of a character. */
function isOdd(text: string, character: string): boolean {
  let odd = false;
  for (let i = text.indexOf(character); i >= 0; i = text.indexOf(character, i + 1)) odd = !odd;
  return odd;
}
