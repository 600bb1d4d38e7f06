/**
 * Ordinary words that attackers put between, before and behind the pieces of an attack, so that it reads like a text
 * ("good words": Lowd and Meek, "Good Word Attacks on Statistical Spam Filters", CEAS 2005).
 */
import type { Random } from "../../src/random.ts";
import { oneOf } from "./operator.ts";

/** Words of shops, forums and forms, without any character that a language could mistake for syntax. */
export const goodWords: readonly string[] = (
  "the garden chair was delivered yesterday and we are very happy with it thank you for your help our order number " +
  "please send me more information about this product in blue or green size medium shipping address main street " +
  "new york meeting notes project plan summer holiday family photo album recipe chicken soup kitchen table lamp " +
  "community forum question answer weather report morning coffee train station ticket price customer service hello " +
  "everyone welcome back next week monday afternoon article title description category sports music travel books"
).split(" ");

/** `count` words with blanks between them. Advances the generator. */
export function someWords(random: Random, count: number): string {
  return Array.from({ length: count }, () => oneOf(random, goodWords)).join(" ");
}

/** One to nine words: seldom more than fit into what a detector reads at once, sometimes more. Advances the generator. */
export function fewWords(random: Random): string {
  return someWords(random, 1 + random.below(9));
}
