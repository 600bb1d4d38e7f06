/**
 * Asks the models of the user's own about a request whose verdict is known, and says what becomes of it: voting models
 * change the verdict, those in the shadow only appear in it. All are counted, and where one disagrees it is logged.
 */
import type { Logger } from "pino";
import { type Heard, modelScoreOf, type Panel, votesOf } from "../foreign/panel.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { displayText } from "../transaction/transaction.ts";
import type { Vote } from "../verdict/opinion-pool.ts";
import type { Verdict } from "../verdict/verdict.ts";
import { maskTarget } from "./mask.ts";
import type { Agreement, Metrics } from "./metrics.ts";

/** What a hearing needs. */
export interface HearingOptions {
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Asks all models of the panel about a transaction with this verdict. `revise` gives the verdict with votes; `leftMs` is the
 * time until the caller's deadline. Returns the verdict to give, once it is known; undefined where nothing is waited for.
 */
export type Hearing = (
  panel: Panel,
  transaction: Transaction,
  verdict: Verdict,
  revise: (votes: readonly Vote[]) => Verdict,
  leftMs: number,
  waitsFor: "votes" | "all",
) => Promise<Verdict> | undefined;

/** The share of the time left that models may take; the rest is for the way back. */
const shareOfTime = 0.75;
/** Lines about disagreements in a second; more are counted in the next line. */
const linesPerSecond = 20;

/** Makes the hearing of one server. */
export function createHearing({ metrics, log, nowMs }: HearingOptions): Hearing {
  let second = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let unsaid = 0;

  const note = (heard: readonly Heard[], transaction: Transaction, verdict: Verdict): void => {
    for (const { settings, opinion, tookMs } of heard) {
      const { name, role, threshold } = settings;
      if (typeof opinion !== "number") {
        metrics.modelFailure(name, opinion);
        continue;
      }
      const own = verdict.verdict === "attack" || verdict.verdict === "suspect";
      const model = opinion >= threshold;
      metrics.modelScore(name, opinion, tookMs / 1000, agreementOf(own, model));
      if (own === model || !mayLog()) continue;
      log.info(
        {
          id: verdict.id,
          model: name,
          role,
          score: opinion,
          verdict: verdict.verdict,
          probability: verdict.probability,
          site: transaction.site,
          method: transaction.method,
          uri: displayText(maskTarget(transaction.uri)),
          ...(unsaid === 0 ? {} : { unsaid }),
        },
        "a model disagrees",
      );
      unsaid = 0;
    }
  };
  const mayLog = (): boolean => {
    if (nowMs() - second >= 1_000) {
      second = nowMs();
      lines = 0;
    }
    if (++lines <= linesPerSecond) return true;
    unsaid++;
    return false;
  };

  return (panel, transaction, verdict, revise, leftMs, waitsFor) => {
    const budgetMs = Math.max(0, leftMs * shareOfTime);
    const voted = panel.ask("vote", transaction, budgetMs);
    const watched = panel.ask("shadow", transaction, budgetMs);
    const all = Promise.all([voted, watched]).then((heard) => inOrder(panel, heard.flat()));
    // Agreement is measured with the detector's own verdict, so that no vote agrees with itself.
    all.then((heard) => note(heard, transaction, verdict)).catch(fail);
    const hasVotes = panel.models.some(({ role }) => role === "vote");
    const awaited = waitsFor === "all" ? all : hasVotes ? voted : undefined;
    return awaited
      ?.then((heard) => {
        const votes = votesOf(heard);
        const final = votes.length === 0 ? verdict : revise(votes);
        return { ...final, models: heard.map(modelScoreOf) };
      })
      .catch((error: unknown) => {
        fail(error);
        return verdict;
      });
  };

  function fail(error: unknown): void {
    metrics.failure();
    log.error({ err: error }, "models could not be heard");
  }
}

function agreementOf(own: boolean, model: boolean): Agreement {
  if (own) return model ? "both" : "only-own";
  return model ? "only-model" : "neither";
}

function inOrder(panel: Panel, heard: readonly Heard[]): readonly Heard[] {
  return panel.models.flatMap((model) => heard.filter(({ settings }) => settings === model));
}
