/**
 * Fits `Autoencoder` on normal requests alone: stochastic descent on the squared error of what the network repeats. Some
 * of the requests are held out; their errors tell later how unusual an error is.
 */
import { ArbiterError } from "../errors.ts";
import type { Random } from "../random.ts";
import { adam } from "./adam.ts";
import type { Autoencoder } from "./autoencoder.ts";
import { autoencoderScorer, reconstructionError } from "./autoencoder.ts";
import { fillByteNgrams } from "./byte-ngrams.ts";
import type { LayerSizes } from "./dense-network.ts";
import { activationsFor, drawParameters, parameterCount, runBackward, runForward } from "./dense-network.ts";
import type { Estimator, Plain } from "./model.ts";
import { demand, shaped } from "./state.ts";

/** How an autoencoder is fitted. */
export interface AutoencoderOptions {
  /** Buckets of n-grams, a power of two. */
  readonly buckets: number;
  /** Units of the layers from the input to the middle; those to the output mirror them. */
  readonly encoder: readonly number[];
  readonly epochs: number;
  /** Requests for each step. */
  readonly batch: number;
  readonly learningRate: number;
}

/** 270,000 parameters: a file of 1 MB, and a fraction of a millisecond for a request. */
export const autoencoderDefaults: AutoencoderOptions = {
  buckets: 1_024,
  encoder: [128, 32],
  epochs: 10,
  batch: 32,
  learningRate: 1e-3,
};

/** Share of the requests that are held out, and the most of them: more would not make the tail finer than it need be. */
const heldShare = 0.1;
const mostHeld = 4_096;
/** An error of 0 has no logarithm and no inverse. */
const leastError = 1e-12;

/** Called after each pass over the data with the number of passes done and to do. */
export type FitProgress = (done: number, total: number) => void;

/**
 * Fits the model on the bytes of normal requests, at least two. The same requests, options and seed give the same model.
 * Throws `data_invalid` where there are fewer.
 */
export function fitAutoencoder(
  requests: readonly Uint8Array[],
  options: AutoencoderOptions,
  random: Random,
  onProgress: FitProgress = () => {},
): Autoencoder {
  if (requests.length < 2)
    throw new ArbiterError(
      "data_invalid",
      `an autoencoder is fitted on two normal requests or more, and there are ${requests.length}`,
    );
  const order = random.shuffle(Uint32Array.from(requests, (_, index) => index));
  const heldCount = Math.max(1, Math.min(mostHeld, Math.floor(heldShare * requests.length)));
  const held = order.subarray(0, heldCount);
  const used = order.subarray(heldCount);

  const sizes = layerSizes(options);
  const parameters = drawParameters(sizes, random);
  const learn = learner(sizes, parameters, options.learningRate);
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    random.shuffle(used);
    for (let at = 0; at < used.length; at += options.batch)
      learn(Array.from(used.subarray(at, at + options.batch), (index) => requests[index]!));
    onProgress(epoch, options.epochs);
  }

  // What is stored is what is scored with: errors come from the rounded parameters.
  const rounded = Float32Array.from(parameters);
  const error = reconstructionError(sizes, Float64Array.from(rounded));
  const errors = Float64Array.from(held, (index) => Math.max(leastError, error(requests[index]!)));
  return { sizes: Int32Array.from(sizes), parameters: rounded, errors: errors.sort() };
}

/** The layers from input to output. */
export function layerSizes({ buckets, encoder }: Pick<AutoencoderOptions, "buckets" | "encoder">): number[] {
  return [buckets, ...encoder, ...encoder.slice(0, -1).reverse(), buckets];
}

/**
 * Makes a function that takes one step: it changes `parameters` so that the mean squared distance over the batch of
 * requests falls, and returns what it was before.
 */
export function learner(
  sizes: LayerSizes,
  parameters: Float64Array,
  learningRate: number,
): (batch: readonly Uint8Array[]) => number {
  const activations = activationsFor(sizes);
  const input = activations.values[0]!;
  const slope = activations.slopes.at(-1)!;
  const gradient = new Float64Array(parameters.length);
  const step = adam(parameters.length, learningRate);
  return (batch) => {
    gradient.fill(0);
    let loss = 0;
    for (const bytes of batch) {
      fillByteNgrams(bytes, input);
      const output = runForward(parameters, activations);
      for (let i = 0; i < output.length; i++) {
        const difference = output[i]! - input[i]!;
        loss += (difference * difference) / batch.length;
        slope[i] = (2 * difference) / batch.length;
      }
      runBackward(parameters, activations, gradient);
    }
    step(parameters, gradient);
    return loss;
  };
}

/** The autoencoder in the catalog: an anomaly model over the bytes of the whole request. */
export const autoencoder: Estimator<"bytes", Autoencoder> = {
  name: "autoencoder",
  kind: "anomaly",
  reads: "bytes",
  fit: (requests, _, random) => fitAutoencoder(requests, autoencoderDefaults, random),
  check: checkAutoencoder,
  scorer: autoencoderScorer,
};

function checkAutoencoder(state: Plain): Autoencoder {
  const model = shaped(state, { sizes: Int32Array, parameters: Float32Array, errors: Float64Array });
  const { sizes, parameters, errors } = model;
  const buckets = sizes[0] ?? 0;
  demand(sizes.length >= 3 && sizes.every((size) => size > 0 && size <= 1 << 16), "its layers have no size");
  demand(
    buckets === sizes.at(-1) && (buckets & (buckets - 1)) === 0,
    "its input and output are not the same power of two",
  );
  demand(parameters.length === parameterCount(sizes), "it has not one number for each connection");
  demand(
    errors.length > 0 && errors.every((error, i) => error > 0 && (i === 0 || error >= errors[i - 1]!)),
    "its errors do not ascend from above 0",
  );
  return model;
}
