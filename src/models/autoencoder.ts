/**
 * An autoencoder over the bytes of a whole request (Hinton, Salakhutdinov: "Reducing the Dimensionality of Data with
 * Neural Networks", Science 313, 2006): a network with a narrow middle learns to repeat the n-grams of normal requests.
 * What it repeats badly is unlike them. `fit-autoencoder.ts` fits it.
 */
import { fillByteNgrams } from "./byte-ngrams.ts";
import { activationsFor, runForward } from "./dense-network.ts";
import { empiricalRank } from "./empirical-rank.ts";

/** A fitted model. */
export interface Autoencoder {
  /** Units of each layer; input and output are the same power of two, the buckets of n-grams. */
  readonly sizes: Int32Array;
  /** The numbers of the network, in the order of `dense-network.ts`. */
  readonly parameters: Float32Array;
  /** Errors of normal requests that it was not fitted on, ascending, each above 0. */
  readonly errors: Float64Array;
}

/**
 * The score of the bytes of one request: in [0, 1], higher is more anomalous; the rank of its error among those of normal
 * requests. The function keeps some 20 KB of buffers and a copy of the parameters, and does not change the model.
 */
export function autoencoderScorer(model: Autoencoder): (bytes: Uint8Array) => number {
  const error = reconstructionError(model.sizes, Float64Array.from(model.parameters));
  return (bytes) => empiricalRank(model.errors, error(bytes));
}

/**
 * The squared distance between the n-grams of some bytes and what the network makes of them; at least 0. The function
 * keeps buffers.
 */
export function reconstructionError(
  sizes: ArrayLike<number>,
  parameters: Float64Array,
): (bytes: Uint8Array) => number {
  const activations = activationsFor(sizes);
  const input = activations.values[0]!;
  return (bytes) => {
    fillByteNgrams(bytes, input);
    return squaredDistance(runForward(parameters, activations), input);
  };
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
