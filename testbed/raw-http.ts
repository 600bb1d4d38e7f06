/**
 * Requests as bytes over a socket, for what a proper client would refuse to send, and replies read without judging
 * them.
 */
import { connect } from "node:net";
import { patienceMs } from "./until.ts";

/** A reply as it came. */
export interface RawReply {
  /** 0 when the server closed the connection without a status line. */
  readonly status: number;
  /** Header values by lower-case name; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as latin1, still chunked if it came so. */
  readonly body: string;
}

/** A request to be written out by `formatRequest`. */
export interface PlainRequest {
  readonly method?: string;
  readonly path?: string;
  /** Sent as they are, in this order, after Host, Connection and, if there is a body, Content-Length. */
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  readonly host?: string;
}

/** The bytes of an ordinary HTTP/1.1 request on a connection of its own, with a browser's headers. Strings are latin1. */
export function formatRequest(request: PlainRequest): Uint8Array {
  const own = Array.isArray(request.headers) ? request.headers : Object.entries(request.headers ?? {});
  const body = typeof request.body === "string" ? Buffer.from(request.body, "latin1") : request.body;
  const given = new Set(own.map(([name]) => name.toLowerCase()));
  const usual: [string, string][] = [
    ["Host", request.host ?? "localhost"],
    ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],
    ["Accept", "text/html,application/json;q=0.9,*/*;q=0.8"],
    ["Connection", "close"],
  ];
  if (body !== undefined) usual.push(["Content-Length", String(body.length)]);
  const lines = [...usual.filter(([name]) => !given.has(name.toLowerCase())), ...own];
  const head = [
    `${request.method ?? (body === undefined ? "GET" : "POST")} ${request.path ?? "/"} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body ?? new Uint8Array()]);
}

/** Writes out a request, sends it and reads the reply. */
export async function sendRequest(port: number, request: PlainRequest): Promise<RawReply> {
  return sendBytes(port, formatRequest(request));
}

/** How patient `sendBytes` is. */
export interface SendOptions {
  /** After this time without a reply our side of the connection is closed, which ends a request that is never finished. */
  readonly silenceMs?: number;
  /** After this time without an end, the attempt is an error. */
  readonly timeoutMs?: number;
}

/**
 * Sends bytes to a port of 127.0.0.1 and reads the reply until the server closes, which it does after it has logged the
 * transaction. Where it would keep the connection, our side says first that nothing more will come. A server that closes
 * without a word gives a reply with status 0.
 */
export function sendBytes(port: number, bytes: Uint8Array, options: SendOptions = {}): Promise<RawReply> {
  const { silenceMs, timeoutMs = patienceMs } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const isHead = Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "HEAD ";
    let received = "";
    const finish = () => {
      clearTimeout(timer);
      clearTimeout(silence);
      socket.destroy();
      resolve(parseReply(received));
    };
    const fail = (error: Error) => {
      clearTimeout(timer);
      clearTimeout(silence);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(
          new Error(`no complete reply from port ${port} within ${timeoutMs} ms: ${received.slice(0, 200)}`),
        ),
      timeoutMs,
    );
    const silence = silenceMs === undefined ? undefined : setTimeout(() => socket.end(), silenceMs);
    socket.setEncoding("latin1");
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk: string) => {
      received += chunk;
      if (isCompleteAndKept(received, isHead)) socket.end();
    });
    socket.on("end", finish);
    socket.on("close", finish);
    // A reset after the reply, or instead of one, is an end like another.
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNREFUSED" ? fail(error) : finish(),
    );
  });
}

/** True when a whole reply is there and the server has not said that it closes the connection. */
function isCompleteAndKept(received: string, isHead: boolean): boolean {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return false;
  const head = received.slice(0, headEnd + 2);
  if (/\r\nconnection: *close\r\n/i.test(head)) return false;
  if (isHead || /^HTTP\/1\.\d (?:204|304)/.test(head)) return true;
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) return received.length >= headEnd + 4 + Number(length);
  return /\r\ntransfer-encoding: *chunked\r\n/i.test(head) && received.endsWith("\r\n0\r\n\r\n");
}

function parseReply(received: string): RawReply {
  const headEnd = received.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = received
    .slice(0, headEnd === -1 ? received.length : headEnd)
    .split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return {
    status: Number(/^HTTP\/1\.\d (\d{3})/.exec(statusLine)?.[1] ?? 0),
    headers,
    body: headEnd === -1 ? "" : received.slice(headEnd + 4),
  };
}
