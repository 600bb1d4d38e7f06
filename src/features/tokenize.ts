/**
 * Reduces a folded text to tokens: words by what they do in an interpreter, numbers, and marks. Where folding keeps
 * the letters of a text, this keeps its structure: `' or 1=1` and `' AND 7=7` become the same tokens, and prose
 * becomes words with blanks between them.
 */
import { groupSymbol, wordHashFactor, wordHashStart } from "./lexicon.ts";

const blank = 0x20;
const digit = 0x30;
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

/**
 * Writes the tokens of `symbols[0 … length - 1]`, which `fold` made, to `into` and returns their number, at most
 * `length`. A blank counts only between two words. Linear; allocates nothing.
 */
export function tokenize(symbols: Uint8Array, length: number, into: Uint8Array): number {
  let count = 0;
  let i = 0;
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
        hash = Math.imul(hash ^ next, wordHashFactor);
      }
      const size = i - start;
      if (onlyDigits) into[count++] = digit;
      else if (size > longestWord) into[count++] = longWord;
      else into[count++] = groupSymbol(hash) || (size === 1 ? letter : word);
    } else {
      if (symbol !== blank) into[count++] = symbol;
      else if (i > 0 && inWord[symbols[i - 1]!] === 1 && i + 1 < length && inWord[symbols[i + 1]!] === 1)
        into[count++] = blank;
      i++;
    }
  }
  return count;
}
