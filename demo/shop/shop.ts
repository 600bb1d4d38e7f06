/**
 * Tinker's Yard: a small shop with forum and handbook, the application that the demo protects. It is vulnerable on
 * purpose (see `routes.ts`) and therefore listens on loopback only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readBody } from "./body.ts";
import { openDatabase } from "./database.ts";
import { answer, type Reply } from "./routes.ts";

/** A running shop. */
export interface Shop {
  readonly port: number;
  /** Empties the database and fills it again. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts the shop on a loopback port; 0 picks a free one. */
export async function startShop(port = 0): Promise<Shop> {
  let database = openDatabase();

  async function handle(request: IncomingMessage): Promise<Reply> {
    const body = await readBody(request);
    if (body === undefined) return { status: 413, content: "Too large", type: "text/plain" };
    const url = URL.parse(request.url ?? "/", "http://yard.example");
    if (url === null) return { status: 400, content: "What address is this?", type: "text/plain" };
    const path = url.pathname.slice(1).split("/").map(decoded);
    return answer({
      database,
      request,
      method: request.method ?? "GET",
      path,
      query: url.searchParams,
      body,
    });
  }

  function send(response: ServerResponse, reply: Reply): void {
    const bytes = Buffer.from(reply.content);
    response.writeHead(reply.status, {
      "content-type": reply.type ?? "text/html; charset=utf-8",
      "content-length": bytes.length,
      "x-shop": "yard",
      ...reply.headers,
    });
    response.end(bytes);
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      () => send(response, { status: 500, content: "The shop stumbled.", type: "text/plain" }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    reset() {
      database.close();
      database = openDatabase();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
