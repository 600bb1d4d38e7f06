/**
 * Dataset → detector. Every number that is reported or chosen (fusion, thresholds, rows dropped as wrongly labelled)
 * comes from models that had not seen the row's source: lists copy each other's style, and a random split would
 * flatter. Only then are the models fitted on everything.
 */

import { emptyLogit, largestLogit } from "../detector/detector.ts";
import type { DetectorParts } from "../detector/detector-file.ts";
import { features } from "../features/catalog.ts";
import { maxFoldBytes } from "../features/fold.ts";
import type { CharacterNgrams, Window } from "../models/character-ngrams.ts";
import { ngramBuffers, scoreWindow } from "../models/character-ngrams.ts";
import type { TextBag } from "../models/fit-character-ngrams.ts";
import { fitCharacterNgrams, ngramDefaults } from "../models/fit-character-ngrams.ts";
import type { IsolationForest } from "../models/isolation-forest.ts";
import { fitIsolationForest, forestDefaults, scoreIsolationForest } from "../models/isolation-forest.ts";
import { fitLogisticRegression, logisticLogit, sigmoid } from "../models/logistic-regression.ts";
import type { Random } from "../random.ts";
import { seededRandom } from "../random.ts";
import type { MeasuredThreshold, OperatingPoints } from "../verdict/operating-point.ts";
import { attackTypes } from "../verdict/verdict.ts";
import type { Dataset, Example } from "./dataset.ts";
import { featureRows } from "./dataset.ts";
import type { ScoredRow } from "./evaluate.ts";
import { shareAtOrAbove, thresholdAt, thresholdKeeping } from "./metrics.ts";

export interface TrainOptions {
  readonly seed: number;
  /** Version of the package, for the provenance. */
  readonly madeWith: string;
}

/** What training yields: the detector, and how the models did on each source while they had not seen it. */
export interface Trained {
  readonly parts: DetectorParts;
  readonly leftOutRows: readonly ScoredRow[];
}

/** `stage` is what is being done; `done` and `total` count its steps. */
export type TrainProgress = (stage: string, done: number, total: number) => void;

/** Groups of sources; each is scored by models fitted on the others. */
const folds = 4;
/** A source counts as if it had at most this many rows of a label, so that no list drowns the others. */
const sourceCap = 6000;
/** An attack row whose left-out probability is below this is taken for wrongly labelled. */
const mislabelled = 0.02;

/** Trains a detector. The same dataset and options give the same detector, byte for byte. */
export function train(
  dataset: Dataset,
  options: TrainOptions,
  onProgress: TrainProgress = () => {},
): Trained {
  const random = seededRandom(options.seed);
  const { examples } = dataset;
  const foldOf = assignFolds(examples);

  const scored = scoreLeftOut(examples, foldOf, random, onProgress);
  const kept: number[] = [];
  const firstFusion = fuse(
    examples,
    scored,
    examples.map((_, index) => index),
  );
  const dropped = new Map<string, number>();
  for (const [index, example] of examples.entries()) {
    const probability = sigmoid(
      logisticLogit(firstFusion, [scored.logits[index]!, scored.anomalies[index]!]),
    );
    if (example.attack && probability < mislabelled) {
      dropped.set(example.source, (dropped.get(example.source) ?? 0) + 1);
    } else kept.push(index);
  }

  const fusion = fuse(examples, scored, kept);
  const leftOutRows = kept.map((index): ScoredRow => {
    const example = examples[index]!;
    return {
      source: example.source,
      label: example.attack ? "attack" : "benign",
      attackType: example.attack ? attackTypes[example.attackClass] : undefined,
      probability: sigmoid(logisticLogit(fusion, [scored.logits[index]!, scored.anomalies[index]!])),
    };
  });

  const keptExamples = kept.map((index) => examples[index]!);
  const ngrams = fitTexts(keptExamples, random, (done, total) => onProgress("text model", done, total));
  const forest = fitForest(keptExamples, random);
  const { operatingPoints, measured } = chooseThresholds(leftOutRows);
  return {
    parts: {
      forest,
      ngrams,
      classes: attackTypes,
      fusion,
      operatingPoints,
      measured,
      provenance: {
        seed: options.seed,
        madeWith: options.madeWith,
        sources: summarize(keptExamples, dropped, dataset.leftOut),
        dataDigest: dataset.digest,
      },
    },
    leftOutRows,
  };
}

/** The fold of each example: sources with more rows first, each as a whole into the fold with the fewest rows of its label. */
function assignFolds(examples: readonly Example[]): Uint8Array {
  const sizes = new Map<string, { source: string; attack: boolean; rows: number }>();
  for (const { source, attack } of examples) {
    const key = `${attack} ${source}`;
    const size = sizes.get(key);
    if (size === undefined) sizes.set(key, { source, attack, rows: 1 });
    else size.rows++;
  }
  const foldBySource = new Map<string, number>();
  const loads = { attack: new Float64Array(folds), benign: new Float64Array(folds) };
  const ordered = [...sizes.values()].sort((a, b) => b.rows - a.rows || (a.source < b.source ? -1 : 1));
  for (const { source, attack, rows } of ordered) {
    const load = attack ? loads.attack : loads.benign;
    const fold = foldBySource.get(source) ?? load.indexOf(Math.min(...load));
    foldBySource.set(source, fold);
    load[fold]! += rows;
  }
  return Uint8Array.from(examples, ({ source }) => foldBySource.get(source)!);
}

interface LeftOutScores {
  /** Log-odds of the text model. */
  readonly logits: Float64Array;
  /** Scores of the forest. */
  readonly anomalies: Float64Array;
}

function scoreLeftOut(
  examples: readonly Example[],
  foldOf: Uint8Array,
  random: Random,
  onProgress: TrainProgress,
): LeftOutScores {
  const logits = new Float64Array(examples.length);
  const anomalies = new Float64Array(examples.length);
  for (let fold = 0; fold < folds; fold++) {
    const others = examples.filter((_, index) => foldOf[index] !== fold);
    if (others.length === 0 || !others.some((e) => e.attack) || !others.some((e) => !e.attack)) continue;
    const ngrams = fitTexts(others, random, (done, total) =>
      onProgress("left-out sources", fold * total + done, folds * total),
    );
    const forest = fitForest(others, random);
    const score = textScorer(ngrams);
    for (const [index, example] of examples.entries()) {
      if (foldOf[index] !== fold) continue;
      logits[index] = score(example.texts);
      anomalies[index] = scoreIsolationForest(forest, example.row);
    }
  }
  return { logits, anomalies };
}

/** The worst log-odds of folded texts, within the bounds that the detector keeps. */
function textScorer(ngrams: CharacterNgrams): (texts: readonly Uint8Array[]) => number {
  const buffers = ngramBuffers(maxFoldBytes + 2);
  const window: Window = { logit: 0, start: 0, end: 0 };
  return (texts) => {
    let worst = emptyLogit;
    for (const text of texts) {
      scoreWindow(ngrams, text, text.length, buffers, window);
      if (window.logit > worst) worst = window.logit;
    }
    return Math.min(largestLogit, worst);
  };
}

function fitTexts(
  examples: readonly Example[],
  random: Random,
  onPass: (done: number, total: number) => void,
): CharacterNgrams {
  const weightOf = sourceWeights(examples);
  const bags = examples
    .filter(({ texts }) => texts.length > 0)
    .map(
      (example): TextBag => ({
        texts: example.texts,
        attack: example.attack,
        attackClass: example.attackClass,
        weight: weightOf(example),
      }),
    );
  return fitCharacterNgrams(
    bags,
    { ...ngramDefaults, classes: attackTypes.length, maxSymbols: maxFoldBytes + 2 },
    random,
    onPass,
  );
}

/** The forest learns from ordinary requests alone. */
function fitForest(examples: readonly Example[], random: Random): IsolationForest {
  return fitIsolationForest(
    featureRows(examples.filter(({ attack }) => !attack)),
    features.length,
    forestDefaults,
    random,
  );
}

/** Weight of an example: 1, less where its source has more rows of its label than the cap. */
function sourceWeights(examples: readonly Example[]): (example: Example) => number {
  const counts = new Map<string, number>();
  const keyOf = (example: Example): string => `${example.attack} ${example.source}`;
  for (const example of examples) counts.set(keyOf(example), (counts.get(keyOf(example)) ?? 0) + 1);
  return (example) => Math.min(1, sourceCap / counts.get(keyOf(example))!);
}

/** Fuses the left-out scores into log-odds at even odds: attacks and ordinary requests weigh the same in all. */
function fuse(
  examples: readonly Example[],
  scored: LeftOutScores,
  kept: readonly number[],
): DetectorParts["fusion"] {
  const weightOf = sourceWeights(kept.map((index) => examples[index]!));
  const inputs = new Float64Array(kept.length * 2);
  const labels = new Uint8Array(kept.length);
  const weights = new Float64Array(kept.length);
  const mass = [0, 0];
  for (const [position, index] of kept.entries()) {
    const example = examples[index]!;
    inputs[position * 2] = scored.logits[index]!;
    inputs[position * 2 + 1] = scored.anomalies[index]!;
    labels[position] = example.attack ? 1 : 0;
    weights[position] = weightOf(example);
    mass[labels[position]!]! += weights[position]!;
  }
  for (let i = 0; i < weights.length; i++) weights[i]! /= mass[labels[i]!]! / (kept.length / 2);
  return fitLogisticRegression(inputs, 2, labels, weights);
}

/** Share of left-out attacks that second opinion must keep, whatever false alarms it leaves. */
const secondOpinionKeeps = 0.99;
/** Shares of left-out ordinary requests that `suspect` and `attack` may touch where Arbiter acts on its own. */
const suspectRate = 0.01;
const attackRate = 0.001;

function chooseThresholds(rows: readonly ScoredRow[]): {
  operatingPoints: OperatingPoints;
  measured: MeasuredThreshold[];
} {
  const benign = Float64Array.from(
    rows.filter(({ label }) => label === "benign"),
    (row) => row.probability,
  );
  const attacks = Float64Array.from(
    rows.filter(({ label }) => label === "attack"),
    (row) => row.probability,
  );
  const measure = (threshold: number): MeasuredThreshold => ({
    threshold,
    falseAlarms: shareAtOrAbove(benign, threshold),
    detection: shareAtOrAbove(attacks, threshold),
  });
  const within = (threshold: number): number => Math.min(1 - 1e-12, Math.max(1e-12, threshold));
  const attack = within(thresholdAt(benign, attackRate));
  const suspect = Math.min(attack, within(thresholdAt(benign, suspectRate)));
  const pass = Math.min(attack, within(thresholdKeeping(attacks, secondOpinionKeeps)));
  const alone = { suspect, attack };
  return {
    operatingPoints: { "second-opinion": { suspect: pass, attack }, scoring: alone, general: alone },
    measured: [pass, suspect, attack, within(thresholdAt(benign, 0.0001))].sort((a, b) => a - b).map(measure),
  };
}

function summarize(
  kept: readonly Example[],
  dropped: ReadonlyMap<string, number>,
  leftOut: ReadonlyMap<string, number>,
): DetectorParts["provenance"]["sources"] {
  const sources = new Map<string, { name: string; benign: number; attack: number; dropped: number }>();
  const entry = (name: string): { name: string; benign: number; attack: number; dropped: number } => {
    const known = sources.get(name) ?? { name, benign: 0, attack: 0, dropped: 0 };
    sources.set(name, known);
    return known;
  };
  for (const example of kept) entry(example.source)[example.attack ? "attack" : "benign"]++;
  for (const counts of [dropped, leftOut]) for (const [name, count] of counts) entry(name).dropped += count;
  return [...sources.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
