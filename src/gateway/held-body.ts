/**
 * Holds back the beginning of a request body, so that it can be inspected before the application sees any of it.
 */
import type { IncomingMessage } from "node:http";

/** The part of a body that was held back. */
export interface HeldBody {
  readonly bytes: Buffer;
  /** True where these are all bytes of the body; else the rest waits in the paused request. */
  readonly complete: boolean;
}

/** Bytes that all requests together hold back. */
export interface HoldBudget {
  readonly limitBytes: number;
  heldBytes: number;
}

/**
 * Reads up to `limitBytes` of the body and pauses. `done` is called once, or never where the client leaves. When the
 * budget is spent less is held, down to the chunk at hand. The bytes count against the budget until `release`.
 */
export function holdBody(
  request: IncomingMessage,
  limitBytes: number,
  budget: HoldBudget,
  done: (held: HeldBody) => void,
): { release(): void } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  let isReleased = false;

  const finish = (complete: boolean): void => {
    isDone = true;
    request.off("data", onData);
    request.off("end", onEnd);
    if (!complete) request.pause();
    done({ bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), complete });
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    budget.heldBytes += chunk.length;
    if (bytes > limitBytes || budget.heldBytes > budget.limitBytes) finish(false);
  };
  const onEnd = (): void => {
    if (!isDone) finish(true);
  };
  const release = (): void => {
    if (!isReleased) budget.heldBytes -= bytes;
    isReleased = true;
  };
  request.on("data", onData);
  request.on("end", onEnd);
  request.once("close", release);
  return { release };
}
