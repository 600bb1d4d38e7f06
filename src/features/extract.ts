/**
 * Transaction → what the models read: the row of numbers and the texts. Training and serving both come through here.
 */
import type { Transaction } from "../transaction/transaction.ts";
import { features } from "./catalog.ts";
import { fillRequestShape } from "./request-shape.ts";
import type { Texts } from "./texts.ts";
import { textsOf } from "./texts.ts";

export interface Extraction extends Texts {
  /** Computes one number for each feature, in catalog order. Shape (features). */
  row(): Float64Array;
}

/** Extracts everything from a transaction; the row only once somebody asks for it. Pure. */
export function extract(transaction: Transaction): Extraction {
  const { texts, exhausted } = textsOf(transaction);
  return {
    texts,
    exhausted,
    row() {
      const row = new Float64Array(features.length);
      fillRequestShape(transaction, row, 0);
      return row;
    },
  };
}
