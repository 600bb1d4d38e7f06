/**
 * The application behind the WAF in tests: answers every request with 200 and what it saw, so that a test can tell a
 * request that came through from one that did not. On `/reflect` it answers as its JSON body says, which is what CRS's
 * own tests of response rules ask of a backend.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A request as it reached the application. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyBytes: number;
}

/** The running application. */
export interface Backend {
  readonly port: number;
  /** What arrived so far, oldest first; bounded to the last `keep` requests. */
  readonly requests: SeenRequest[];
  stop(): Promise<void>;
}

/** The header of every reply that came from the application itself. */
export const backendMarker = "x-backend";

/** Starts the application on a free port of 127.0.0.1; it remembers the last `keep` requests (default 1,000). */
export async function startBackend(options: { keep?: number } = {}): Promise<Backend> {
  const keep = options.keep ?? 1000;
  const requests: SeenRequest[] = [];
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    readBody(request)
      .then((body) => {
        requests.push({
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          bodyBytes: body.length,
        });
        if (requests.length > keep) requests.shift();
        answer(request, body, response);
      })
      .catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP listener has no port");
  return {
    port: address.port,
    requests,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  response.setHeader(backendMarker, "seen");
  if (request.url?.startsWith("/reflect") && reflect(body, response)) return;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ method: request.method, path: request.url, bytes: body.length }));
}

interface Reflection {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  encodedBody?: string;
}

/** Answers as the JSON in `body` says; false when it says nothing that can be done. */
function reflect(body: Buffer, response: ServerResponse): boolean {
  try {
    const wanted = JSON.parse(body.toString("utf8")) as Reflection;
    response.statusCode = wanted.status ?? 200;
    response.setHeader("content-type", "text/plain; charset=utf-8");
    for (const [name, value] of Object.entries(wanted.headers ?? {})) response.setHeader(name, value);
    response.end(
      wanted.encodedBody === undefined ? (wanted.body ?? "") : Buffer.from(wanted.encodedBody, "base64"),
    );
    return true;
  } catch {
    return false;
  }
}
