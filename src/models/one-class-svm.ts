/**
 * One-class support vector machine (Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: "Estimating the support of a
 * high-dimensional distribution", Neural Computation 13, 2001) with the kernel `exp(−γ‖x − y‖²)` over standardized
 * columns. The score is `1 − Σ αᵢ k(xᵢ, x)` with `Σ αᵢ = 1`, in [0, 1], higher is more anomalous.
 */
import type { Random } from "../random.ts";
import { fitKernelExpansion } from "./fit-kernel-expansion.ts";
import type { Estimator, Plain } from "./model.ts";
import { flatRows } from "./model.ts";
import { demand, shaped } from "./state.ts";

/** A fitted machine: its support vectors, standardized, with their weights. */
export interface OneClassSvm {
  readonly columns: number;
  /** Of each column of the training rows. Shape (columns). */
  readonly mean: Float64Array;
  /** Reciprocal of the standard deviation; 1 for a column that never changes. Shape (columns). */
  readonly scale: Float64Array;
  readonly gamma: number;
  /** Standardized, shape (vectors × columns). */
  readonly vectors: Float64Array;
  /** αᵢ, positive, with a sum of 1. Shape (vectors). */
  readonly weights: Float64Array;
  /** The machine's own boundary as a score: about `nu` of its training rows lie above. */
  readonly boundary: number;
}

export interface OneClassSvmOptions {
  /** Upper bound on the share of training rows beyond the boundary, lower bound on that of support vectors; in (0, 1]. */
  readonly nu: number;
  /** Distinct rows that the machine is fitted on; of more, so many are drawn by lot. */
  readonly sampleSize: number;
}

/** One in a hundred training rows may lie outside. */
export const oneClassSvmDefaults: OneClassSvmOptions = { nu: 0.01, sampleSize: 32_768 };

/**
 * Fits a machine on `rows`, shape (count × columns), row by row. γ is 1 / (columns × variance of all standardized
 * numbers), which scikit-learn calls "scale". Rows that are equal count as one with their number as its weight.
 */
export function fitOneClassSvm(
  rows: Float64Array,
  columns: number,
  options: OneClassSvmOptions,
  random: Random,
): OneClassSvm {
  const { mean, scale } = standardization(rows, columns);
  const varying = scale.reduce((count, _, column) => count + (varies(rows, columns, column) ? 1 : 0), 0);
  const gamma = 1 / Math.max(1, varying);
  const { sample, counts } = distinctRows(rows, columns, options.sampleSize, random);
  for (let i = 0; i < sample.length; i++) sample[i] = (sample[i]! - mean[i % columns]!) * scale[i % columns]!;
  const { weights, level } = fitKernelExpansion(sample, columns, counts, gamma, options.nu);
  const support = Uint32Array.from(weights.keys()).filter((i) => weights[i]! > 0);
  const vectors = new Float64Array(support.length * columns);
  for (const [to, from] of support.entries())
    vectors.set(sample.subarray(from * columns, (from + 1) * columns), to * columns);
  return {
    columns,
    mean,
    scale,
    gamma,
    vectors,
    weights: weights.filter((weight) => weight > 0),
    boundary: 1 - level,
  };
}

/** A function that gives the score of rows; it keeps a buffer for the standardized row. */
export function oneClassSvmScorer(model: OneClassSvm): (row: Float64Array) => number {
  const { columns, mean, scale, gamma, vectors, weights } = model;
  const x = new Float64Array(columns);
  return (row) => {
    for (let column = 0; column < columns; column++)
      x[column] = (row[column]! - mean[column]!) * scale[column]!;
    let sum = 0;
    for (let vector = 0, at = 0; vector < weights.length; vector++) {
      let distance = 0;
      for (let column = 0; column < columns; column++, at++) {
        const difference = x[column]! - vectors[at]!;
        distance += difference * difference;
      }
      sum += weights[vector]! * Math.exp(-gamma * distance);
    }
    return Math.min(1, Math.max(0, 1 - sum));
  };
}

/** The machine as an entry of the catalog. */
export const oneClassSvm: Estimator<"row", OneClassSvm> = {
  name: "one-class-svm",
  kind: "anomaly",
  reads: "row",
  fit: (rows, _, random) => fitOneClassSvm(flatRows(rows), rows[0]!.length, oneClassSvmDefaults, random),
  check: checkOneClassSvm,
  scorer: oneClassSvmScorer,
};

function checkOneClassSvm(state: Plain): OneClassSvm {
  const model = shaped(state, {
    columns: "integer",
    mean: Float64Array,
    scale: Float64Array,
    gamma: "number",
    vectors: Float64Array,
    weights: Float64Array,
    boundary: "number",
  });
  const { columns, mean, scale, gamma, vectors, weights, boundary } = model;
  demand(columns > 0 && mean.length === columns && scale.length === columns, "a column lacks its scale");
  demand(
    weights.length > 0 && vectors.length === weights.length * columns,
    "there is not one weight for each vector",
  );
  demand(
    scale.every((factor) => factor > 0) && gamma > 0 && weights.every((weight) => weight > 0),
    "a scale, weight or gamma is not positive",
  );
  demand(
    Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6,
    "the weights have another sum",
  );
  demand(boundary >= 0 && boundary <= 1, "its boundary is no score");
  return model;
}

function varies(rows: Float64Array, columns: number, column: number): boolean {
  for (let i = column + columns; i < rows.length; i += columns) if (rows[i] !== rows[column]) return true;
  return false;
}

function standardization(rows: Float64Array, columns: number): Pick<OneClassSvm, "mean" | "scale"> {
  const count = rows.length / columns;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns).fill(1);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let i = column; i < rows.length; i += columns) sum += rows[i]!;
    mean[column] = sum / count;
    if (!varies(rows, columns, column)) continue;
    let squares = 0;
    for (let i = column; i < rows.length; i += columns) squares += (rows[i]! - mean[column]!) ** 2;
    scale[column] = 1 / Math.sqrt(squares / count);
  }
  return { mean, scale };
}

/** Draws rows by lot until `most` distinct ones are found; each with how often it was drawn. */
function distinctRows(
  rows: Float64Array,
  columns: number,
  most: number,
  random: Random,
): { sample: Float64Array; counts: Float64Array } {
  const order = random.shuffle(Uint32Array.from({ length: rows.length / columns }, (_, index) => index));
  const counts = new Map<string, { first: number; count: number }>();
  for (const index of order) {
    const row = rows.subarray(index * columns, (index + 1) * columns);
    const key = Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString("latin1");
    const known = counts.get(key);
    if (known !== undefined) known.count++;
    else if (counts.size === most) break;
    else counts.set(key, { first: index, count: 1 });
  }
  const sample = new Float64Array(counts.size * columns);
  let at = 0;
  for (const { first } of counts.values()) {
    sample.set(rows.subarray(first * columns, (first + 1) * columns), at);
    at += columns;
  }
  return { sample, counts: Float64Array.from(counts.values(), ({ count }) => count) };
}
