/**
 * What structure adds to the log-odds of the text models: boosted trees over the signs in the worst pieces of each example.
 * They are fitted on log-odds from models that had not seen the example's source, as fusion is, so that they correct what
 * those models get wrong on sites that nobody has seen.
 */
import type { TextModels } from "../detector/readings.ts";
import {
  addClassOdds,
  fillStructure,
  isStartling,
  leastLogit,
  likeliestClass,
  pieceAround,
  scoreReadings,
  scoreStructure,
  structureColumns,
} from "../detector/readings.ts";
import { fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import type { BoostingOptions } from "../models/fit-boosted-trees.ts";
import { boostingDefaults, fitBoostedTrees } from "../models/fit-boosted-trees.ts";
import type { Window } from "../models/symbol-ngrams.ts";
import { ngramBuffers, ngramsPerPosition, windowSymbols } from "../models/symbol-ngrams.ts";
import type { Random } from "../random.ts";
import { attackTypes } from "../verdict/verdict.ts";
import type { ExampleText } from "./dataset.ts";

/** What the text models make of one text, and its row for the trees: undefined where it is not startling. */
export interface ReadText {
  readonly letters: number;
  readonly tokens: number;
  readonly row: Float32Array | undefined;
  /** The likeliest class of an attack with this text. */
  readonly attackClass: number;
}

/** Texts of an example that are kept: one of these is the worst whatever structure adds. */
const mostRead = 3;

/** Reads the texts of an example with one pair of text models; gives the worst, the most suspicious one first. */
export function textReader(models: TextModels): (texts: readonly ExampleText[]) => ReadText[] {
  const folded = foldBuffers();
  const buffers = ngramBuffers(maxFoldBytes + 2);
  const window: Window = { logit: 0, start: 0, end: 0 };
  const row = new Float64Array(structureColumns);
  const buckets = new Int32Array(windowSymbols * ngramsPerPosition);
  const classOf = ({ letters, tokens }: ExampleText): number => {
    const odds = new Float64Array(models.classes.length);
    addClassOdds(models.tokens, tokens, tokens.length, buffers, buckets, window, odds);
    addClassOdds(models.letters, letters, letters.length, buffers, buckets, window, odds);
    return likeliestClass(odds);
  };
  const read = (text: ExampleText): Omit<ReadText, "attackClass"> => {
    const { letters, tokens } = text;
    const scores = scoreReadings(models, letters, letters.length, tokens, tokens.length, buffers, window);
    if (!isStartling(scores)) return { ...scores, row: undefined };
    // The letters of the example are those of this fold, so that the window is where it was.
    fold(text.text, text.place, text.from, text.until, folded);
    fillStructure(pieceAround(text.text, folded, window), text.view, scores, row);
    return { ...scores, row: Float32Array.from(row) };
  };
  return (texts) =>
    texts
      .map((text) => ({ text, scores: read(text) }))
      .sort((a, b) => b.scores.letters + b.scores.tokens - a.scores.letters - a.scores.tokens)
      .slice(0, mostRead)
      .map(({ text, scores }) => ({ ...scores, attackClass: classOf(text) }));
}

/** The scores of an example whose values are all plain words. */
export const nothingRead: ReadText = {
  letters: leastLogit,
  tokens: leastLogit,
  row: undefined,
  attackClass: attackTypes.indexOf("other"),
};

/** What the trees add to the log-odds of one text. */
export function correctionOf(trees: BoostedTrees, { row }: ReadText): number {
  return row === undefined ? 0 : scoreStructure(trees, Float64Array.from(row));
}

/** An example, as the trees are fitted on it. */
export interface ReadExample {
  readonly texts: readonly ReadText[];
  readonly attack: boolean;
  /** How much it counts; positive. */
  readonly weight: number;
  /** Log-odds of one of its texts before the trees. */
  readonly offsetOf: (text: ReadText) => number;
}

/** Small trees, slowly: signs are few, and what only one source shows is not to be learnt. */
const options: BoostingOptions = {
  ...boostingDefaults,
  trees: 60,
  leaves: 8,
  depth: 6,
  learningRate: 0.15,
  l2: 10,
  leastHessian: 20,
  bins: 64,
  rowShare: 0.7,
  columnShare: 0.7,
  // More suspicious letters or tokens never lower what comes out.
  monotone: Array.from({ length: structureColumns }, (_, column) => (column < 2 ? 1 : 0)),
};

/** Fits the trees: an attack teaches by its worst text, an ordinary example by each of those that were kept. */
export function fitStructure(examples: readonly ReadExample[], random: Random): BoostedTrees {
  const chosen = examples.flatMap(({ texts, attack, weight, offsetOf }) =>
    texts
      .slice(0, attack ? 1 : mostRead)
      .flatMap((text) =>
        text.row === undefined ? [] : [{ row: text.row, offset: offsetOf(text), attack, weight }],
      ),
  );
  const rows = new Float64Array(chosen.length * structureColumns);
  for (const [index, { row }] of chosen.entries()) rows.set(row, index * structureColumns);
  const labels = Uint8Array.from(chosen, ({ attack }) => (attack ? 1 : 0));
  if (!labels.includes(0) || !labels.includes(1)) return noTrees;
  return fitBoostedTrees(
    {
      rows,
      labels,
      weights: Float64Array.from(chosen, ({ weight }) => weight),
      offsets: Float64Array.from(chosen, ({ offset }) => offset),
    },
    structureColumns,
    options,
    random,
  );
}

/** Trees that add nothing, where there is too little to fit them on. */
const noTrees: BoostedTrees = {
  columns: structureColumns,
  bias: 0,
  roots: new Int32Array(0),
  feature: new Int16Array(0),
  value: new Float64Array(0),
  missingRight: new Uint8Array(0),
  left: new Int32Array(0),
};
