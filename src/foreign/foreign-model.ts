/**
 * The contract of a model of the user's own: what it is asked, when it has to answer, and how it may fail. A model that
 * fails has no say, and never costs a request its verdict.
 */
import type { Transaction } from "../transaction/transaction.ts";

/**
 * Why there is no score. `late`: not in time. `busy`: too many questions wait already. `unreachable`: no connection, or it
 * broke. `bad-reply`: an answer that is no score in [0, 1]. `failed`: the model itself reported an error. `paused`: it
 * failed several times in a row and is left alone for a while.
 */
export const foreignFailures = ["late", "busy", "unreachable", "bad-reply", "failed", "paused"] as const;
export type ForeignFailure = (typeof foreignFailures)[number];

/** A probability of an attack in [0, 1], higher is worse, or why there is none. */
export type Opinion = number | ForeignFailure;

/** Something that gives opinions on transactions. */
export interface ForeignModel {
  /** The score of one transaction, within `budgetMs` milliseconds. Never rejects. */
  score(transaction: Transaction, budgetMs: number): Promise<Opinion>;
  /** Gives back threads and connections; what is being asked fails. */
  close(): Promise<void>;
}
