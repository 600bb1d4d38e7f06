/** What attackers alone do to a payload so that filters which compare words miss it, by the language it speaks. */
import type { Random } from "../../src/random.ts";
import type { AttackType } from "../../src/verdict/verdict.ts";
import { mixCase } from "./dress.ts";

const sqlBlanks = ["/**/", "/*!*/", "%0b", "%0c", "%a0", "()", "/*x*/", "--%0a", "+", "\f", "\v"] as const;
const sqlWords = /\b(?:select|union|from|where|and|or|all|sleep|order|by|having|like|insert|into|concat)\b/gi;
const tagNames = /<\/?[a-z]+|\bon[a-z]+(?=\s*=)|javascript(?=:)/gi;

/** Returns the payload, in one case of five (for the classes that know such tricks) in another spelling. Advances the generator. */
export function obscure(random: Random, type: AttackType, payload: string): string {
  if (random.below(5) !== 0) return payload;
  switch (type) {
    case "sqli":
      return obscureSql(random, payload);
    case "xss":
      return payload.replace(tagNames, (name) => mixCase(random, name));
    default:
      return payload;
  }
}

function obscureSql(random: Random, payload: string): string {
  switch (random.below(4)) {
    case 0:
      return payload.replace(sqlWords, (word) => mixCase(random, word));
    case 1:
      return payload.replace(sqlWords, (word) => word.toUpperCase());
    case 2:
      return payload.replaceAll(" ", sqlBlanks[random.below(sqlBlanks.length)]!);
    default:
      return payload.replace(sqlWords, (word) =>
        random.below(2) === 0 ? `/*!${random.below(2) === 0 ? "50000" : ""}${word}*/` : word,
      );
  }
}
