/**
 * Finds the text of a transaction that reads most like an attack, under two models: one of its letters, one of its
 * tokens. Long texts are read in overlapping pieces, so that memory is bounded and nothing is passed over.
 */
import { fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import type { Text } from "../features/texts.ts";
import { tokenizer } from "../features/tokenize.ts";
import type { NgramBuffers, SymbolNgrams, Window } from "../models/symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreClasses,
  scoreWindow,
  windowBuckets,
  windowSymbols,
} from "../models/symbol-ngrams.ts";
import type { AttackType } from "../verdict/verdict.ts";

/** The text that reads most like an attack, and how. */
export interface WorstText {
  /** Log-odds of its letters and of its tokens, each in [`leastLogit`, `largestLogit`]. */
  readonly letters: number;
  readonly tokens: number;
  /** Undefined where there is no text to judge: all values are plain words. */
  readonly text: Text | undefined;
  /** The piece of the text in which it was found. */
  readonly from: number;
  readonly until: number;
}

/** Log-odds where all values are plain words, and the least that any text gets. */
export const leastLogit = -4;
/** The most that any text gets: beyond it a model only repeats itself. */
export const largestLogit = 30;

/** Log-odds within the bounds. */
export function boundedLogit(logit: number): number {
  return Math.min(largestLogit, Math.max(leastLogit, logit));
}

/**
 * Log-odds of the tokens below which a text is harmless whatever its letters: they are not read then, which saves most
 * of the time that ordinary requests take, and costs 0.1 points of detection on left-out sources.
 */
const harmlessTokens = -2;

/** The two text models and the attack types of their classes. */
export interface TextModels {
  readonly letters: SymbolNgrams;
  readonly tokens: SymbolNgrams;
  readonly classes: readonly AttackType[];
}

/** Log-odds of one text under both models. */
export interface ReadingScores {
  readonly letters: number;
  readonly tokens: number;
}

/**
 * ReadingScores one text in both readings, of which the first `lettersLength` and `tokensLength` symbols count, as training and
 * serving do alike. Overwrites `buffers` and `window`, which is left at the worst window of the reading that came last.
 */
export function scoreReadings(
  models: Pick<TextModels, "letters" | "tokens">,
  letters: Uint8Array,
  lettersLength: number,
  tokens: Uint8Array,
  tokensLength: number,
  buffers: NgramBuffers,
  window: Window,
): ReadingScores {
  scoreWindow(models.tokens, tokens, tokensLength, buffers, window);
  const tokensLogit = boundedLogit(window.logit);
  if (tokensLogit < harmlessTokens) return { letters: leastLogit, tokens: tokensLogit };
  scoreWindow(models.letters, letters, lettersLength, buffers, window);
  return { letters: boundedLogit(window.logit), tokens: tokensLogit };
}

/** Finds and describes the worst text under one pair of models. */
export interface TextJudge {
  findWorst(texts: readonly Text[]): WorstText;
  /** The attack type that both models see in the worst text, and the bytes that weigh most in it. */
  describe(worst: WorstText): { readonly piece: string; readonly attackType: AttackType };
}

/** Pieces of a long text overlap by this, so that no window falls between two of them. */
const overlapBytes = windowSymbols * 4;

/** Header values whose scores are remembered in each of two generations, and the longest that is: 1 MB in all. */
const rememberedHeaders = 2_048;
const rememberedBytes = 256;

/** Makes the judge of one pair of models; it holds the scratch memory of one thread. */
export function textJudge(models: TextModels): TextJudge {
  const { letters, tokens, classes } = models;
  const folded = foldBuffers();
  const tokenize = tokenizer();
  const tokenized = new Uint8Array(folded.symbols.length);
  const buffers = ngramBuffers(folded.symbols.length);
  const buckets = new Int32Array(windowSymbols * ngramsPerPosition);
  const window: Window = { logit: 0, start: 0, end: 0 };

  /** Adds the class odds of the worst window of a reading to `into`; leaves that window in `window`. */
  const addClasses = (model: SymbolNgrams, symbols: Uint8Array, length: number, into: Float64Array): void => {
    scoreWindow(model, symbols, length, buffers, window);
    const count = windowBuckets(model.buckets - 1, symbols, window.start, window.end, buffers, buckets);
    scoreClasses(model, buckets, count, window.end - window.start, into);
  };

  /** Log-odds of one piece of a text. */
  const score = (text: Text, from: number, until: number): ReadingScores => {
    fold(text.text, text.place, from, until, folded);
    const count = tokenize(folded, tokenized);
    const { symbols, length } = folded;
    return scoreReadings(models, symbols, length, tokenized, count, buffers, window);
  };
  // Browsers send the same header values with every request, so what they score is remembered, in two generations.
  let young = new Map<string, ReadingScores>();
  let old = young;
  const scoreHeader = (text: Text): ReadingScores => {
    const known = young.get(text.text) ?? old.get(text.text);
    const scores = known ?? score(text, 0, text.text.length);
    if (known === undefined) {
      if (young.size >= rememberedHeaders) {
        old = young;
        young = new Map();
      }
      young.set(text.text, scores);
    }
    return scores;
  };

  return {
    findWorst(texts) {
      let worst: WorstText = { letters: leastLogit, tokens: leastLogit, text: undefined, from: 0, until: 0 };
      for (const text of texts) {
        const { length } = text.text;
        let until = 0;
        for (let from = 0; until < length; from = until - overlapBytes) {
          until = Math.min(length, from + maxFoldBytes);
          const isHeader = text.place === "header" && length <= rememberedBytes;
          const scores = isHeader ? scoreHeader(text) : score(text, from, until);
          if (scores.letters + scores.tokens > worst.letters + worst.tokens)
            worst = { letters: scores.letters, tokens: scores.tokens, text, from, until };
        }
      }
      return worst;
    },
    describe({ text, from, until }) {
      if (text === undefined) return { piece: "", attackType: "other" };
      const odds = new Float64Array(classes.length);
      fold(text.text, text.place, from, until, folded);
      const count = tokenize(folded, tokenized);
      addClasses(tokens, tokenized, count, odds);
      addClasses(letters, folded.symbols, folded.length, odds);
      let best = 0;
      for (let c = 1; c < odds.length; c++) if (odds[c]! > odds[best]!) best = c;
      const { origins } = folded;
      return {
        piece: text.text.slice(origins[window.start]!, origins[window.end - 1]! + 1),
        attackType: classes[best]!,
      };
    },
  };
}
