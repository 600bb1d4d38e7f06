/**
 * Finds the text of a transaction that reads most like an attack, under two models: one of its letters, one of its
 * tokens. Long texts are read in overlapping pieces, so that memory is bounded and nothing is passed over.
 */
import type { Place } from "../features/fold.ts";
import { fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import { Recent } from "../features/recent.ts";
import { fillSigns, signCount } from "../features/structure/signs.ts";
import type { Text } from "../features/texts.ts";
import { tokenizer } from "../features/tokenize.ts";
import type { ViewKind } from "../features/views.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import type { Window } from "../models/symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreUnfamiliar,
  scoreWindow,
  visitAlarming,
  windowSymbols,
} from "../models/symbol-ngrams.ts";
import { namesInside } from "../profiles/inside.ts";
import type { Lesson, ParameterHistory } from "../profiles/parameter-history.ts";
import { largestRaise } from "../profiles/parameter-profile.ts";
import type { AttackType } from "../verdict/verdict.ts";
import type { ReadingScores, TextModels } from "./readings.ts";
import {
  addClassOdds,
  boundedLogit,
  fillStructure,
  firstSign,
  isHarmless,
  isStartling,
  leastLogit,
  likeliestClass,
  pieceAround,
  scoreReadings,
  scoreStructure,
  structureColumns,
} from "./readings.ts";

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
/** What a judge needs: the text models, and the trees that read the structure of what they find. */
export interface JudgeModels extends TextModels {
  readonly structure: BoostedTrees;
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
function piecesOf(text: Text): (readonly [from: number, until: number])[] {
  const pieces: (readonly [number, number])[] = [];
  let until = text.from;
  for (let from = text.from; until < text.until; from = until - overlapBytes) {
    until = Math.min(text.until, from + maxFoldBytes);
    pieces.push([from, until]);
  }
  return pieces;
}

/** Texts of one place whose scores are remembered, and the longest that is: 3 MB in all. */
const rememberedTexts = 4_096;
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

  /** Log-odds of one piece of a text, with what its structure adds. */
  const score = (text: Text, from: number, until: number): PieceScores => {
    fold(text.text, text.place, from, until, folded);
    const count = tokenize(folded, tokenized);
    const { symbols, length } = folded;
    const scores = scoreReadings(models, symbols, length, tokenized, count, buffers, window);
    if (!isStartling(scores)) return { ...scores, structure: 0 };
    fillStructure(pieceAround(text.text, folded, window), text.view, scores, row);
    return { ...scores, structure: scoreStructure(structure, row) };
  };
  /** Log-odds of the piece in the scratch memory without what is familiar in its parameter. */
  const scoreStrange = (count: number, history: ParameterHistory): ReadingScores => {
    const ofTokens = (bucket: number): boolean => history.isFamiliar("tokens", bucket);
    scoreUnfamiliar(tokens, tokenized, count, buffers, window, ofTokens);
    const tokensLogit = boundedLogit(window.logit);
    if (isHarmless(tokensLogit, folded.symbols, folded.length))
      return { letters: leastLogit, tokens: tokensLogit };
    const ofLetters = (bucket: number): boolean => history.isFamiliar("letters", bucket);
    scoreUnfamiliar(letters, folded.symbols, folded.length, buffers, window, ofLetters);
    return { letters: boundedLogit(window.logit), tokens: tokensLogit };
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
    // Only what is startling is looked up: most requests hold nothing of the kind.
    const history = isStartling(scores) ? historyOf?.(text) : undefined;
    if (history === undefined) return 0;
    fold(text.text, text.place, from, until, folded);
    const count = tokenize(folded, tokenized);
    scoreWindow(letters, folded.symbols, folded.length, buffers, window);
    const isInside = namesInside(pieceIn(text));
    const ofStructure = isInside
      ? 0
      : structureRelief(pieceAround(text.text, folded, window), text.view, scores, history);
    const strange = isInside ? scores : scoreStrange(count, history);
    const ofReadings = strange.letters + strange.tokens - (scores.letters + scores.tokens);
    const relief = Math.max(-largestRelief, ofReadings) + ofStructure;
    return isStartling(strange) ? relief + history.raiseOf(text.parameter.value) : relief;
  };
  /** Headers, cookies, paths and many fields come again and again, so what they score is remembered. */
  const remembered: Readonly<Record<Place, Recent<PieceScores>>> = {
    value: new Recent(rememberedTexts),
    path: new Recent(rememberedTexts),
    header: new Recent(rememberedTexts),
    name: new Recent(rememberedTexts),
  };

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
          const isRemembered = text.view === "decoded" && text.text.length <= rememberedBytes;
          const scores = isRemembered
            ? remembered[text.place].get(text.text, () => score(text, from, until))
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
      let startles = false;
      for (const [from, until] of piecesOf(text)) {
        fold(text.text, text.place, from, until, folded);
        const count = tokenize(folded, tokenized);
        startles ||= isStartling(scoreStrange(count, lesson));
        visitAlarming(tokens, tokenized, count, buffers, (bucket) => lesson.notePiece("tokens", bucket));
        visitAlarming(letters, folded.symbols, folded.length, buffers, (bucket) =>
          lesson.notePiece("letters", bucket),
        );
        scoreWindow(letters, folded.symbols, folded.length, buffers, window);
        fillSigns(pieceAround(text.text, folded, window), row, firstSign);
        for (let sign = 0; sign < signCount; sign++)
          if (row[firstSign + sign] === 1) lesson.notePiece("signs", sign);
      }
      return startles;
    },
    describe({ text, from, until }) {
      if (text === undefined) return { piece: "", attackType: "other", isClear: false };
      const odds = new Float64Array(classes.length);
      fold(text.text, text.place, from, until, folded);
      const count = tokenize(folded, tokenized);
      addClassOdds(tokens, tokenized, count, buffers, buckets, window, odds);
      addClassOdds(letters, folded.symbols, folded.length, buffers, buckets, window, odds);
      const best = likeliestClass(odds);
      return {
        piece: pieceIn(text),
        attackType: classes[best]!,
        isClear: odds.every((log, c) => c === best || odds[best]! - log >= clearMargin),
      };
    },
  };
}
