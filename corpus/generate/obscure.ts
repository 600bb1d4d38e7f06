/** What attackers alone do to a payload so that filters which compare words miss it, by the language it speaks. */
import type { Random } from "../../src/random.ts";
import type { AttackType } from "../../src/verdict/verdict.ts";
import { randomText } from "./built-ins.ts";
import { mixCase } from "./dress.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const sqlBlanks = ["/**/", "/*!*/", "%0b", "%0c", "%a0", "()", "/*x*/", "--%0a", "+", "\f", "\v"] as const;
const sqlWords = /\b(?:select|union|from|where|and|or|all|sleep|order|by|having|like|insert|into|concat)\b/gi;
const tagNames = /<\/?[a-z]+|\bon[a-z]+(?=\s*=)|javascript(?=:)/gi;

/** What may stand between the letters of `javascript` in an address (HTML Standard, URL parser: tab and line breaks are removed). */
const addressGaps = ["\t", "\n", "\r\n", "&Tab;", "&NewLine;", "&#10;", "&#x09;", "\n\t"] as const;

/** Languages in which a line end is a blank like any other; to a shell it ends the command. */
const freeForm: ReadonlySet<AttackType> = new Set([
  "sqli",
  "xss",
  "ssti",
  "code-injection",
  "nosqli",
  "ldapi",
]);
const lineEnds = ["\n", "\n", "\r\n", " \n", "\n\n"] as const;

/** Returns the payload, in one case of five (for the classes that know such tricks) in another spelling or layout. Advances the generator. */
export function obscure(random: Random, type: AttackType, payload: string): string {
  if (random.below(5) !== 0) return payload;
  if (freeForm.has(type) && random.below(4) === 0) return breakLines(random, payload);
  switch (type) {
    case "sqli":
      return obscureSql(random, payload);
    case "xss":
      return random.below(3) === 0
        ? spreadScheme(random, payload)
        : payload.replace(tagNames, (name) => mixCase(random, name));
    default:
      return payload;
  }
}

/** Breaks lines at the blanks, at all or at about half of them. */
function breakLines(random: Random, payload: string): string {
  const lineEnd = lineEnds[random.below(lineEnds.length)]!;
  const all = random.below(2) === 0;
  return payload.replaceAll(" ", () => (all || random.below(2) === 0 ? lineEnd : " "));
}

/** Puts white space between the letters of the scheme, between some or all of them. */
function spreadScheme(random: Random, payload: string): string {
  const gap = addressGaps[random.below(addressGaps.length)]!;
  const all = random.below(2) === 0;
  return payload.replace(/javascript(?=:)/i, (scheme) =>
    Array.from(scheme, (letter) => (all || random.below(4) === 0 ? letter + gap : letter)).join(""),
  );
}

function obscureSql(random: Random, payload: string): string {
  switch (random.below(5)) {
    case 0:
      return payload.replace(sqlWords, (word) => mixCase(random, word));
    case 1:
      return payload.replace(sqlWords, (word) => word.toUpperCase());
    case 2:
      return payload.replaceAll(" ", sqlBlanks[random.below(sqlBlanks.length)]!);
    case 3: {
      // A comment to the end of the line counts as a blank in MySQL.
      const mark = random.below(2) === 0 ? "#" : "-- ";
      return payload.replaceAll(" ", () => `${mark}${randomText(random, letters, random.below(12))}\n`);
    }
    default:
      return payload.replace(sqlWords, (word) =>
        random.below(2) === 0 ? `/*!${random.below(2) === 0 ? "50000" : ""}${word}*/` : word,
      );
  }
}
