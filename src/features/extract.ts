/**
 * Transaction → what the models read: the row of numbers and the texts. Training and serving both come through here.
 */
import type { Transaction } from "../transaction/transaction.ts";
import { features } from "./catalog.ts";
import { fillRequestShape } from "./request-shape.ts";
import type { Texts } from "./texts.ts";
import { textsOf } from "./texts.ts";

export interface Extraction extends Texts {
  /** One number for each feature, in catalog order. Shape (features). */
  readonly row: Float64Array;
}

/** Extracts everything from a transaction. Pure. */
export function extract(transaction: Transaction): Extraction {
  const row = new Float64Array(features.length);
  fillRequestShape(transaction, row, 0);
  return { row, ...textsOf(transaction) };
}
