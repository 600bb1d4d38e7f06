/**
 * Tells the quotes and brackets that stand in pairs from those that stand alone. Code and prose close what they open;
 * what breaks out of a place closes what it did not open, or leaves it open. A mark therefore has three tokens: opening
 * and closing for the two of a pair, and the mark itself where it has no partner.
 */

const apostrophe = 0x27;
const quotes = [apostrophe, 0x22, 0x60] as const;
const brackets = [
  [0x28, 0x29],
  [0x5b, 0x5d],
  [0x7b, 0x7d],
] as const;
const backslash = 0x5c;

/** The token of an apostrophe within a word (`don't`) or behind a backslash, of which neither ends a text. */
export const innerApostrophe = 0x07;
/** Tokens of pairs: opening and closing of each kind of quote, then of each kind of bracket. */
const firstPairToken = 0x08;

/** What a symbol is to this file. */
export const markKinds = { other: 0, quote: 1, opening: 2, closing: 3 } as const;
/** The kind of each symbol. */
export const markKindOf = new Uint8Array(256);
/** The tokens that a mark gets in a pair, by symbol: as the one that opens, as the one that closes. */
const openingToken = new Uint8Array(256);
const closingToken = new Uint8Array(256);
/** The bracket that a closing one closes, by symbol. */
const partnerOf = new Uint8Array(256);
{
  let token = firstPairToken;
  for (const quote of quotes) {
    markKindOf[quote] = markKinds.quote;
    openingToken[quote] = token++;
    closingToken[quote] = token++;
  }
  for (const [opening, closing] of brackets) {
    markKindOf[opening] = markKinds.opening;
    markKindOf[closing] = markKinds.closing;
    partnerOf[closing] = opening;
    openingToken[opening] = token++;
    closingToken[closing] = token++;
  }
}
/** The token of the end of a line: the first one after those of pairs. */
export const lineEnd = firstPairToken + 2 * (quotes.length + brackets.length);

/** 1 for each of the characters and of the symbols that mark the start and the end of a text. */
function among(characters: string, ...symbols: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  for (const symbol of symbols) table[symbol] = 1;
  return table;
}
/** Where quotes stand in code and prose: what comes before one that opens, and after one that closes. */
const beforeOpening = among(" ([{=,:<>+&|!;*-~%?.\\'\"`", 1, 2, 4, 5, 6);
const afterClosing = among(" )]},;:=.<>+&|!?/*-[(\\'\"`", 1, 2, 4, 5, 6);
/** What no quoted text begins with: a quote before it most likely closes one that was opened outside of the text. */
const neverQuoted = among(" >);,-|&#=", 2);
/** Letters and whatever is outside ASCII: an apostrophe between two of them is one. */
const letters = among("abcdefghijklmnopqrstuvwxyz_", 3);

/** Brackets within brackets that are followed; of deeper ones only the closing side is looked at. */
const deepest = 64;
const none = -1;

/** The open quotes and brackets of one text. */
export interface Pairs {
  /** Begins a text. */
  begin(): void;
  /** Ends a line: a quote does not reach over it, or one apostrophe would turn the roles of all that follow. */
  endLine(): void;
  /**
   * The token of a quote or bracket that stands between `before` and `after` and whose token is to be `tokens[count]`.
   * Where it closes a pair, the token of the opening one changes, in `tokens`.
   */
  token(symbol: number, before: number, after: number, tokens: Uint8Array, count: number): number;
}

/** Makes the memory for one thread. Constant time for each mark; allocates nothing afterwards. */
export function pairs(): Pairs {
  /** By symbol: where the token of the quote that may be open is, or `none`. */
  const openQuotes = new Int32Array(128).fill(none);
  const bracketsAt = new Int32Array(deepest);
  const bracketsOpen = new Uint8Array(deepest);
  let depth = 0;

  const endLine = (): void => {
    for (const quote of quotes) openQuotes[quote] = none;
  };
  const quoteToken = (
    symbol: number,
    before: number,
    after: number,
    tokens: Uint8Array,
    count: number,
  ): number => {
    const isInner =
      before === backslash || (letters[before] === 1 && letters[after] === 1 && openQuotes[symbol] === none);
    if (symbol === apostrophe && isInner) return innerApostrophe;
    if (before === backslash) return symbol;
    const opening = openQuotes[symbol]!;
    openQuotes[symbol] = none;
    if (opening !== none && afterClosing[after] === 1) {
      tokens[opening] = openingToken[symbol]!;
      return closingToken[symbol]!;
    }
    if (beforeOpening[before] === 1 && neverQuoted[after] === 0) openQuotes[symbol] = count;
    return symbol;
  };

  return {
    begin() {
      depth = 0;
      endLine();
    },
    endLine,
    token(symbol, before, after, tokens, count) {
      const kind = markKindOf[symbol];
      if (kind === markKinds.quote) return quoteToken(symbol, before, after, tokens, count);
      if (kind === markKinds.opening) {
        if (depth < deepest) {
          bracketsAt[depth] = count;
          bracketsOpen[depth++] = symbol;
        }
        return symbol;
      }
      if (depth === 0 || bracketsOpen[depth - 1] !== partnerOf[symbol]) return symbol;
      tokens[bracketsAt[--depth]!] = openingToken[partnerOf[symbol]!]!;
      return closingToken[symbol]!;
    },
  };
}
