/**
 * What is published for use beside CRS, fitted on the benign rows of the other groups alone: a forest over the 26 numbers,
 * a one-class support vector machine over the same, and the pipeline of a tutorial, ten counts and the TF-IDF of words.
 */
import { observationOf } from "../../src/detector/single-model.ts";
import { countsTfidfForest } from "../../src/models/counts-tfidf-forest.ts";
import { isolationForest } from "../../src/models/isolation-forest.ts";
import type { Estimator, Part } from "../../src/models/model.ts";
import { oneClassSvm } from "../../src/models/one-class-svm.ts";
import { seededRandom } from "../../src/random.ts";
import { buildTransaction, type RequestParts } from "../../src/transaction/build.ts";
import { evenlySpaced } from "./rows.ts";

/** Scores requests; higher is worse. */
type Scorer = (request: RequestParts) => number;

/** A published model. */
export interface Baseline {
  readonly name: string;
  fit(benign: readonly RequestParts[], seed: number): Scorer;
}

/** The baselines in the order of the table. */
export const baselines: readonly Baseline[] = [
  baseline("isolation forest, 26 numbers", isolationForest),
  baseline("one-class SVM, 26 numbers", oneClassSvm),
  baseline("tutorial: 10 counts, TF-IDF, forest", countsTfidfForest),
];

/** What a baseline says of some requests, and the score from which it calls one anomalous. */
export interface BaselineScores {
  readonly scores: Float64Array;
  readonly threshold: number;
}

/** Ordinary requests that a baseline is fitted on at most, evenly spaced. */
const fittedOn = 6_000;
/** The published settings call one training request in ten anomalous. */
const contamination = 0.1;

/** Fits a baseline on ordinary requests and scores others. */
export function scoreBaseline(
  published: Baseline,
  benign: readonly RequestParts[],
  requests: readonly RequestParts[],
  seed: number,
): BaselineScores {
  const sample = evenlySpaced(benign, fittedOn);
  const score = published.fit(sample, seed);
  return {
    scores: Float64Array.from(requests, score),
    threshold: contaminationThreshold(Float64Array.from(sample, score)),
  };
}

/** The score that one training request in ten reaches. */
export function contaminationThreshold(scores: Float64Array): number {
  const sorted = Float64Array.from(scores).sort();
  return sorted[Math.floor((1 - contamination) * sorted.length)] ?? 1;
}

function baseline<P extends Part, S extends object>(name: string, estimator: Estimator<P, S>): Baseline {
  const inputOf = (request: RequestParts) => observationOf(buildTransaction(request))[estimator.reads];
  return {
    name,
    fit(benign, seed) {
      const attacks = new Uint8Array(benign.length);
      const score = estimator.scorer(estimator.fit(benign.map(inputOf), attacks, seededRandom(seed)));
      return (request) => score(inputOf(request));
    },
  };
}
