/**
 * Receives the bytes of a message within bounds: of one message, of all messages that are arriving together, and of
 * their number. What goes over a bound is refused, and the rest of it is thrown away unread.
 */
import type { IncomingMessage } from "node:http";
import { type Refusal, refusal } from "./refusal.ts";

/** Bounds of one server, all positive. */
export interface MessageBounds {
  readonly messageBytes: number;
  readonly bufferBytes: number;
  readonly inFlight: number;
}

/** Receives messages, and knows what it is holding at the moment. */
export interface MessageReader {
  /** Calls `done` once, with the message or the refusal; never where the caller leaves before the end. */
  read(request: IncomingMessage, done: (outcome: Buffer | Refusal) => void): void;
  /** Messages that are arriving now. */
  readonly arriving: number;
  /** Bytes held for them. */
  readonly heldBytes: number;
}

/** How much of an over-long message is read and dropped, so that its sender gets to see the refusal; in messages' sizes. */
const discardFactor = 4;

const noBytes = Buffer.alloc(0);

/** Makes the reader of one server. */
export function createMessageReader(bounds: MessageBounds): MessageReader {
  let arriving = 0;
  let heldBytes = 0;

  const read: MessageReader["read"] = (request, done) => {
    let refused: Refusal | undefined;
    if (Number(request.headers["content-length"] ?? 0) > bounds.messageBytes) refused = tooLarge(bounds);
    else if (arriving >= bounds.inFlight) refused = overloaded();

    let only: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let bytes = 0;
    let finished = false;
    arriving++;

    const release = (): void => {
      finished = true;
      arriving--;
      heldBytes -= bytes;
    };
    const drop = (reason: Refusal): void => {
      refused = reason;
      heldBytes -= bytes;
      bytes = 0;
      only = undefined;
      chunks = undefined;
    };
    let discarded = 0;
    request.on("data", (chunk: Buffer) => {
      if (finished) return;
      if (refused !== undefined) {
        discarded += chunk.length;
        if (discarded > bounds.messageBytes * discardFactor) {
          release();
          done(refused);
        }
        return;
      }
      bytes += chunk.length;
      heldBytes += chunk.length;
      if (bytes > bounds.messageBytes) drop(tooLarge(bounds));
      else if (heldBytes > bounds.bufferBytes) drop(overloaded());
      else if (only === undefined) only = chunk;
      else if (chunks === undefined) chunks = [only, chunk];
      else chunks.push(chunk);
    });
    request.on("end", () => {
      if (finished) return;
      release();
      done(refused ?? (chunks === undefined ? (only ?? noBytes) : Buffer.concat(chunks)));
    });
    request.on("close", () => {
      if (!finished) release();
    });
    // A caller that goes away is no event of ours; without a listener it would end the process.
    request.on("error", ignore);
  };

  return {
    read,
    get arriving() {
      return arriving;
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}

function ignore(): void {}

function tooLarge(bounds: MessageBounds): Refusal {
  return refusal("too_large", `the message is larger than ${bounds.messageBytes} bytes`);
}

function overloaded(): Refusal {
  return refusal("overloaded", "the server has more work than it can finish in time: ask again later");
}
