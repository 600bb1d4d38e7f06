/**
 * Leaves a model alone that has failed several times in a row, so that a dead one costs no request its time.
 */
import type { Opinion } from "./foreign-model.ts";

/** Failures in a row after which a model is left alone. */
const failuresAllowed = 5;
/** How long it is left alone, in milliseconds; then one question tells whether it is back. */
const pauseMs = 10_000;
/** Questions that one model may be working on; further ones are `busy`. */
const mostOpen = 64;

/** Asks through the breaker: the question is not put where the model is paused or has too many open already. */
export type Breaker = (ask: () => Promise<Opinion>) => Promise<Opinion>;

/** Makes the breaker of one model; `nowMs` is a monotonic clock in milliseconds. */
export function createBreaker(nowMs: () => number): Breaker {
  let failures = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let open = 0;
  return async (ask) => {
    if (nowMs() < pausedUntilMs) return "paused";
    if (open >= mostOpen) return "busy";
    // Until its answer is known, the question that tests a paused model is the only one.
    if (failures >= failuresAllowed) pausedUntilMs = nowMs() + pauseMs;
    open++;
    const opinion = await ask().catch((): Opinion => "failed");
    open--;
    if (typeof opinion === "number") {
      failures = 0;
      pausedUntilMs = Number.NEGATIVE_INFINITY;
    } else if (opinion !== "busy" && ++failures >= failuresAllowed) pausedUntilMs = nowMs() + pauseMs;
    return opinion;
  };
}
