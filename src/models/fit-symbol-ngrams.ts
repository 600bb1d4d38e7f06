/**
 * Fits `SymbolNgrams` by stochastic gradient descent on the logistic loss, with a step for each weight (AdaGrad:
 * Duchi et al., JMLR 12, 2011) and weights clipped to their bound. A training example is a bag of texts: an attack
 * request is an attack because of its worst window, a benign one is benign in all of them (multiple-instance learning).
 * So a long benign text teaches by the worst window of every stretch: one alone would leave most of it unread.
 */
import type { Random } from "../random.ts";
import type { NgramBuffers, SymbolNgrams, Window } from "./symbol-ngrams.ts";
import {
  ngramBuffers,
  ngramsPerPosition,
  scoreWindow,
  windowBuckets,
  windowScale,
  windowSymbols,
  worstByStretch,
} from "./symbol-ngrams.ts";

/** One training example. */
export interface TextBag {
  /** Folded texts; at least one. */
  readonly texts: readonly Uint8Array[];
  readonly attack: boolean;
  /** Index of the class, or -1 where unknown or benign. */
  readonly attackClass: number;
  /** How much the example counts; positive. */
  readonly weight: number;
}

export interface NgramOptions {
  /** Powers of two; the class heads have at most as many as the attack head. */
  readonly buckets: number;
  readonly classBuckets: number;
  readonly classes: number;
  /** Largest absolute weight. */
  readonly bound: number;
  readonly epochs: number;
  /** Passes over the attacks for the class heads. */
  readonly classEpochs: number;
  readonly learningRate: number;
  /** Strength of the pull towards zero. */
  readonly decay: number;
  /** Longest text among the bags, in symbols. */
  readonly maxSymbols: number;
}

/** What the detectors of this release are fitted with. */
export const ngramDefaults: Omit<NgramOptions, "buckets" | "classes" | "maxSymbols"> = {
  classBuckets: 1 << 16,
  bound: 2,
  epochs: 6,
  classEpochs: 6,
  learningRate: 0.1,
  decay: 1e-6,
};

/** Called after each pass over the data with the number of passes done and to do. */
export type FitProgress = (done: number, total: number) => void;

/** Fits the model. The same bags, options and random seed give the same model. */
export function fitSymbolNgrams(
  bags: readonly TextBag[],
  options: NgramOptions,
  random: Random,
  onProgress: FitProgress = () => {},
): SymbolNgrams {
  const buffers = ngramBuffers(options.maxSymbols);
  const passes = options.epochs + (options.classes > 0 ? options.classEpochs : 0);
  const head = fitAttackHead(bags, options, random, buffers, (done) => onProgress(done, passes));
  const classes = fitClassHeads(bags, head, options, random, buffers, (done) =>
    onProgress(options.epochs + done, passes),
  );
  const step = options.bound / 127;
  return {
    buckets: options.buckets,
    weights: quantized(head.weights, step),
    step,
    bias: head.bias,
    classes: options.classes,
    classBuckets: options.classBuckets,
    ...classes,
  };
}

interface Head {
  readonly weights: Float32Array;
  readonly step: number;
  bias: number;
}

/** Losses below this no longer teach anything: of a text, and of one window among others of a text that still teaches. */
const negligibleError = 0.001;
const leastWindowError = 0.018;

function fitAttackHead(
  bags: readonly TextBag[],
  options: NgramOptions,
  random: Random,
  buffers: NgramBuffers,
  onPass: (done: number) => void,
): Head {
  const { bound, decay, learningRate } = options;
  const mask = options.buckets - 1;
  const head: Head = { weights: new Float32Array(options.buckets), step: 1, bias: -1 };
  const squares = new Float32Array(options.buckets).fill(1e-8);
  let biasSquares = 1e-8;
  const found = new Int32Array(windowSymbols * ngramsPerPosition);
  const window: Window = { logit: 0, start: 0, end: 0 };

  const update = (text: Uint8Array, start: number, end: number, gradient: number): void => {
    const count = windowBuckets(mask, text, start, end, buffers, found);
    const scaled = gradient * windowScale(end - start);
    for (let i = 0; i < count; i++) {
      const bucket = found[i]!;
      const weight = head.weights[bucket]!;
      const slope = scaled + decay * weight;
      squares[bucket]! += slope * slope;
      const moved = weight - (learningRate * slope) / Math.sqrt(squares[bucket]!);
      head.weights[bucket] = Math.max(-bound, Math.min(bound, moved));
    }
    biasSquares += gradient * gradient;
    head.bias -= (learningRate * gradient) / Math.sqrt(biasSquares);
  };

  const order = Uint32Array.from(bags, (_, index) => index);
  for (let pass = 1; pass <= options.epochs; pass++) {
    random.shuffle(order);
    for (const index of order) {
      const bag = bags[index]!;
      if (bag.attack) {
        const { text, start, end, logit } = worstPiece(head, bag, buffers);
        update(text, start, end, (sigmoid(logit) - 1) * bag.weight);
      } else {
        for (const text of bag.texts) {
          scoreWindow(head, text, text.length, buffers, window);
          if (sigmoid(window.logit) <= negligibleError) continue;
          const windows = worstByStretch(head, text.length, buffers);
          for (const { logit, start, end } of windows) {
            const error = sigmoid(logit);
            if (windows.length === 1 || error > leastWindowError)
              update(text, start, end, error * bag.weight);
          }
        }
      }
    }
    onPass(pass);
  }
  return head;
}

/** A window of one of the texts of a bag. */
interface Piece extends Window {
  readonly text: Uint8Array;
}

/** The worst window of all texts of a bag. */
function worstPiece(head: Head, bag: TextBag, buffers: NgramBuffers): Piece {
  const window: Window = { logit: 0, start: 0, end: 0 };
  let worst: Piece = { text: bag.texts[0]!, logit: -Infinity, start: 0, end: 0 };
  for (const text of bag.texts) {
    scoreWindow(head, text, text.length, buffers, window);
    if (window.logit > worst.logit) worst = { text, ...window };
  }
  return worst;
}

type ClassHeads = Pick<SymbolNgrams, "classWeights" | "classStep" | "classBias">;

/** Fits the softmax over classes on the worst window of each attack whose class is known. */
function fitClassHeads(
  bags: readonly TextBag[],
  head: Head,
  options: NgramOptions,
  random: Random,
  buffers: NgramBuffers,
  onPass: (done: number) => void,
): ClassHeads {
  const { bound, buckets, classBuckets, classes, learningRate } = options;
  const weights = new Float32Array(classBuckets * classes);
  const squares = new Float32Array(classBuckets * classes).fill(1e-8);
  const bias = new Float32Array(classes);
  const found = new Int32Array(windowSymbols * ngramsPerPosition);
  const odds = new Float64Array(classes);
  const classMask = classBuckets - 1;

  const classStep = bound / 127;
  if (classes === 0) return { classWeights: new Int8Array(0), classStep, classBias: bias };
  const known = bags.filter((bag) => bag.attack && bag.attackClass >= 0);
  // The attack head is settled, so that a bag shows the same window in every pass.
  const pieces = known.map((bag) => worstPiece(head, bag, buffers));
  const sizes = new Float64Array(classes);
  for (const bag of known) sizes[bag.attackClass]! += bag.weight;
  const largest = Math.max(1, ...sizes);

  const order = Uint32Array.from(known, (_, index) => index);
  for (let pass = 1; pass <= options.classEpochs; pass++) {
    random.shuffle(order);
    for (const index of order) {
      const bag = known[index]!;
      const { text, start, end } = pieces[index]!;
      const count = windowBuckets(buckets - 1, text, start, end, buffers, found);
      const scale = windowScale(end - start);
      odds.set(bias);
      for (let i = 0; i < count; i++) {
        const row = (found[i]! & classMask) * classes;
        for (let c = 0; c < classes; c++) odds[c]! += weights[row + c]! * scale;
      }
      softmax(odds);
      // Rare classes count for more, up to tenfold, so that common ones do not swallow them.
      const balance = bag.weight * Math.min(10, Math.sqrt(largest / sizes[bag.attackClass]!));
      for (let c = 0; c < classes; c++) {
        const error = (odds[c]! - (c === bag.attackClass ? 1 : 0)) * balance;
        if (Math.abs(error) < negligibleError) continue;
        bias[c]! -= 0.01 * error;
        const slope = error * scale;
        for (let i = 0; i < count; i++) {
          const cell = (found[i]! & classMask) * classes + c;
          squares[cell]! += slope * slope;
          const moved = weights[cell]! - (learningRate * slope) / Math.sqrt(squares[cell]!);
          weights[cell] = Math.max(-bound, Math.min(bound, moved));
        }
      }
    }
    onPass(pass);
  }
  return { classWeights: quantized(weights, classStep), classStep, classBias: bias };
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function softmax(odds: Float64Array): void {
  let largest = -Infinity;
  for (const value of odds) if (value > largest) largest = value;
  let sum = 0;
  for (let i = 0; i < odds.length; i++) {
    odds[i] = Math.exp(odds[i]! - largest);
    sum += odds[i]!;
  }
  for (let i = 0; i < odds.length; i++) odds[i]! /= sum;
}

function quantized(weights: Float32Array, step: number): Int8Array {
  return Int8Array.from(weights, (weight) => Math.round(weight / step));
}
