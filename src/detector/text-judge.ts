/**
 * Finds the text of a transaction that reads most like an attack, under two models: one of its letters, one of its
 * tokens. Long texts are read in overlapping pieces, so that memory is bounded and nothing is passed over.
 */
import { type Folded, fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import { Recent } from "../features/recent.ts";
import { fillSigns, signCount } from "../features/structure/signs.ts";
import type { Text, ViewKind } from "../features/texts.ts";
import { viewKinds } from "../features/texts.ts";
import { tokenizer } from "../features/tokenize.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import { scoreBoostedTrees } from "../models/boosted-trees.ts";
import type { NgramBuffers, SymbolNgrams, Window } from "../models/symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreClasses,
  scoreUnfamiliar,
  scoreWindow,
  visitAlarming,
  windowBuckets,
  windowSymbols,
} from "../models/symbol-ngrams.ts";
import { namesInside } from "../profiles/inside.ts";
import type { Lesson, ParameterHistory } from "../profiles/parameter-history.ts";
import { largestRaise } from "../profiles/parameter-profile.ts";
import type { AttackType } from "../verdict/verdict.ts";

/** The text that reads most like an attack, and how. */
export interface WorstText {
  /** Log-odds of its letters and of its tokens, each in [`leastLogit`, `largestLogit`]. */
  readonly letters: number;
  readonly tokens: number;
  /** What its structure adds to the log-odds, in [−`largestCorrection`, `largestCorrection`]. */
  readonly structure: number;
  /** Undefined where there is no text to judge: all values are plain words. */
  readonly text: Text | undefined;
  /** The piece of the text in which it was found. */
  readonly from: number;
  readonly until: number;
  /**
   * What the history of its parameter adds to the log-odds: less than 0 where pieces of it are ordinary there, more than
   * 0 where such texts are rare there, 0 where nothing is known.
   */
  readonly shift: number;
}

/**
 * The most that a history takes away from the log-odds of letters and tokens: a text that is far beyond doubt stays an
 * attack. What structure has added may go as well, where such structure is ordinary.
 */
export const largestRelief = 2;
/** Log-odds of both readings together from which a text is startling in a parameter that never has the like. */
const startlingLogits = -4;

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
export const harmlessTokens = -2;

/** The most that structure adds to the log-odds, or takes away from them. */
export const largestCorrection = 4;
/** Bytes before and behind the worst window that are read for structure; what is further away cannot change it. */
const pieceMargin = 64;
/** Behind the log-odds of letters and of tokens, and a column for each kind of view. */
const firstSign = 2 + viewKinds.length;
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

/** The two text models and the attack types of their classes. */
export interface TextModels {
  readonly letters: SymbolNgrams;
  readonly tokens: SymbolNgrams;
  readonly classes: readonly AttackType[];
}

/** What a judge needs: the text models, and the trees that read the structure of what they find. */
export interface JudgeModels extends TextModels {
  readonly structure: BoostedTrees;
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

/** Log-odds of one piece of a text, and what its structure adds. */
interface PieceScores extends ReadingScores {
  readonly structure: number;
}

/** Where the history of a parameter is known, it. */
export type HistoryOf = (text: Text) => ParameterHistory | undefined;

/** What a text is, and the piece of it that shows it. */
export interface Description {
  readonly piece: string;
  readonly attackType: AttackType;
  /** False where another type fits about as well. */
  readonly isClear: boolean;
}

/** The type that fits best does so clearly where its log-odds are so much higher than those of any other. */
const clearMargin = 1;

/** Finds and describes the worst text under one pair of models. */
export interface TextJudge {
  findWorst(texts: readonly Text[], historyOf?: HistoryOf): WorstText;
  /** Teaches the pieces of an ordinary text that would count for an attack; true where it is startling all the same. */
  teach(text: Text, lesson: Lesson): boolean;
  /**
   * The attack type that both models see in the worst text, whether clearly, and the bytes that weigh most in it.
   */
  describe(worst: WorstText): Description;
}

/** Pieces of a long text overlap by this, so that no window falls between two of them. */
const overlapBytes = windowSymbols * 4;

/** The pieces in which a text is read, as [from, until). */
function piecesOf({ text }: Text): (readonly [from: number, until: number])[] {
  const pieces: (readonly [number, number])[] = [];
  let until = 0;
  for (let from = 0; until < text.length; from = until - overlapBytes) {
    until = Math.min(text.length, from + maxFoldBytes);
    pieces.push([from, until]);
  }
  return pieces;
}

/** Header values whose scores are remembered in each of two generations, and the longest that is: 1 MB in all. */
const rememberedHeaders = 2_048;
const rememberedBytes = 256;

/** Makes the judge of one pair of models; it holds the scratch memory of one thread. */
export function textJudge(models: JudgeModels): TextJudge {
  const { letters, tokens, classes, structure } = models;
  const folded = foldBuffers();
  const tokenize = tokenizer();
  const tokenized = new Uint8Array(folded.symbols.length);
  const buffers = ngramBuffers(folded.symbols.length);
  const buckets = new Int32Array(windowSymbols * ngramsPerPosition);
  const window: Window = { logit: 0, start: 0, end: 0 };
  const row = new Float64Array(structureColumns);

  /** Adds the class odds of the worst window of a reading to `into`; leaves that window in `window`. */
  const addClasses = (model: SymbolNgrams, symbols: Uint8Array, length: number, into: Float64Array): void => {
    scoreWindow(model, symbols, length, buffers, window);
    const count = windowBuckets(model.buckets - 1, symbols, window.start, window.end, buffers, buckets);
    scoreClasses(model, buckets, count, window.end - window.start, into);
  };

  /** Log-odds of one piece of a text, with what its structure adds. */
  const score = (text: Text, from: number, until: number): PieceScores => {
    fold(text.text, text.place, from, until, folded);
    const count = tokenize(folded, tokenized);
    const { symbols, length } = folded;
    const scores = scoreReadings(models, symbols, length, tokenized, count, buffers, window);
    if (scores.tokens < harmlessTokens) return { ...scores, structure: 0 };
    fillStructure(pieceAround(text.text, folded, window), text.view, scores, row);
    return { ...scores, structure: scoreStructure(structure, row) };
  };
  /** Log-odds of the piece in the scratch memory, both readings together, without what is familiar in its parameter. */
  const scoreStrange = (count: number, history: ParameterHistory): number => {
    const ofTokens = (bucket: number): boolean => history.isFamiliar("tokens", bucket);
    scoreUnfamiliar(tokens, tokenized, count, buffers, window, ofTokens);
    const tokensLogit = boundedLogit(window.logit);
    if (tokensLogit < harmlessTokens) return leastLogit + tokensLogit;
    const ofLetters = (bucket: number): boolean => history.isFamiliar("letters", bucket);
    scoreUnfamiliar(letters, folded.symbols, folded.length, buffers, window, ofLetters);
    return boundedLogit(window.logit) + tokensLogit;
  };
  /** The bytes of the text that stand in the window over the letters in the scratch memory. */
  const pieceIn = ({ text }: Text): string =>
    text.slice(folded.origins[window.start]!, folded.origins[window.end - 1]! + 1);
  /**
   * What is taken from the log-odds because the structure of a piece is ordinary in its parameter: at most what structure has
   * added. Overwrites the row.
   */
  const structureRelief = (
    piece: string,
    view: ViewKind,
    scores: PieceScores,
    history: ParameterHistory,
  ): number => {
    if (scores.structure <= 0) return 0;
    fillStructure(piece, view, scores, row);
    for (let sign = 0; sign < signCount; sign++)
      if (row[firstSign + sign] === 1 && history.isFamiliar("signs", sign)) row[firstSign + sign] = 0;
    return Math.min(0, Math.max(0, scoreStructure(structure, row)) - scores.structure);
  };
  /** What the history of its parameter adds to the log-odds of a piece that has `scores` without one. */
  const shiftOf = (
    text: Text,
    from: number,
    until: number,
    scores: PieceScores,
    historyOf: HistoryOf | undefined,
  ): number => {
    const cold = scores.letters + scores.tokens;
    // Only what is startling is looked up: most requests hold nothing of the kind.
    const history = cold < startlingLogits ? undefined : historyOf?.(text);
    if (history === undefined) return 0;
    fold(text.text, text.place, from, until, folded);
    const count = tokenize(folded, tokenized);
    scoreWindow(letters, folded.symbols, folded.length, buffers, window);
    const isInside = namesInside(pieceIn(text));
    const ofStructure = isInside
      ? 0
      : structureRelief(pieceAround(text.text, folded, window), text.view, scores, history);
    const strange = isInside ? cold : scoreStrange(count, history);
    const relief = Math.max(-largestRelief, strange - cold) + ofStructure;
    return strange < startlingLogits ? relief : relief + history.raiseOf(text.parameter.value);
  };
  // Browsers send the same header values with every request, so what they score is remembered.
  const remembered = new Recent<PieceScores>(rememberedHeaders);

  return {
    findWorst(texts, historyOf) {
      let worst: WorstText = {
        letters: leastLogit,
        tokens: leastLogit,
        structure: 0,
        shift: 0,
        text: undefined,
        from: 0,
        until: 0,
      };
      for (const text of texts) {
        for (const [from, until] of piecesOf(text)) {
          const isRemembered =
            text.place === "header" && text.view === "decoded" && text.text.length <= rememberedBytes;
          const scores = isRemembered
            ? remembered.get(text.text, () => score(text, from, until))
            : score(text, from, until);
          const cold = scores.letters + scores.tokens;
          const found = cold + scores.structure;
          const toBeat = worst.letters + worst.tokens + worst.structure + worst.shift;
          if (found + (historyOf === undefined ? 0 : largestRaise) <= toBeat) continue;
          const shift = shiftOf(text, from, until, scores, historyOf);
          if (found + shift > toBeat) worst = { ...scores, shift, text, from, until };
        }
      }
      return worst;
    },
    teach(text, lesson) {
      let isStartling = false;
      for (const [from, until] of piecesOf(text)) {
        fold(text.text, text.place, from, until, folded);
        const count = tokenize(folded, tokenized);
        isStartling ||= scoreStrange(count, lesson) >= startlingLogits;
        visitAlarming(tokens, tokenized, count, buffers, (bucket) => lesson.notePiece("tokens", bucket));
        visitAlarming(letters, folded.symbols, folded.length, buffers, (bucket) =>
          lesson.notePiece("letters", bucket),
        );
        scoreWindow(letters, folded.symbols, folded.length, buffers, window);
        fillSigns(pieceAround(text.text, folded, window), row, firstSign);
        for (let sign = 0; sign < signCount; sign++)
          if (row[firstSign + sign] === 1) lesson.notePiece("signs", sign);
      }
      return isStartling;
    },
    describe({ text, from, until }) {
      if (text === undefined) return { piece: "", attackType: "other", isClear: false };
      const odds = new Float64Array(classes.length);
      fold(text.text, text.place, from, until, folded);
      const count = tokenize(folded, tokenized);
      addClasses(tokens, tokenized, count, odds);
      addClasses(letters, folded.symbols, folded.length, odds);
      let best = 0;
      for (let c = 1; c < odds.length; c++) if (odds[c]! > odds[best]!) best = c;
      return {
        piece: pieceIn(text),
        attackType: classes[best]!,
        isClear: odds.every((log, c) => c === best || odds[best]! - log >= clearMargin),
      };
    },
  };
}
