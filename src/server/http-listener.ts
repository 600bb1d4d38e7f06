/**
 * A `node:http` server with tight limits. Slow senders, floods of connections and everything that Node's own parser
 * refuses end here, with a typed reply where one can still be sent.
 */
import { createServer, type RequestListener, type Server } from "node:http";
import type { ListenOptions, Socket } from "node:net";
import { ArbiterError } from "../errors.ts";
import { type Refusal, refusal, refusalBody } from "./refusal.ts";

/** Limits of a listener; milliseconds and connections, all positive. A request timeout of 0 means none. */
export interface ListenerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly connections: number;
}

/** Bytes of a header block. */
const headerBytes = 16_384;
/** Header fields: a hundred, which `rawHeaders` holds as names and values. */
export const rawHeadersLimit = 200;
/** How often slow connections are looked for, in milliseconds. */
const sweepIntervalMs = 250;

/** Makes a server that does not listen yet. `onRefusal` hears of each refusal that Node's parser caused. */
export function createListener(
  handler: RequestListener,
  limits: ListenerLimits,
  onRefusal: (refused: Refusal) => void,
): Server {
  const server = createServer(
    {
      maxHeaderSize: headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: sweepIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      insecureHTTPParser: false,
      requireHostHeader: false,
    },
    handler,
  );
  // Node drops headers beyond a count in silence; the block is bounded by its bytes, and the handler counts.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const refused = refusalOfParser(error.code ?? "");
    onRefusal(refused);
    const body = refusalBody(refused);
    socket.end(
      `HTTP/1.1 ${refused.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
    socket.destroySoon();
  });
  return server;
}

/** Starts to listen. Throws `address_in_use` or `io_failed`. */
export function listen(server: Server, where: ListenOptions, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === "EADDRINUSE"
          ? new ArbiterError("address_in_use", `another process listens on ${name}`, { cause: error })
          : new ArbiterError("io_failed", `cannot listen on ${name} (${error.code})`, { cause: error }),
      );
    };
    server.once("error", onError);
    server.listen(where, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

/** Stops accepting, lets requests in flight finish, and cuts what is left after `drainMs`. */
export function drain(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}

function refusalOfParser(code: string): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return refusal("too_large", `the header block is larger than ${headerBytes} bytes`, 431);
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return refusal("too_large", "the chunk extensions are larger than the limit");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refusal("bad_request", "the request did not arrive in time", 408);
    default:
      return refusal("bad_request", "the message is not well-formed HTTP/1.1");
  }
}
