/**
 * HTTP clients for tests: one that behaves, and one that sends whatever bytes it is given and waits for what happens.
 */
import { type IncomingHttpHeaders, request as openRequest } from "node:http";
import { connect, type Socket } from "node:net";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Where to connect: a port of 127.0.0.1 or a socket path. */
export type Target = number | string;

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

/** Sends one well-formed request on a connection of its own. */
export function call(target: Target, what: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const body = what.body === undefined ? undefined : Buffer.from(what.body as Uint8Array);
    const request = openRequest({
      ...(typeof target === "number" ? { host: "127.0.0.1", port: target } : { socketPath: target }),
      method: what.method ?? "POST",
      path: what.path ?? "/v1/verdict",
      headers: {
        ...(body === undefined ? {} : { "Content-Length": String(body.length) }),
        ...(what.headers as Record<string, string>),
      },
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.end(body);
  });
}

/** Sends a request byte by byte as it is said, framing included: nothing is added, and chunked bodies are one chunk. */
export async function rawReply(target: Target, what: Call): Promise<Reply> {
  const headers = { Host: "arbiter", Connection: "close", ...what.headers } as Record<string, string>;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = String(what.body ?? "");
  const framed =
    headers["Transfer-Encoding"] === "chunked" ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  const received = await sendRaw(
    target,
    `${what.method ?? "POST"} ${what.path ?? "/v1/verdict"} HTTP/1.1\r\n${lines.join("")}\r\n${framed}`,
  );
  const end = received.indexOf("\r\n\r\n");
  return { status: statusOf(received), headers: {}, text: received.slice(end + 4) };
}

/** Opens a connection; resolves once it stands. */
export function open(target: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = typeof target === "number" ? connect(target, "127.0.0.1") : connect(target);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

/** Everything that arrives until the other side closes the connection. */
export function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** Sends these bytes and waits until the other side closes. */
export async function sendRaw(target: Target, bytes: string | Uint8Array): Promise<string> {
  const socket = await open(target);
  const received = untilClosed(socket);
  socket.write(bytes);
  return received;
}

/** Sends one byte of `bytes` every 20 ms until the other side closes the connection. */
export async function drip(target: Target, start: string, bytes: string): Promise<string> {
  const socket = await open(target);
  const received = untilClosed(socket);
  socket.write(start);
  let at = 0;
  const timer = setInterval(() => {
    if (!socket.writable) return;
    socket.write(bytes[at++ % bytes.length] as string);
  }, 20);
  try {
    return await received;
  } finally {
    clearInterval(timer);
  }
}

/** The status of a raw reply, 0 where there is none. */
export function statusOf(reply: string): number {
  return Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(reply)?.[1] ?? 0);
}
