/**
 * The baseline that tutorials teach: ten counts of characters and the TF-IDF of 1,000 words and pairs of words, in one
 * Isolation Forest with a contamination of 0.1. Here for comparison. The counts are not scaled, as they usually are: a
 * forest cuts each column at a share of its range, whatever its unit.
 */
import type { IsolationForest } from "./isolation-forest.ts";
import {
  fitIsolationForest,
  forestDefaults,
  isolationForest,
  scoreIsolationForest,
} from "./isolation-forest.ts";
import type { Estimator, Plain } from "./model.ts";
import { demand, shaped } from "./state.ts";
import type { TfidfReader, Vocabulary } from "./tfidf.ts";
import { checkVocabulary, fitVocabulary, maxTfidfText, tfidfReader, vocabularyShape } from "./tfidf.ts";

/** A fitted pipeline. */
export interface CountsTfidfForest {
  readonly vocabulary: Vocabulary;
  /** Over the counts, and behind them one column for each term. */
  readonly forest: IsolationForest;
  /** The score that a tenth of the training texts lie above: the contamination. */
  readonly boundary: number;
}

const contamination = 0.1;
/** Texts that the forest is grown from at most; a row takes 8 KB. */
const mostTexts = 8192;
const words = { analyzer: "words", shortest: 1, longest: 2, terms: 1000 } as const;

/** The characters that each count but the first is about; the first is the length. */
const counted = [/[A-Z]/, /[a-z]/, /[0-9]/, /\s/, /['"`]/, /[<>]/, /[()[\]{}]/, /[;#-]/, /[%&=|]/];
const countOf = new Uint8Array(128);
for (let code = 0; code < 128; code++)
  countOf[code] = 1 + counted.findIndex((characters) => characters.test(String.fromCharCode(code)));
/** How many numbers stand before those of the terms. */
export const counts = 1 + counted.length;

/** The pipeline as an entry of the catalog. */
export const countsTfidfForest: Estimator<"texts", CountsTfidfForest> = {
  name: "counts-tfidf-forest",
  kind: "anomaly",
  reads: "texts",
  fit(inputs, _, random) {
    const vocabulary = fitVocabulary(inputs.map(textOf), words);
    const order = random.shuffle(Uint32Array.from(inputs.keys())).subarray(0, mostTexts);
    const columns = counts + vocabulary.terms.length;
    const rows = new Float64Array(order.length * columns);
    const read = tfidfReader(vocabulary);
    for (const [at, index] of order.entries())
      fillRow(textOf(inputs[index]!), read, rows.subarray(at * columns, (at + 1) * columns));
    const forest = fitIsolationForest(rows, columns, forestDefaults, random);
    const scores = Float64Array.from(order, (_, at) =>
      scoreIsolationForest(forest, rows.subarray(at * columns, (at + 1) * columns)),
    ).sort();
    return { vocabulary, forest, boundary: scores[Math.floor((1 - contamination) * (scores.length - 1))]! };
  },
  check: checkCountsTfidfForest,
  scorer({ vocabulary, forest }) {
    const row = new Float64Array(counts + vocabulary.terms.length);
    const read = tfidfReader(vocabulary);
    return (texts) => {
      fillRow(textOf(texts), read, row);
      return scoreIsolationForest(forest, row);
    };
  },
};

function textOf(texts: readonly string[]): string {
  return texts.join("\n").slice(0, maxTfidfText);
}

function fillRow(text: string, read: TfidfReader, row: Float64Array): void {
  row.fill(0);
  row[0] = text.length;
  for (let i = 0; i < text.length; i++) {
    const count = countOf[text.charCodeAt(i)] ?? 0;
    if (count > 0) row[count]!++;
  }
  read(text, (term, value) => {
    row[counts + term] = value;
  });
}

function checkCountsTfidfForest(state: Plain): CountsTfidfForest {
  const model = shaped(state, { vocabulary: "plain", forest: "plain", boundary: "number" });
  const vocabulary = checkVocabulary(shaped(model.vocabulary, vocabularyShape));
  const forest = isolationForest.check(model.forest);
  demand(forest.features === counts + vocabulary.terms.length, "its forest has other columns");
  demand(model.boundary >= 0 && model.boundary <= 1, "its boundary is no score");
  return { vocabulary, forest, boundary: model.boundary };
}
