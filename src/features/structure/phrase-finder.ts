/** Finds many phrases in a text in one pass: their first two characters lead to the few that may begin at a position. */

/** Calls `visit` with the number of the group and the position of each phrase of a text in lower case, in order of position. */
export type FindPhrases = (text: string, visit: (group: number, at: number) => void) => void;

/** Makes the finder of phrases in lower case, of two characters and more, by group. */
export function phraseFinder(groups: readonly (readonly string[])[]): FindPhrases {
  const buckets: { readonly phrase: string; readonly group: number }[][] = [[]];
  /** By the first two characters: the bucket; 0 for those that begin no phrase. */
  const bucketOf = new Uint16Array(1 << 16);
  for (const [group, phrases] of groups.entries()) {
    for (const phrase of phrases) {
      const key = phrase.charCodeAt(0) | (phrase.charCodeAt(1) << 8);
      if (bucketOf[key] === 0) bucketOf[key] = buckets.push([]) - 1;
      buckets[bucketOf[key]!]!.push({ phrase, group });
    }
  }
  return (text, visit) => {
    let code = text.charCodeAt(0);
    for (let i = 0; i + 1 < text.length; i++) {
      const next = text.charCodeAt(i + 1);
      const bucket = bucketOf[(code & 0xff) | ((next & 0xff) << 8)]!;
      code = next;
      if (bucket === 0) continue;
      for (const { phrase, group } of buckets[bucket]!) if (text.startsWith(phrase, i)) visit(group, i);
    }
  };
}
