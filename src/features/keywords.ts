/**
 * Counts the words and pieces of the published features in one pass: an automaton that follows all of them at once (Aho
 * and Corasick, "Efficient string matching", 1975), made from the four lists when the module is loaded. Case does not
 * matter, and what one list has counted it does not count again: `/bin/etc/` holds one piece, not two.
 */

/** What is counted, list by list: words stand alone between other characters, pieces stand anywhere. */
interface Keywords {
  readonly words: readonly string[];
  readonly pieces: readonly string[];
}

const sql: Keywords = {
  words: "select union insert update delete drop from where or and having sleep benchmark".split(" "),
  pieces: [],
};
// The published list has `javascript:` as well, which holds `script` and counts as that.
const script: Keywords = { words: [], pieces: "script onerror onload alert iframe svg".split(" ") };
const shell: Keywords = {
  words: "cat wget curl bash cmd ping whoami id".split(" "),
  pieces: ["/bin/", "/etc/"],
};
const code: Keywords = {
  words: [],
  pieces: ["<?php", "eval(", "system(", "exec(", "base64_decode", "${", "{{"],
};

/** Stands for any character that is no part of a word, before and after a word. */
const boundary = "\n";

interface Pattern {
  /** What to look for, with its boundaries where it is a word. */
  readonly text: string;
  readonly isPiece: boolean;
  /** Number of its list, from 1. */
  readonly list: number;
}

const patterns: readonly Pattern[] = [sql, script, shell, code].flatMap(({ words, pieces }, index) => [
  ...words.map((word) => ({ text: boundary + word + boundary, isPiece: false, list: index + 1 })),
  ...pieces.map((text) => ({ text, isPiece: true, list: index + 1 })),
]);

/** Entries of a row of `transitions`: more than there are symbols and lists. */
const rowLength = 64;
const rowMask = -rowLength;

/** The characters that patterns hold, in lower case; all others are one of the first two, a word's or a boundary. */
const symbols: readonly string[] = [
  ...new Set(["z", boundary, ...patterns.flatMap(({ text }) => [...text])]),
];
const isWordSymbol = symbols.map((symbol) => /\w/.test(symbol));

/** The symbol of each byte. */
const symbolOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = byte < 0x80 ? String.fromCharCode(byte).toLowerCase() : boundary;
  const known = symbols.indexOf(character);
  return known >= 0 ? known : /\w/.test(character) ? 0 : 1;
});

/** Begun patterns: the number of each times `rowLength`, plus how many of its characters have been seen. */
type State = readonly number[];

const patternOf = (item: number): Pattern => patterns[Math.floor(item / rowLength)]!;

/** The patterns that begin with each symbol. */
const beginnings: readonly State[] = symbols.map((_, symbol) =>
  patterns.flatMap(({ text }, index) => (fits(text[0]!, symbol) ? [index * rowLength + 1] : [])),
);

function fits(wanted: string, symbol: number): boolean {
  return wanted === boundary ? !isWordSymbol[symbol] : wanted === symbols[symbol];
}

/** The state after one more symbol, and the pattern that it completed: the lists are such that there is only one. */
function step(state: State, symbol: number): { state: State; completed: Pattern | undefined } {
  let begun = [...beginnings[symbol]!];
  let completed: Pattern | undefined;
  for (const item of state) {
    const { text } = patternOf(item);
    if (!fits(text[item % rowLength]!, symbol)) continue;
    if ((item % rowLength) + 1 < text.length) begun.push(item + 1);
    else completed = patternOf(item);
  }
  // A piece takes its characters away from the other pieces of its list; no word of a list overlaps a piece of it.
  const { isPiece = false, list = 0 } = completed ?? {};
  if (isPiece) begun = begun.filter((item) => !(patternOf(item).isPiece && patternOf(item).list === list));
  return { state: begun, completed };
}

/** Where a text begins is a boundary. */
const start = step([], symbols.indexOf(boundary)).state;

/** A row for each state: for each symbol the place of the next row, plus the number of the list that has one more. */
const transitions = makeTransitions();

function makeTransitions(): Uint16Array {
  const states = [start];
  const placeOf = new Map([[start.join(), 0]]);
  const rows: number[][] = [];
  for (const from of states) {
    const row = new Array<number>(rowLength).fill(0);
    for (let symbol = 0; symbol < symbols.length; symbol++) {
      const { state, completed } = step(from, symbol);
      const key = state.join();
      let place = placeOf.get(key);
      if (place === undefined) {
        place = (states.push(state) - 1) * rowLength;
        placeOf.set(key, place);
      }
      row[symbol] = place + (completed?.list ?? 0);
    }
    rows.push(row);
  }
  return Uint16Array.from(rows.flat());
}

/** Numbers of the lists: places in the counts. */
export const keywordLists = { sql: 1, script: 2, shell: 3, code: 4 } as const;

/** Where every text begins. */
export const keywordStart = 0;

/**
 * Follows `bytes[0 … length - 1]` from `place`, adds what is complete to `counts` (shape (5), see `keywordLists`) and
 * returns the place to go on from. A word is complete with the byte after it: end a text with a blank. Bytes outside
 * ASCII are no part of a word. Linear; allocates nothing.
 */
export function followKeywords(
  bytes: Uint8Array,
  length: number,
  place: number,
  counts: Uint32Array,
): number {
  let row = place;
  for (let i = 0; i < length; i++) {
    const next = transitions[row + symbolOf[bytes[i]!]!]!;
    row = next & rowMask;
    if (next !== row) counts[next - row]!++;
  }
  return row;
}
