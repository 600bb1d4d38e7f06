/**
 * Finds text that two collections share: a string of one that equals, contains or lies within a string of the other,
 * once both are decoded, in lower case, and with every run of digits as one 0.
 */

/** Shorter strings are shared by chance and prove nothing. */
const shortest = 12;

/**
 * Training sets list bare words of the trade as values of their own: `union all select`, `java.lang.runtime`,
 * `/proc/self/environ`. A text of ours that merely uses such a word is not shared; below this length, what lies within a
 * text of ours counts only where it is at least half of it.
 */
const longestWord = 24;

/** A pair of strings, folded, one of which lies in the other. */
export interface SharedString {
  readonly ours: string;
  readonly theirs: string;
}

/** Brings text into the form in which it is compared: percent-decoded up to three times, lower case, digits and blanks folded. */
export function folded(text: string): string {
  let decoded = text;
  for (let round = 0; round < 3; round++) {
    const next = decoded.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll("%", ""), "hex").toString(),
    );
    if (next === decoded) break;
    decoded = next;
  }
  return decoded.replaceAll("+", " ").toLowerCase().replace(/\d+/g, "0").replace(/\s+/g, " ").trim();
}

function isShared(ours: string, theirs: string): boolean {
  return (
    ours.includes(theirs) &&
    /[a-z]/.test(theirs) &&
    (theirs.length > longestWord || theirs.length * 2 >= ours.length)
  );
}

/** Remembers our strings, then looks at theirs one after the other. */
export function sharedStringFinder(ours: Iterable<string>): {
  /** The pairs that this string of theirs makes with ours. */
  find(theirs: string): SharedString[];
} {
  const texts = [...new Set([...ours].map(folded))].filter((text) => text.length >= shortest);
  const heads = new Map<string, string[]>();
  const windows = new Map<string, Set<number>>();
  texts.forEach((text, index) => {
    const head = text.slice(0, shortest);
    heads.set(head, [...(heads.get(head) ?? []), text]);
    for (let at = 0; at + shortest <= text.length; at++) {
      const window = text.slice(at, at + shortest);
      const holders = windows.get(window) ?? new Set();
      windows.set(window, holders.add(index));
    }
  });
  return {
    find(text) {
      const theirs = folded(text);
      if (theirs.length < shortest) return [];
      const pairs: SharedString[] = [];
      for (const index of windows.get(theirs.slice(0, shortest)) ?? []) {
        const holder = texts[index]!;
        if (isShared(holder, theirs)) pairs.push({ ours: holder, theirs });
      }
      for (let at = 0; at + shortest <= theirs.length; at++) {
        for (const candidate of heads.get(theirs.slice(at, at + shortest)) ?? []) {
          if (theirs.startsWith(candidate, at)) pairs.push({ ours: candidate, theirs });
        }
      }
      return pairs;
    },
  };
}
