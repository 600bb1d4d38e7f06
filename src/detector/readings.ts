/**
 * How one piece of a text scores: under a model of its letters, under one of its tokens, and by the structure of what they
 * find. Training and serving both read pieces here.
 */
import type { Folded } from "../features/fold.ts";
import { fillSigns, signCount } from "../features/structure/signs.ts";
import type { ViewKind } from "../features/views.ts";
import { viewKinds } from "../features/views.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import { scoreBoostedTrees } from "../models/boosted-trees.ts";
import type { NgramBuffers, SymbolNgrams, Window } from "../models/symbol-ngrams.ts";
import { scoreClasses, scoreWindow, windowBuckets } from "../models/symbol-ngrams.ts";
import type { AttackType } from "../verdict/verdict.ts";

/** The two text models and the attack types of their classes. */
export interface TextModels {
  readonly letters: SymbolNgrams;
  readonly tokens: SymbolNgrams;
  readonly classes: readonly AttackType[];
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
/**
 * The same for a text without any syntax: words, numbers, full stops and commas. What letters see in it is the subject
 * that people talk about; not to read them finds 0.2 points more attacks at the same number of false alarms.
 */
const harmlessProse = -0.5;

/** 1 for symbols that stand in prose, as `fold` leaves them: its marks, letters, digits, blanks, `,`, `.`, `!`, `-`. */
const inProse = new Uint8Array(256);
inProse.fill(1, 1, 0x07);
inProse.fill(1, 0x61, 0x7b);
for (const symbol of " ,.!-0") inProse[symbol.charCodeAt(0)] = 1;

/** True where a text of these letters is harmless by the log-odds of its tokens. */
export function isHarmless(tokens: number, letters: Uint8Array, length: number): boolean {
  if (tokens < harmlessTokens || tokens >= harmlessProse) return tokens < harmlessTokens;
  for (let i = 0; i < length; i++) if (inProse[letters[i]!] === 0) return false;
  return true;
}

/** Log-odds of one text under both models. */
export interface ReadingScores {
  readonly letters: number;
  readonly tokens: number;
}

/**
 * Scores one text in both readings, of which the first `lettersLength` and `tokensLength` symbols count. Overwrites
 * `buffers` and `window`, which is left at the worst window of the reading that came last: of the letters, where they are
 * read.
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
  if (isHarmless(tokensLogit, letters, lettersLength)) return { letters: leastLogit, tokens: tokensLogit };
  scoreWindow(models.letters, letters, lettersLength, buffers, window);
  return { letters: boundedLogit(window.logit), tokens: tokensLogit };
}

/**
 * Adds the class odds of the worst window of a reading to `into`, shape (classes). Overwrites `buffers` and `buckets`, which
 * has room for a window, and leaves that window in `window`.
 */
export function addClassOdds(
  model: SymbolNgrams,
  symbols: Uint8Array,
  length: number,
  buffers: NgramBuffers,
  buckets: Int32Array,
  window: Window,
  into: Float64Array,
): void {
  scoreWindow(model, symbols, length, buffers, window);
  const count = windowBuckets(model.buckets - 1, symbols, window.start, window.end, buffers, buckets);
  scoreClasses(model, buckets, count, window.end - window.start, into);
}

/** The class with the highest odds, of which there is at least one. */
export function likeliestClass(odds: Float64Array): number {
  let best = 0;
  for (let c = 1; c < odds.length; c++) if (odds[c]! > odds[best]!) best = c;
  return best;
}

/** Log-odds of both readings together from which a text is startling. */
const startlingLogits = -4;

/**
 * True where a text is startling: its structure is read, and the history of its parameter. For any other, whatever they
 * say could not make an alarm in 1,000 ordinary requests of it.
 */
export function isStartling({ letters, tokens }: ReadingScores): boolean {
  return letters + tokens >= startlingLogits;
}

/** The most that structure adds to the log-odds, or takes away from them. */
export const largestCorrection = 4;
/** Bytes before and behind the worst window that are read for structure; what is further away cannot change it. */
const pieceMargin = 64;
/** Behind the log-odds of letters and of tokens, and a column for each kind of view. */
export const firstSign = 2 + viewKinds.length;
/** Columns that the trees of structure read: log-odds, kinds of view, signs. */
export const structureColumns = firstSign + signCount;

/** The piece of a text around the worst window of its letters, as `scoreReadings` leaves it. */
export function pieceAround(text: string, { origins }: Folded, { start, end }: Window): string {
  const from = origins[start]! - pieceMargin;
  return text.slice(Math.max(0, from), origins[Math.max(start, end - 1)]! + 1 + pieceMargin);
}

/** Writes what the trees of structure read of one piece to `row`, shape (structureColumns). */
export function fillStructure(piece: string, view: ViewKind, scores: ReadingScores, row: Float64Array): void {
  row[0] = scores.letters;
  row[1] = scores.tokens;
  for (const [i, kind] of viewKinds.entries()) row[2 + i] = kind === view ? 1 : 0;
  fillSigns(piece, row, firstSign);
}

/** What trees say of a filled row, within the bounds. */
export function scoreStructure(trees: BoostedTrees, row: Float64Array): number {
  return Math.min(largestCorrection, Math.max(-largestCorrection, scoreBoostedTrees(trees, row)));
}
