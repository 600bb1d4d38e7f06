/**
 * Since when the bytes that are being handled now have been waiting. Everything that one turn of the event loop reads
 * was there when the turn began, so the turn's start is the arrival of all of it: under load the last request of a
 * turn sees how long the others kept it.
 */

/** Returns a clock; each call gives the start of the running turn, in the milliseconds of `nowMs`. */
export function arrivalClock(nowMs: () => number): () => number {
  let turnStart = -1;
  const endTurn = (): void => {
    turnStart = -1;
  };
  return () => {
    if (turnStart < 0) {
      turnStart = nowMs();
      setImmediate(endTurn);
    }
    return turnStart;
  };
}
