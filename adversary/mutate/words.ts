/**
 * Ordinary words that attackers put between, before and behind the pieces of an attack, so that it reads like a text
 * ("good words": Lowd and Meek, "Good Word Attacks on Statistical Spam Filters", CEAS 2005). They are those of the corpus's
 * own posts, which are benign: what is trained on mutants must not learn that a word is an attack.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Random } from "../../src/random.ts";
import { oneOf } from "./operator.ts";

/** Words that some language could take for syntax or a command. */
const reserved: ReadonlySet<string> = new Set(
  (
    "select union all from where and or not null like in is between order group by having limit case when then else end as insert into values update set delete drop table if exists distinct exec execute cast char char_length database user version sleep glob match on using join left right inner outer cross natural offset except intersect with window over div mod xor binary regexp rlike escape collate procedure " +
    "for do done fi elif while until function return var let const new this throw try catch typeof void in of class delete eval alert confirm prompt print true false echo test cat ls id ps env pwd head tail sort curl wget ping sh bash nc time cut dd tr more less find which who host select end endif raw"
  ).split(" "),
);
/** A word must come so often. */
const fewestTimes = 3;

function readWords(): readonly string[] {
  const folder = new URL("../../corpus/posts/", import.meta.url);
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder).sort()) {
    // Code is left out: fences, and what stands in backquotes.
    const prose = readFileSync(new URL(file, folder), "utf8").replace(
      /```[\s\S]*?```|`[^`\n]*`|<[^>\n]*>/g,
      " ",
    );
    for (const [word] of prose.matchAll(/(?<=[\s(])[a-z]{2,10}(?=[\s,.)?!])/g))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .filter(([word, count]) => count >= fewestTimes && !reserved.has(word))
    .map(([word]) => word)
    .sort();
}

/** The words, in alphabetical order. */
export const goodWords: readonly string[] = readWords();

/** `count` words with blanks between them. Advances the generator. */
export function someWords(random: Random, count: number): string {
  return Array.from({ length: count }, () => oneOf(random, goodWords)).join(" ");
}

/** One to nine words: seldom more than fit into what a detector reads at once, sometimes more. Advances the generator. */
export function fewWords(random: Random): string {
  return someWords(random, 1 + random.below(9));
}
