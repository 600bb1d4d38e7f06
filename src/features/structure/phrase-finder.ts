/** Finds many phrases in a text in one pass: their first three characters lead to the few that may begin at a position. */
import { scratchBytes } from "../scratch.ts";

/**
 * Calls `visit` with the number of the group and the position of each phrase of a byte string in lower case, in order of
 * position.
 */
export type FindPhrases = (text: string, visit: (group: number, at: number) => void) => void;

/** Of each of three characters the five lower bits. */
const keys = 1 << 15;

/** Makes the finder of phrases in lower case, of two characters and more, by group. */
export function phraseFinder(groups: readonly (readonly string[])[]): FindPhrases {
  const buckets: { readonly phrase: string; readonly group: number }[][] = [[]];
  /** By the first three characters: the bucket; 0 for those that begin no phrase. */
  const bucketOf = new Uint16Array(keys);
  for (const [group, phrases] of groups.entries()) {
    for (const phrase of phrases) {
      const [first, second, third] = [0, 1, 2].map((i) => phrase.charCodeAt(i) & 31);
      // Whatever follows two characters may follow them.
      const thirds = phrase.length > 2 ? [third!] : Array.from({ length: 32 }, (_, any) => any);
      for (const last of thirds) {
        const key = (first! << 10) | (second! << 5) | last;
        if (bucketOf[key] === 0) bucketOf[key] = buckets.push([]) - 1;
        buckets[bucketOf[key]!]!.push({ phrase, group });
      }
    }
  }
  return (text, visit) => {
    const bytes = scratchBytes(text);
    let key = ((bytes[0]! & 31) << 5) | (bytes[1]! & 31);
    for (let i = 0; i + 1 < text.length; i++) {
      // Behind the last character stands what the text before left there: no phrase that begins with it fits.
      key = ((key << 5) | (bytes[i + 2]! & 31)) & (keys - 1);
      const bucket = bucketOf[key]!;
      if (bucket === 0) continue;
      for (const { phrase, group } of buckets[bucket]!) if (text.startsWith(phrase, i)) visit(group, i);
    }
  };
}
