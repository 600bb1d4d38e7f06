import { describe, expect, it } from "vitest";
import { createListener, drain, type ListenerLimits, listen } from "../../src/server/http-listener.ts";
import type { Refusal } from "../../src/server/refusal.ts";
import { open, sendRaw, statusOf, untilClosed } from "./raw-client.ts";

const limits = {
  headersTimeoutMs: 600_000,
  requestTimeoutMs: 600_000,
  keepAliveTimeoutMs: 5_000,
  connections: 4,
};
const hasty = { ...limits, headersTimeoutMs: 100, requestTimeoutMs: 200 };

async function start(limits: ListenerLimits, onRefusal: (refused: Refusal) => void = () => {}) {
  const server = createListener((_request, response) => response.end("ok"), limits, onRefusal);
  await listen(server, { host: "127.0.0.1", port: 0 }, "a free port");
  return { server, port: (server.address() as { port: number }).port };
}

describe("a listener", () => {
  it("reports what Node's parser refuses, with its code", async () => {
    const refusals: Refusal[] = [];
    const { server, port } = await start(limits, (refused) => refusals.push(refused));
    expect(statusOf(await sendRaw(port, "nonsense\r\n\r\n"))).toBe(400);
    expect(
      statusOf(await sendRaw(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(20_000)}\r\n\r\n`)),
    ).toBe(431);
    expect(refusals.map(({ code }) => code)).toEqual(["bad_request", "too_large"]);
    await drain(server, 0);
  });

  it("cuts off who sends too slowly", async () => {
    const { server, port } = await start(hasty);
    expect(statusOf(await sendRaw(port, "GET / HTTP/1.1\r\n"))).toBe(408);
    await drain(server, 0);
  });

  it("closes connections over its limit and goes on with the others", async () => {
    const { server, port } = await start(limits);
    const sockets = await Promise.all(Array.from({ length: 4 }, () => open(port)));
    expect(await untilClosed(await open(port))).toBe("");
    sockets[0]?.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(await untilClosed(sockets[0] as (typeof sockets)[0])).toContain("200 OK");
    for (const socket of sockets) socket.destroy();
    await drain(server, 0);
  });

  it("says which address is taken", async () => {
    const { server, port } = await start(limits);
    const second = createListener(
      () => {},
      limits,
      () => {},
    );
    await expect(listen(second, { host: "127.0.0.1", port }, "here")).rejects.toMatchObject({
      code: "address_in_use",
      message: "another process listens on here",
    });
    await drain(server, 0);
  });
});
