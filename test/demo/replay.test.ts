/** Replaying: what goes out is what was recorded, and the reply says who decided. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRecorder } from "../../demo/recorder.ts";
import { connectTo, replay } from "../../demo/replay.ts";
import type { Draft } from "../../demo/requests/request.ts";

const seen: { head: IncomingMessage; body: string }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("latin1").on("data", (chunk: string) => {
    body += chunk;
  });
  request.on("end", () => {
    seen.push({ head: request, body });
    if (request.url?.startsWith("/cut")) {
      request.socket.destroy();
      return;
    }
    const status = Number(request.url?.slice(1, 4)) || 200;
    response.writeHead(status, request.headers["x-mark"] === "shop" ? { "x-shop": "yard" } : {}).end("reply");
  });
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const draft = (path: string, mark = ""): Draft => ({
  method: "POST",
  path,
  query: "a=%27",
  headers: [
    ["Host", "yard.example"],
    ["X-Mark", mark],
    ["X-Name", "Bjørn"],
    ["Content-Type", "text/plain"],
  ],
  body: "naïve",
});

describe("a replayed request", () => {
  it("has passed where the shop answered, with whatever status", async () => {
    const client = connectTo(port, 2);
    const outcomes = await replay(
      client,
      [draft("/200", "shop"), draft("/403", "shop"), draft("/500", "shop")],
      2,
    );
    expect(outcomes.map(({ fate }) => fate)).toEqual(["passed", "passed", "passed"]);
    client.close();
  });

  it("is blocked where somebody else answered, and failed where nobody did", async () => {
    const client = connectTo(port, 2);
    const outcomes = await replay(client, [draft("/403"), draft("/400"), draft("/503"), draft("/cut")], 2);
    expect(outcomes.map(({ fate, status }) => [fate, status])).toEqual([
      ["blocked", 403],
      ["blocked", 400],
      ["failed", 503],
      ["failed", 0],
    ]);
    client.close();
  });

  it("arrives as it was recorded, byte for byte, through a recorder too", async () => {
    seen.length = 0;
    const client = connectTo(port, 1);
    await replay(client, [draft("/200", "shop")], 1);
    const recorder = await startRecorder(port);
    const throughRecorder = connectTo(recorder.port, 1);
    await replay(throughRecorder, [draft("/200", "shop")], 1);
    await replay(client, recorder.drafts, 1);
    client.close();
    throughRecorder.close();
    await recorder.close();

    expect(seen).toHaveLength(3);
    for (const { head, body } of seen) {
      expect([head.method, head.url, head.headers["host"]]).toEqual(["POST", "/200?a=%27", "yard.example"]);
      expect(Buffer.from(head.headers["x-name"] as string, "latin1").toString()).toBe("Bjørn");
      expect(Buffer.from(body, "latin1").toString()).toBe("naïve");
    }
  });
});
