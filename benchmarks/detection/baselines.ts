/**
 * What is published for use beside CRS, fitted on the benign rows of the other groups alone: a forest over the 26 numbers,
 * a one-class support vector machine over the same, and the pipeline of a tutorial, ten counts and the TF-IDF of words.
 */
import { features } from "../../src/features/catalog.ts";
import { extract } from "../../src/features/extract.ts";
import {
  fitIsolationForest,
  forestDefaults,
  scoreIsolationForest,
} from "../../src/models/isolation-forest.ts";
import { type Random, seededRandom } from "../../src/random.ts";
import { buildTransaction, type RequestParts } from "../../src/transaction/build.ts";
import { fitTutorial } from "./tutorial-pipeline.ts";

/** A model fitted on ordinary requests. */
export interface FittedBaseline {
  /** The score of one request, higher is worse. */
  score(request: RequestParts): number;
  /** The score from which the model itself calls a request anomalous. */
  readonly threshold: number;
}

/** What a baseline says of some requests, and which of them it calls anomalous. */
export interface BaselineScores {
  readonly scores: Float64Array;
  readonly threshold: number;
}

/** A baseline by name; undefined where this release has no such model. */
export interface Baseline {
  readonly name: string;
  fit(benign: readonly RequestParts[], random: Random): Promise<FittedBaseline | undefined>;
}

/** The baselines in the order of the table. */
export const baselines: readonly Baseline[] = [
  { name: "isolation forest, 26 numbers", fit: fitForest },
  { name: "one-class SVM, 26 numbers", fit: fitOneClassSvm },
  {
    name: "tutorial: 10 counts, TF-IDF, forest",
    async fit(benign, random) {
      const score = fitTutorial(benign, random);
      return { score, threshold: contaminationThreshold(Float64Array.from(benign, score)) };
    },
  },
];

/** Fits a baseline without one group and scores that group's requests; undefined where there is no such model. */
export async function scoreBaseline(
  baseline: Baseline,
  benign: readonly RequestParts[],
  requests: readonly RequestParts[],
  seed: number,
): Promise<BaselineScores | undefined> {
  const fitted = await baseline.fit(benign, seededRandom(seed));
  return (
    fitted && {
      scores: Float64Array.from(requests, (request) => fitted.score(request)),
      threshold: fitted.threshold,
    }
  );
}

/** The published settings call one request in ten anomalous. */
const contamination = 0.1;

/** The score that so many of the training requests reach. */
export function contaminationThreshold(scores: Float64Array): number {
  const sorted = Float64Array.from(scores).sort();
  return sorted[Math.floor((1 - contamination) * sorted.length)] ?? 1;
}

function rowOf(request: RequestParts): Float64Array {
  return extract(buildTransaction(request)).row();
}

function rowsOf(requests: readonly RequestParts[]): Float64Array {
  const rows = new Float64Array(requests.length * features.length);
  for (const [index, request] of requests.entries()) rows.set(rowOf(request), index * features.length);
  return rows;
}

async function fitForest(benign: readonly RequestParts[], random: Random): Promise<FittedBaseline> {
  const forest = fitIsolationForest(rowsOf(benign), features.length, forestDefaults, random);
  const score = (request: RequestParts): number => scoreIsolationForest(forest, rowOf(request));
  return { score, threshold: contaminationThreshold(Float64Array.from(benign, score)) };
}

/** The part of the machine's module that is used here. */
interface OneClassSvmModule {
  readonly oneClassSvmDefaults: object;
  fitOneClassSvm(
    rows: Float64Array,
    columns: number,
    options: object,
    random: Random,
  ): { readonly boundary: number };
  oneClassSvmScorer(model: object): (row: Float64Array) => number;
}

async function fitOneClassSvm(
  benign: readonly RequestParts[],
  random: Random,
): Promise<FittedBaseline | undefined> {
  const file = new URL("../../src/models/one-class-svm.ts", import.meta.url).href;
  const module = (await import(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  })) as OneClassSvmModule | undefined;
  if (module === undefined) return undefined;
  const model = module.fitOneClassSvm(rowsOf(benign), features.length, module.oneClassSvmDefaults, random);
  const scoreRow = module.oneClassSvmScorer(model);
  return { score: (request) => scoreRow(rowOf(request)), threshold: model.boundary };
}
