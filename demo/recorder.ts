/**
 * A reverse proxy that keeps what passes through it, so that what a browser or an attack tool sent once can be sent
 * again through every configuration.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
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
  /**
   * Whether a request is for something that was recorded often enough. If there is a reply to the same address, it is given
   * again: the request goes no further and is not recorded.
   */
  readonly isEnough?: (draft: Draft) => boolean;
  /** Key and certificate (PEM), to be spoken to over TLS. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

/** A reply that can be given again. */
interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
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
  const { limit = recordLimit, onArrival = () => [], isEnough, tls } = options;
  const drafts: Draft[] = [];
  const replies = new Map<string, Reply>();
  let arrived = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const draft = draftOf(request, body);
    const address = request.url ?? "/";
    const known = isEnough?.(draft) ? replies.get(address) : undefined;
    if (known !== undefined) {
      response.writeHead(200, known.headers).end(known.body);
      return;
    }
    if (drafts.length < limit) drafts.push(draft);
    const headers = [...ownHeaders(request), ...onArrival(arrived++)];
    const keep = (reply: Reply): unknown => isEnough && draft.method === "GET" && replies.set(address, reply);
    passOn(upstreamPort, draft.method, address, headers, body, response, keep);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    pass(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
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

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new Error("a body is longer than the recorder keeps");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sends the request on and its reply back; `keep` gets a good reply that was not too long. */
function passOn(
  upstreamPort: number,
  method: string,
  path: string,
  headers: readonly HeaderPair[],
  body: Buffer,
  response: ServerResponse,
  keep: (reply: Reply) => unknown,
): void {
  const upstream = httpRequest(
    {
      host: "127.0.0.1",
      port: upstreamPort,
      method,
      path,
      headers: [...headers.flat(), ...(body.length > 0 ? ["Content-Length", String(body.length)] : [])],
    },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      const chunks: Buffer[] = [];
      let size = 0;
      reply.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= bodyLimit) chunks.push(chunk);
      });
      reply.on("end", () => {
        if (reply.statusCode === 200 && size <= bodyLimit)
          keep({ headers: reply.headers, body: Buffer.concat(chunks) });
      });
    },
  );
  upstream.on("error", () => response.destroy());
  upstream.end(body);
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
