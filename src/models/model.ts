/**
 * What all models of the catalog have in common: which part of a request a model reads, how it is fitted and scored, and
 * that what it has learnt is plain data. Scoring never changes a model.
 */
import type { Random } from "../random.ts";

/** What models may read of one request. The caller makes it, by the same way in training and in service. */
export interface Observation {
  /** One number for each feature. Shape (columns). */
  readonly row: Float64Array;
  /** Decoded texts of the request, as Unicode; bytes that are no UTF-8 are U+FFFD. */
  readonly texts: readonly string[];
  /** The whole request in one canonical, bounded form: request line, headers, an empty line, body. */
  readonly bytes: Uint8Array;
}

/** A part of an observation. */
export type Part = keyof Observation;

/** Anomaly models are fitted on normal traffic alone, supervised ones on both labels. */
export type ModelKind = "anomaly" | "supervised";

/** A number, a text, a typed array, or a list or record of these: what a model file can hold. */
export type Plain =
  | number
  | string
  | boolean
  | null
  | NumberArray
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** The typed arrays of a model. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** A recipe for models that read the part `P` and have learnt an `S`, a record of plain data. */
export interface Estimator<P extends Part, S extends object> {
  /** Kebab-case; the name of its file, and what `arbiter train --model` takes. */
  readonly name: string;
  readonly kind: ModelKind;
  readonly reads: P;
  /**
   * Fits a model on at least one input. `attacks` holds a 1 for each attack and 0 for the rest; for an anomaly model, 0
   * alone. The same inputs and the same state of `random` give the same model.
   */
  fit(inputs: readonly Observation[P][], attacks: Uint8Array, random: Random): S;
  /** Checks data from a file. Throws `model_invalid` where scoring with it could fail, or run without end. */
  check(state: Plain): S;
  /** The score of one input, in [0, 1], higher is worse. The function keeps buffers and does not change the model. */
  scorer(model: S): (input: Observation[P]) => number;
}

/** Rows one after the other, shape (rows × columns). */
export function flatRows(rows: readonly Float64Array[]): Float64Array {
  const columns = rows[0]?.length ?? 0;
  const flat = new Float64Array(rows.length * columns);
  for (const [index, row] of rows.entries()) flat.set(row, index * columns);
  return flat;
}
