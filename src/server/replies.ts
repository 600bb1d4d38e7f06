/**
 * Writes replies, those of one turn of the event loop together: each write wakes a caller, and a processor that turns from
 * the models to the kernel and back for every request does worse at both.
 */
import type { ServerResponse } from "node:http";

/** Sends a reply with this body soon: at the end of the turn at the latest. */
export type Reply = (response: ServerResponse, status: number, contentType: string, body: string) => void;

/** Replies that wait for one another, so that under load nobody waits for a whole turn. */
const mostWaiting = 8;

/** Makes the writer of one server. `isStopping` tells whether connections are to be closed after their replies. */
export function createReplies(isStopping: () => boolean): Reply {
  let waiting: Parameters<Reply>[] = [];
  let isScheduled = false;

  const writeAll = (): void => {
    const replies = waiting;
    waiting = [];
    for (const reply of replies) write(...reply);
  };
  const write: Reply = (response, status, contentType, body) => {
    const length = Buffer.byteLength(body);
    const headers = ["Content-Type", contentType, "Content-Length", String(length)];
    if (isStopping()) headers.push("Connection", "close");
    response.writeHead(status, headers);
    // As many bytes as characters means ASCII, which needs no encoder.
    response.end(body, length === body.length ? "latin1" : "utf8");
  };
  const endTurn = (): void => {
    isScheduled = false;
    writeAll();
  };

  return (...reply) => {
    if (waiting.push(reply) >= mostWaiting) writeAll();
    else if (!isScheduled) {
      isScheduled = true;
      setImmediate(endTurn);
    }
  };
}
