/**
 * Signs of structure: what the grammars of this folder find in a text, as a list of numbers. A sign says that a text parses as
 * something in a place where that would do harm, not that it holds words. Models weigh them.
 */
import { createHash } from "node:crypto";
import { marks, marksOf } from "../marks.ts";
import { readMarkup } from "./markup.ts";
import { readPath } from "./path.ts";
import { countPhrases, phraseKinds } from "./phrases.ts";
import { readShell } from "./shell.ts";
import { holdsStatement, readSql } from "./sql.ts";
import { readTemplate } from "./template.ts";

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

function hasUnbalancedQuote(text: string): boolean {
  let single = 0;
  let double = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x27) single++;
    else if (code === 0x22) double++;
  }
  return single % 2 === 1 || double % 2 === 1;
}
