/**
 * A reverse proxy that keeps what passes through it, so that what a browser or an attack tool sent once can be sent
 * again through every configuration.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Draft, HeaderPair } from "./requests/request.ts";

/** A running recorder. */
export interface Recorder {
  readonly port: number;
  /** What was recorded so far, in order of arrival. */
  readonly drafts: readonly Draft[];
  close(): Promise<void>;
}

/** Requests that one recorder keeps unless told otherwise; further ones are passed on and forgotten. */
export const recordLimit = 1_500;

/** What a recorder may be told. */
export interface RecorderOptions {
  /** Requests that are kept. Default: `recordLimit`. */
  readonly limit?: number;
  /** Called when a request has arrived whole, with its number among all so far; gives fields to pass on beside its own. */
  readonly onArrival?: (number: number) => readonly HeaderPair[];
}

/** Bytes of a body that are kept and passed on. */
const bodyLimit = 1_048_576;

/** Fields of one connection, which the next one makes itself. */
const hopByHop = new Set([
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "expect",
  "proxy-connection",
]);

/** Starts a recorder in front of a server on loopback. */
export async function startRecorder(upstreamPort: number, options: RecorderOptions = {}): Promise<Recorder> {
  const { limit = recordLimit, onArrival = () => [] } = options;
  const drafts: Draft[] = [];
  let arrived = 0;
  const keep = (draft: Draft): readonly HeaderPair[] => {
    if (drafts.length < limit) drafts.push(draft);
    return onArrival(arrived++);
  };
  const server = createServer((request, response) => {
    passOn(request, response, upstreamPort, keep).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    drafts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  upstreamPort: number,
  keep: (draft: Draft) => readonly HeaderPair[],
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Error("a body is longer than the recorder keeps");
    chunks.push(chunk);
  }
  const draft = draftOf(request, Buffer.concat(chunks));
  const added = keep(draft);
  const upstream = httpRequest(
    {
      host: "127.0.0.1",
      port: upstreamPort,
      method: draft.method,
      path: request.url ?? "/",
      headers: [
        ...[...ownHeaders(request), ...added].flat(),
        ...(size > 0 ? ["Content-Length", String(size)] : []),
      ],
    },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    },
  );
  upstream.on("error", () => response.destroy());
  upstream.end(Buffer.concat(chunks));
}

/** The header fields without those of the connection; values are byte strings. */
function ownHeaders(request: IncomingMessage): HeaderPair[] {
  const headers: HeaderPair[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]!;
    if (!hopByHop.has(name.toLowerCase())) headers.push([name, request.rawHeaders[index + 1]!]);
  }
  return headers;
}

function draftOf(request: IncomingMessage, body: Buffer): Draft {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    headers: ownHeaders(request).map(([name, value]) => [name, Buffer.from(value, "latin1").toString()]),
    ...(body.length > 0 ? { body_b64: body.toString("base64") } : {}),
  };
}
