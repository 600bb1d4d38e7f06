/**
 * TF-IDF and a linear classifier: logistic regression with a quadratic penalty over the TF-IDF of a bounded vocabulary.
 * The score is the probability of an attack at the odds of the training data.
 */
import type { SparseRows } from "./fit-sparse-logistic.ts";
import { fitSparseLogistic } from "./fit-sparse-logistic.ts";
import type { Estimator, Plain } from "./model.ts";
import { demand, shaped } from "./state.ts";
import type { Vocabulary, VocabularyOptions } from "./tfidf.ts";
import { checkVocabulary, fitVocabulary, tfidfReader, vocabularyShape } from "./tfidf.ts";

/** A fitted classifier: `logit = bias + Σ weights · tfidf`. */
export interface TfidfLinear extends Vocabulary {
  readonly bias: number;
  /** Shape (terms). */
  readonly weights: Float64Array;
}

export interface TfidfLinearOptions extends VocabularyOptions {
  /** What the loss of the rows weighs against half the squared length of the weights; scikit-learn's C. */
  readonly lossWeight: number;
}

/** Single characters and pairs of them: what attacks consist of where words are misspelt on purpose. */
export const tfidfLinearDefaults: TfidfLinearOptions = {
  analyzer: "characters",
  shortest: 1,
  longest: 2,
  terms: 1000,
  lossWeight: 1,
};

/** Fits vocabulary and weights on `texts`; `attacks` holds 1 for an attack and 0 otherwise. No luck is involved. */
export function fitTfidfLinear(
  texts: readonly string[],
  attacks: Uint8Array,
  options: TfidfLinearOptions,
): TfidfLinear {
  const vocabulary = fitVocabulary(texts, options);
  const matrix = tfidfMatrix(vocabulary, texts);
  return {
    ...vocabulary,
    ...fitSparseLogistic(matrix, attacks, vocabulary.terms.length, options.lossWeight),
  };
}

/** A function that gives the probability of texts; it keeps its buffers. */
export function tfidfLinearScorer(model: TfidfLinear): (text: string) => number {
  const read = tfidfReader(model);
  const { weights, bias } = model;
  let logit = 0;
  const add = (term: number, value: number): void => {
    logit += weights[term]! * value;
  };
  return (text) => {
    logit = bias;
    read(text, add);
    return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
  };
}

/** The classifier as an entry of the catalog. */
export const tfidfLinear: Estimator<"texts", TfidfLinear> = {
  name: "tfidf-linear",
  kind: "supervised",
  reads: "texts",
  fit: (inputs, attacks) =>
    fitTfidfLinear(
      inputs.map((texts) => texts.join("\n")),
      attacks,
      tfidfLinearDefaults,
    ),
  check: checkTfidfLinear,
  scorer(model) {
    const score = tfidfLinearScorer(model);
    return (texts) => score(texts.join("\n"));
  },
};

function checkTfidfLinear(state: Plain): TfidfLinear {
  const model = shaped(state, { ...vocabularyShape, bias: "number", weights: Float64Array });
  const { bias, weights } = model;
  const vocabulary = checkVocabulary(model);
  demand(weights.length === vocabulary.terms.length, "there is not one weight for each term");
  demand(
    Math.abs(bias) <= 1e6 && weights.every((weight) => Math.abs(weight) <= 1e6),
    "a weight is beyond all that is fitted",
  );
  return { ...model, ...vocabulary };
}

function tfidfMatrix(vocabulary: Vocabulary, texts: readonly string[]): SparseRows {
  const read = tfidfReader(vocabulary);
  const starts = new Uint32Array(texts.length + 1);
  let columns = new Uint32Array(1024);
  let values = new Float64Array(1024);
  let length = 0;
  for (const [index, text] of texts.entries()) {
    read(text, (term, value) => {
      if (length === columns.length) {
        const [fewColumns, fewValues] = [columns, values];
        columns = new Uint32Array(2 * length);
        values = new Float64Array(2 * length);
        columns.set(fewColumns);
        values.set(fewValues);
      }
      columns[length] = term;
      values[length++] = value;
    });
    starts[index + 1] = length;
  }
  return { starts, columns, values };
}
