/**
 * Waiting by polling. Tests never sleep for a guessed time: they name the condition, and only a condition that never
 * comes true fails, after a patience that no busy machine uses up.
 */
import { setTimeout as pause } from "node:timers/promises";

/** How long a condition may take before it counts as never coming true, in milliseconds. */
export const patienceMs = 120_000;

/**
 * Polls `probe` until it gives something other than `undefined` or `false`, and returns that.
 * `what` completes the sentence "waited in vain for …" of the error thrown after `patienceMs`.
 */
export async function until<T>(
  what: string | (() => string | Promise<string>),
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs: number = patienceMs,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let delayMs = 2;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${typeof what === "string" ? what : await what()}`);
    }
    await pause(delayMs);
    delayMs = Math.min(delayMs * 1.5, 100);
  }
}
