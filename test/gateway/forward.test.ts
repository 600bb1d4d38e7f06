import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createForwarder } from "../../src/gateway/forward.ts";
import { call } from "../server/raw-client.ts";

describe("the forwarder", () => {
  it("keeps connections to the application for requests that may be repeated, and only for those", async () => {
    const ports: (number | undefined)[] = [];
    const application = createServer((request, response) => {
      ports.push(request.socket.remotePort);
      request.resume();
      response.end("ok");
    });
    await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
    const { port } = application.address() as { port: number };
    const forwarder = createForwarder(new URL(`http://127.0.0.1:${port}`), 60_000);
    const front = createServer((request: IncomingMessage, response: ServerResponse) => {
      request.resume();
      forwarder.forward(request, response, ["Host", "a"], { bytes: Buffer.alloc(0), complete: true }, () =>
        response.end(),
      );
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const frontPort = (front.address() as { port: number }).port;
    for (const method of ["GET", "GET", "POST"]) await call(frontPort, { method, path: "/" });
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
    forwarder.close();
    for (const server of [front, application]) {
      server.closeAllConnections();
      server.close();
    }
  });
});
