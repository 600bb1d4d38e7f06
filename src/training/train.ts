/**
 * Dataset → detector. Every number that is reported or chosen (fusion, thresholds, rows dropped as wrongly labelled)
 * comes from models that had not seen the row's source: lists copy each other's style, and a random split would
 * flatter. Only then are the models fitted on everything.
 */

import type { DetectorParts } from "../detector/detector-file.ts";
import type { TextModels } from "../detector/readings.ts";
import { features } from "../features/catalog.ts";
import { maxFoldBytes } from "../features/fold.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import { fitSymbolNgrams, ngramDefaults } from "../models/fit-symbol-ngrams.ts";
import type { IsolationForest } from "../models/isolation-forest.ts";
import { fitIsolationForest, forestDefaults, scoreIsolationForest } from "../models/isolation-forest.ts";
import { fitLogisticRegression, logisticLogit, sigmoid } from "../models/logistic-regression.ts";
import type { SymbolNgrams } from "../models/symbol-ngrams.ts";
import type { Random } from "../random.ts";
import { seededRandom } from "../random.ts";
import { isWideNet } from "../verdict/operating-point.ts";
import { attackTypes } from "../verdict/verdict.ts";
import type { Alarm } from "./alarms.ts";
import { learnFromAlarms } from "./alarms.ts";
import type { Dataset, Example } from "./dataset.ts";
import { featureRows } from "./dataset.ts";
import type { ScoredRow } from "./scored-row.ts";
import type { ReadText } from "./structure.ts";
import { correctionOf, fitStructure, nothingRead, textReader } from "./structure.ts";
import { sourceWeights, textBags } from "./text-bags.ts";
import { chooseThresholds } from "./thresholds.ts";

export interface TrainOptions {
  readonly seed: number;
  /** Version of the package, for the provenance. */
  readonly madeWith: string;
  /**
   * Fusion, evidence and thresholds that were chosen before. The models are then fitted once, on all rows, and nothing is
   * measured: a fifth of the work.
   */
  readonly calibration?: Calibration;
}

/** What training chooses from left-out scores. */
export type Calibration = Pick<
  DetectorParts,
  "fusion" | "structure" | "evidence" | "secondOpinion" | "operatingPoints" | "measured"
>;

/** What training yields: the detector, and how the models did on each source while they had not seen it. */
export interface Trained {
  readonly parts: DetectorParts;
  readonly leftOutRows: readonly ScoredRow[];
}

/** `stage` is what is being done; `done` and `total` count its steps. */
export type TrainProgress = (stage: string, done: number, total: number) => void;

/** Buckets of the text models: letters make several times as many different n-grams as tokens do. */
const letterBuckets = 1 << 21;
const tokenBuckets = 1 << 19;
/** Groups of sources; each is scored by models fitted on the others. */
const folds = 4;
/**
 * Passes for the class heads of left-out models, which only name attacks for the confusion matrix. As many as in the final
 * models would take half as long again as the fit without them.
 */
const leftOutClassEpochs = 2;
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
  if (options.calibration !== undefined)
    return {
      parts: fitCalibrated(dataset, options, options.calibration, random, onProgress),
      leftOutRows: [],
    };
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
    const probability = sigmoid(fusedLogit(firstFusion, worstOf(scored[index]!), scored[index]!));
    if (example.attack && probability < mislabelled) {
      dropped.set(example.source, (dropped.get(example.source) ?? 0) + 1);
    } else kept.push(index);
  }

  const fusion = fuse(examples, scored, kept);
  const structure = fitCorrections(examples, scored, kept, fusion, foldOf, random);
  const found = examples.map((_, index) => findWorst(fusion, structure[foldOf[index]!]!, scored[index]!));
  const logits = found.map(({ logit }) => logit);
  const leftOutRows = kept.map((index): ScoredRow => {
    const example = examples[index]!;
    return {
      source: example.source,
      label: example.attack ? "attack" : "benign",
      attackType: example.attack ? attackTypes[example.attackClass] : undefined,
      predictedType: attackTypes[found[index]!.text.attackClass],
      probability: sigmoid(logits[index]!),
    };
  });

  const keptExamples = kept.map((index) => examples[index]!);
  const texts = fitTexts(keptExamples, ngramDefaults.classEpochs, random, (done, total) =>
    onProgress("text models", done, total),
  );
  const forest = fitForest(keptExamples, random);
  const learnt = learnFromAlarms(alarmsOf(examples, logits, foldOf), mislabelled);
  const { operatingPoints, measured } = chooseThresholds(leftOutRows, learnt);
  const passed = operatingPoints.balanced["second-opinion"].suspect;
  return {
    parts: {
      forest,
      ...texts,
      fusion,
      structure: structure[folds]!,
      evidence: learnt?.evidence ?? { signs: [], weights: [] },
      secondOpinion: learnt?.measure(passed) ?? null,
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

function fitCalibrated(
  { examples, leftOut, digest }: Dataset,
  { seed, madeWith }: TrainOptions,
  { fusion, structure, evidence, secondOpinion, operatingPoints, measured }: Calibration,
  random: Random,
  onProgress: TrainProgress,
): DetectorParts {
  const texts = fitTexts(examples, ngramDefaults.classEpochs, random, (done, total) =>
    onProgress("text models", done, total),
  );
  const forest = fitForest(examples, random);
  const sources = summarize(examples, new Map(), leftOut);
  const provenance = { seed, madeWith, sources, dataDigest: digest };
  const calibration = { fusion, structure, evidence, secondOpinion, operatingPoints, measured };
  return { forest, ...texts, ...calibration, provenance };
}

/**
 * The fold of each example: sources with more rows first, each as a whole into the fold with the fewest rows of its
 * label. Rows that the project's own corpus generated are dealt out one by one, since they are what the models know of
 * the rarer classes; so is a label that has only one source, or else no model could be fitted without its fold.
 */
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
    if (isGenerated(source)) continue;
    const load = attack ? loads.attack : loads.benign;
    const fold = foldBySource.get(source) ?? load.indexOf(Math.min(...load));
    foldBySource.set(source, fold);
    load[fold]! += rows;
  }
  const used = { attack: new Set<number>(), benign: new Set<number>() };
  for (const { source, attack } of sizes.values()) {
    const fold = foldBySource.get(source);
    if (fold !== undefined) used[attack ? "attack" : "benign"].add(fold);
  }
  const rows = { attack: 0, benign: 0 };
  return Uint8Array.from(examples, ({ source, attack }) => {
    const label = attack ? "attack" : "benign";
    const fold = foldBySource.get(source);
    return fold !== undefined && used[label].size > 1 ? fold : rows[label]++ % folds;
  });
}

/** Sources of the corpus are named so. */
function isGenerated(source: string): boolean {
  return source.startsWith("corpus-");
}

/** What models that had not seen the source of an example make of it. */
interface LeftOutScore {
  /** Its most suspicious texts, the worst one first. */
  readonly texts: readonly ReadText[];
  readonly anomaly: number;
}
const fusionInputs = 3;

function worstOf({ texts }: LeftOutScore): ReadText {
  return texts[0] ?? nothingRead;
}

function fusedLogit(fusion: DetectorParts["fusion"], text: ReadText, { anomaly }: LeftOutScore): number {
  return logisticLogit(fusion, [text.letters, text.tokens, anomaly]);
}

/** The worst text of an example as the detector finds it, with log-odds that hold what structure adds. */
function findWorst(
  fusion: DetectorParts["fusion"],
  structure: BoostedTrees,
  score: LeftOutScore,
): { readonly logit: number; readonly text: ReadText } {
  let worst = { logit: fusedLogit(fusion, nothingRead, score), text: nothingRead };
  for (const text of score.texts) {
    const logit = fusedLogit(fusion, text, score) + correctionOf(structure, text);
    if (logit > worst.logit) worst = { logit, text };
  }
  return worst;
}

/** Trees of structure for the examples of each fold, fitted on those of the others, and behind them those fitted on all. */
function fitCorrections(
  examples: readonly Example[],
  scored: readonly LeftOutScore[],
  kept: readonly number[],
  fusion: DetectorParts["fusion"],
  foldOf: Uint8Array,
  random: Random,
): BoostedTrees[] {
  const weights = evenWeights(examples, kept);
  const read = kept.map((index, position) => {
    const score = scored[index]!;
    return {
      texts: score.texts,
      attack: examples[index]!.attack,
      weight: weights[position]!,
      offsetOf: (text: ReadText) => fusedLogit(fusion, text, score),
    };
  });
  return Array.from({ length: folds + 1 }, (_, fold) =>
    fitStructure(
      read.filter((_, position) => foldOf[kept[position]!] !== fold),
      random,
    ),
  );
}

/**
 * The alarms of a narrow net on all examples, with what models that had not seen their sources make of them. An attack that reads harmless
 * is among them: CRS did not think so, and such alarms are what evidence is for.
 */
function alarmsOf(examples: readonly Example[], logits: readonly number[], foldOf: Uint8Array): Alarm[] {
  return examples.flatMap(({ source, attack, alarms }, index) =>
    alarms
      .filter(({ level }) => !isWideNet(level))
      .map(({ rules }) => ({ source, attack, rules, logit: logits[index]!, fold: foldOf[index]! })),
  );
}

function scoreLeftOut(
  examples: readonly Example[],
  foldOf: Uint8Array,
  random: Random,
  onProgress: TrainProgress,
): LeftOutScore[] {
  const scores: LeftOutScore[] = examples.map(() => ({ texts: [], anomaly: 0 }));
  for (let fold = 0; fold < folds; fold++) {
    const others = examples.filter((_, index) => foldOf[index] !== fold);
    if (!others.some((example) => example.attack) || !others.some((example) => !example.attack)) continue;
    const read = textReader(
      fitTexts(others, leftOutClassEpochs, random, (done, total) =>
        onProgress("left-out sources", fold * total + done, folds * total),
      ),
    );
    const forest = fitForest(others, random);
    for (const [index, example] of examples.entries()) {
      if (foldOf[index] !== fold) continue;
      scores[index] = { texts: read(example.texts), anomaly: scoreIsolationForest(forest, example.row) };
    }
  }
  return scores;
}

/** Fits one model on the letters of all texts, and one on their tokens, each with class heads of so many passes. */
function fitTexts(
  examples: readonly Example[],
  classEpochs: number,
  random: Random,
  onPass: (done: number, total: number) => void,
): TextModels {
  const fitReading = (reading: "letters" | "tokens", buckets: number, passesBefore: number): SymbolNgrams => {
    const classes = attackTypes.length;
    const options = { ...ngramDefaults, buckets, classes, classEpochs, maxSymbols: maxFoldBytes + 2 };
    return fitSymbolNgrams(textBags(examples, reading), options, random, (done, total) =>
      onPass(passesBefore * total + done, total * 2),
    );
  };
  const letters = fitReading("letters", letterBuckets, 0);
  const tokens = fitReading("tokens", tokenBuckets, 1);
  return { letters, tokens, classes: attackTypes };
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

/** Fuses the left-out scores into log-odds at even odds: attacks and ordinary requests weigh the same in all. */
function fuse(
  examples: readonly Example[],
  scored: readonly LeftOutScore[],
  kept: readonly number[],
): DetectorParts["fusion"] {
  const inputs = new Float64Array(kept.length * fusionInputs);
  for (const [position, index] of kept.entries()) {
    const { letters, tokens } = worstOf(scored[index]!);
    inputs.set([letters, tokens, scored[index]!.anomaly], position * fusionInputs);
  }
  const labels = Uint8Array.from(kept, (index) => (examples[index]!.attack ? 1 : 0));
  return fitLogisticRegression(inputs, fusionInputs, labels, evenWeights(examples, kept));
}

/** How much each kept example counts: no source more than its cap, and both labels the same in all. */
function evenWeights(examples: readonly Example[], kept: readonly number[]): Float64Array {
  const weightOf = sourceWeights(kept.map((index) => examples[index]!));
  const weights = Float64Array.from(kept, (index) => weightOf(examples[index]!));
  const mass = { true: 0, false: 0 };
  for (const [position, index] of kept.entries()) mass[`${examples[index]!.attack}`] += weights[position]!;
  for (const [position, index] of kept.entries())
    weights[position]! /= mass[`${examples[index]!.attack}`] / (kept.length / 2);
  return weights;
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
