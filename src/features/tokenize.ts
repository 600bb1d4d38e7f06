/**
 * Reduces a folded text to tokens: words by what they do in an interpreter, numbers, marks by their role, and the ends
 * of lines. Where folding keeps the letters of a text, this keeps its structure: `' or 1=1` and `' AND 7=7` become the
 * same tokens, and prose becomes words with blanks between them.
 */
import type { Folded } from "./fold.ts";
import { groupSymbol, wordHashFactor, wordHashStart } from "./lexicon.ts";
import { lineEnd, markKindOf, markKinds, pairs } from "./pairs.ts";

const blank = 0x20;
const digit = 0x30;
const nonAscii = 3;
/** Stands for what is before and after a piece of a longer text. */
const pieceEdge = blank;
/** Kinds of words outside the lexicon. */
const letter = 0x61;
const word = 0x62;
const longWord = 0x63;
/** A run of letters and digits longer than this is no word but an identifier or code. */
const longestWord = 24;

/** 1 for the symbols of words: letters, digits and `_`, as `fold` leaves them. */
const inWord = new Uint8Array(256);
for (let symbol = 0x61; symbol <= 0x7a; symbol++) inWord[symbol] = 1;
inWord[digit] = 1;
inWord[0x5f] = 1;

/** A blank between two of these separates words; anywhere else it is of no account. */
const isWordlike = (symbol: number | undefined): boolean => inWord[symbol!] === 1 || symbol === nonAscii;

/**
 * Writes the tokens of a folded text to `into`, which it overwrites, and returns their number: at most
 * `folded.length`. Linear; allocates nothing.
 */
export type Tokenize = (folded: Folded, into: Uint8Array) => number;

/** Makes a tokenizer; one for each thread is enough. */
export function tokenizer(): Tokenize {
  const open = pairs();
  return ({ symbols, lineBreaks, length }, into) => {
    // The engine looks an imported binding up at each use, and this one is used for each symbol.
    const factor = wordHashFactor;
    let count = 0;
    let i = 0;
    open.begin();
    while (i < length) {
      const symbol = symbols[i]!;
      if (inWord[symbol] === 1) {
        const start = i;
        let hash = wordHashStart;
        let onlyDigits = true;
        for (; i < length; i++) {
          const next = symbols[i]!;
          if (inWord[next] === 0) break;
          if (next !== digit) onlyDigits = false;
          hash = Math.imul(hash ^ next, factor);
        }
        const size = i - start;
        if (onlyDigits) into[count++] = digit;
        else if (size > longestWord) into[count++] = longWord;
        else into[count++] = groupSymbol(hash) || (size === 1 ? letter : word);
        continue;
      }
      if (symbol === blank) {
        if (lineBreaks[i] === 1) {
          into[count++] = lineEnd;
          open.endLine();
        } else if (i > 0 && isWordlike(symbols[i - 1]) && i + 1 < length && isWordlike(symbols[i + 1]))
          into[count++] = blank;
      } else if (markKindOf[symbol] === markKinds.other) into[count++] = symbol;
      else {
        const before = i > 0 ? symbols[i - 1]! : pieceEdge;
        const after = i + 1 < length ? symbols[i + 1]! : pieceEdge;
        into[count] = open.token(symbol, before, after, into, count);
        count++;
      }
      i++;
    }
    return count;
  };
}
