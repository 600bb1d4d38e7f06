/**
 * Sends recorded requests to a WAF and says of each whether the application saw it. The application marks its replies
 * with `x-shop`; whatever comes back without that mark was decided by the WAF.
 */
import { Agent, request as httpRequest } from "node:http";
import type { Draft } from "./requests/request.ts";

/** What became of a request: it reached the application, the WAF refused it, or no usable reply came. */
export type Fate = "passed" | "blocked" | "failed";

/** One reply. `milliseconds` is from the first byte sent to the last byte received. */
export interface Outcome {
  readonly fate: Fate;
  readonly status: number;
  readonly milliseconds: number;
}

/** Where to send requests, over connections that are kept open. */
export interface Client {
  send(draft: Draft): Promise<Outcome>;
  close(): void;
}

/** Milliseconds without any byte after which a reply counts as failed. */
const patience = 20_000;

/** Makes a client for a server on loopback; `connections` bounds how many requests are under way. */
export function connectTo(port: number, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (draft) => exchange(agent, port, draft),
    close: () => agent.destroy(),
  };
}

function exchange(agent: Agent, port: number, draft: Draft): Promise<Outcome> {
  const body =
    draft.body_b64 === undefined ? Buffer.from(draft.body ?? "") : Buffer.from(draft.body_b64, "base64");
  const headers = draft.headers.flatMap(([name, value]) => [name, headerBytes(value)]);
  if (body.length > 0 || draft.method !== "GET") headers.push("Content-Length", String(body.length));
  const path = draft.query === "" ? draft.path : `${draft.path}?${draft.query}`;
  // Visitors of many addresses keep no connections: each would hold a worker of the web server.
  const way = draft.client === undefined ? { agent } : { agent: false as const, localAddress: draft.client };
  const start = performance.now();
  return new Promise((resolve) => {
    const finish = (fate: Fate, status: number): void =>
      resolve({ fate, status, milliseconds: performance.now() - start });
    const request = httpRequest(
      { ...way, host: "127.0.0.1", port, method: draft.method, path, headers, timeout: patience },
      (response) => {
        const status = response.statusCode ?? 0;
        response.on("error", () => finish("failed", status));
        response.on("end", () => finish(fateOf(status, response.headers["x-shop"] !== undefined), status));
        response.resume();
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => finish("failed", 0));
    request.end(body);
  });
}

/** 502 to 504 say that the application or the way to it is broken, which is nobody's decision. */
function fateOf(status: number, fromShop: boolean): Fate {
  if (fromShop) return "passed";
  return status >= 502 && status <= 504 ? "failed" : "blocked";
}

/** Header values go out as the bytes of their UTF-8 form. */
function headerBytes(value: string): string {
  return Buffer.from(value).toString("latin1");
}

/**
 * Sends all the requests, at most `width` at a time, and gives their outcomes in the same order. `onProgress` hears how
 * many are done.
 */
export async function replay(
  client: Client,
  drafts: readonly Draft[],
  width: number,
  onProgress: (done: number) => void = () => {},
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(drafts.length);
  let next = 0;
  let done = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < drafts.length; index = next++) {
      outcomes[index] = await client.send(drafts[index]!);
      onProgress(++done);
    }
  }
  await Promise.all(Array.from({ length: width }, work));
  return outcomes;
}
