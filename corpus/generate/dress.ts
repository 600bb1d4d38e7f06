/**
 * What happens to values between whoever writes them and the application: encoded again, cased, embedded in other
 * text, their blanks replaced. The same chances hold for attacks and benign values, so that none of it tells the label.
 */
import type { Random } from "../../src/random.ts";
import { encodings } from "./encoding.ts";
import type { Grammar } from "./grammar.ts";

/** Chances out of 1,000 for each re-encoding of a whole value. */
const encodingChances: readonly (readonly [encoding: string, chance: number])[] = [
  ["url", 30],
  ["form", 12],
  ["url2", 12],
  ["urlall", 4],
  ["html", 12],
  ["htmldec", 3],
  ["jsonascii", 8],
  ["escape", 6],
  ["b64", 8],
  ["wide", 2],
];

/** Chances out of 1,000 for the case of a whole value. */
const caseChances: readonly (readonly [encoding: string, chance: number])[] = [
  ["upper", 25],
  ["lower", 50],
  ["title", 10],
];

function choose(
  random: Random,
  chances: readonly (readonly [string, number])[],
): ((text: string) => string) | undefined {
  let draw = random.below(1000);
  for (const [name, chance] of chances) {
    if (draw < chance) return encodings[name]!;
    draw -= chance;
  }
  return undefined;
}

/** Dresses a value; `words` gives the ordinary text around it (its rule `phrase`). Advances the generator. */
export function dress(random: Random, value: string, words: Grammar): string {
  let text = respace(random, value);
  text = choose(random, caseChances)?.(text) ?? text;
  const place = random.next();
  if (place < 0.05) text = `${words.expand(random, "phrase")} ${text}`;
  else if (place < 0.09) text = `${text} ${words.expand(random, "phrase")}`;
  else if (place < 0.1) text = `${words.expand(random, "phrase")} ${text} ${words.expand(random, "phrase")}`;
  else if (place < 0.11) text = `${longText(random, words)} ${text}`;
  else if (place < 0.12) text = `${words.expand(random, "param")}=${text}`;
  return choose(random, encodingChances)?.(text) ?? text;
}

function longText(random: Random, words: Grammar): string {
  const phrases = Array.from({ length: 5 + random.below(30) }, () => words.expand(random, "phrase"));
  return phrases.join([", ", ". ", " ", "\n"][random.below(4)]);
}

const blanks = ["\t", "\n", "\n", "\r\n", "  ", "+", "%20", "%09", "%0a", "\u00a0"] as const;

/** Replaces the blanks of the value, all or about half of them, by another white space or what stands for one, once in sixteen. Advances the generator. */
export function respace(random: Random, value: string): string {
  if (random.below(16) !== 0) return value;
  const other = blanks[random.below(blanks.length)]!;
  const all = random.below(2) === 0;
  return value.replaceAll(" ", () => (all || random.below(2) === 0 ? other : " "));
}

/** Writes letters in alternating or random case. Advances the generator. */
export function mixCase(random: Random, value: string): string {
  return value.replace(/[a-zA-Z]/g, (c) => (random.below(2) === 0 ? c.toUpperCase() : c.toLowerCase()));
}
