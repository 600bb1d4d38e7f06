import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { environmentName, loadSettings } from "../../src/config/load.ts";
import type { SettingName, SettingValues } from "../../src/config/settings.ts";
import { type Gateway, startGateway } from "../../src/gateway/gateway.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { createService } from "../../src/server/service.ts";
import { fakeDetector } from "../server/fake-detector.ts";
import { call, open, sendRaw, statusOf, untilClosed } from "../server/raw-client.ts";

interface Rig {
  readonly port: number;
  readonly gateway: Gateway;
  readonly log: Record<string, unknown>[];
  readonly detector: ReturnType<typeof fakeDetector>;
  values: SettingValues;
}

const closers: (() => void | Promise<void>)[] = [];

/** Listens on a free port with what `listenable` is and closes it after the test. */
async function onFreePort(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

async function startRig(upstreamPort: number, over: Partial<Record<SettingName, string>> = {}): Promise<Rig> {
  const flags = {
    "gateway.listen": "127.0.0.1:0",
    "gateway.upstream": `http://127.0.0.1:${upstreamPort}`,
    ...over,
  };
  const environment = Object.fromEntries(
    Object.entries(over).map(([name, value]) => [environmentName(name), String(value)]),
  );
  const { settings } = loadSettings({ flags, environment, file: undefined }, "gateway");
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  const logger = pino({ base: null }, sink);
  const metrics = createMetrics();
  const detector = fakeDetector();
  const nowMs = () => 0;
  const service = createService({ settings, loadDetector: () => detector, metrics, log: logger, nowMs });
  const rig = { values: settings.values } as { values: SettingValues };
  const gateway = await startGateway({ values: () => rig.values, service, metrics, log: logger, nowMs });
  closers.push(() => gateway.stop());
  const port = Number(gateway.addresses[0]?.split(":").at(-1));
  return Object.assign(rig, { port, gateway, log, detector });
}

/** An application that tells what it got. */
async function startEcho(
  handle?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  return onFreePort(
    createServer(
      handle ??
        ((request, response) => {
          const chunks: Buffer[] = [];
          request.on("data", (chunk: Buffer) => chunks.push(chunk));
          request.on("end", () => {
            const body = Buffer.concat(chunks);
            response.setHeader("X-App", "1");
            response.setHeader("Set-Cookie", ["a=1", "b=2"]);
            response.end(
              JSON.stringify({
                method: request.method,
                url: request.url,
                rawHeaders: request.rawHeaders,
                body: body.length > 1_000 ? body.length : body.toString("latin1"),
              }),
            );
          });
        }),
    ),
  );
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: string[];
  readonly body: string | number;
}
const echoed = (text: string): Echo => JSON.parse(text) as Echo;
function headersOf(echo: Echo, name: string): string[] {
  return echo.rawHeaders.filter((_, i) => i % 2 === 1 && echo.rawHeaders[i - 1]?.toLowerCase() === name);
}
const get = (path: string, headers: Record<string, string> = {}) => ({ method: "GET", path, headers });

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("the gateway", () => {
  it("passes an ordinary request on and its response back, without traces of its own", async () => {
    const rig = await startRig(await startEcho());
    const reply = await call(rig.port, get("/a?b=c%20d", { Host: "shop.example", "X-Own": "1" }));
    expect(reply.status).toBe(200);
    expect(reply.headers["x-app"]).toBe("1");
    expect(reply.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(Object.keys(reply.headers).filter((name) => name.includes("arbiter"))).toEqual([]);
    const echo = echoed(reply.text);
    expect(echo).toMatchObject({ method: "GET", url: "/a?b=c%20d" });
    expect(headersOf(echo, "host")).toEqual(["shop.example"]);
    expect(headersOf(echo, "x-own")).toEqual(["1"]);
    expect(headersOf(echo, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(headersOf(echo, "x-forwarded-proto")).toEqual(["http"]);
    expect(headersOf(echo, "x-forwarded-host")).toEqual(["shop.example"]);
    expect(rig.log).toEqual([]);
  });

  it("blocks an attack with 403, the id and no reason, and logs the reason under that id", async () => {
    const rig = await startRig(await startEcho());
    const reply = await call(rig.port, get("/?q=EVIL&token=abcdefgh"));
    expect(reply.status).toBe(403);
    const id = reply.headers["x-arbiter-id"] as string;
    expect(reply.text).toContain(id);
    expect(reply.text).not.toMatch(/EVIL|query|score|says so|probab/);
    const other = await call(rig.port, get("/elsewhere?q=EVIL"));
    expect(other.text.replace(other.headers["x-arbiter-id"] as string, "")).toBe(reply.text.replace(id, ""));
    expect(rig.log[0]).toMatchObject({
      id,
      action: "block",
      verdict: "attack",
      client: "127.0.0.1",
      method: "GET",
      uri: "/?q=EVIL&token=***",
      reason: 'query:q: it says so: a "quoted\\" \u0007 piece',
    });
  });

  it("sees attacks in bodies before the application does, also in chunked ones", async () => {
    let requests = 0;
    const rig = await startRig(
      await startEcho((request, response) => {
        requests++;
        request.resume();
        response.end();
      }),
    );
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    expect((await call(rig.port, { path: "/", headers, body: "a=EVIL" })).status).toBe(403);
    const chunked = await sendRaw(
      rig.port,
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na=EV\r\n2\r\nIL\r\n0\r\n\r\n",
    );
    expect(statusOf(chunked)).toBe(403);
    expect(requests).toBe(0);
  });

  it("lets a suspect pass", async () => {
    const rig = await startRig(await startEcho());
    expect((await call(rig.port, get("/?q=ODD"))).status).toBe(200);
  });

  it("blocks nothing in shadow, and logs what it would have done", async () => {
    const rig = await startRig(await startEcho(), { "gateway.shadow": "true" });
    const reply = await call(rig.port, get("/?q=EVIL"));
    expect(reply.status).toBe(200);
    expect(reply.headers["x-arbiter-id"]).toBeUndefined();
    expect(rig.log[0]).toMatchObject({ action: "would block", verdict: "attack" });
  });

  it("streams the rest of a body beyond the limit, and treats it by the policy for what was not inspected", async () => {
    const rig = await startRig(await startEcho(), { "gateway.inspectKiB": "1" });
    const body = "a".repeat(300_000);
    const passed = await call(rig.port, { path: "/", headers: { "Content-Type": "text/plain" }, body });
    expect(echoed(passed.text).body).toBe(300_000);
    expect(headersOf(echoed(passed.text), "content-length")).toEqual(["300000"]);
    expect(rig.detector.seen.at(-1)?.missing).toEqual(["body-tail"]);
    expect(rig.log[0]).toMatchObject({ action: "pass", partial: true });

    rig.values = { ...rig.values, "gateway.partial": "deny" };
    const denied = await call(rig.port, { path: "/", headers: { "Content-Type": "text/plain" }, body });
    expect(denied.status).toBe(403);
    expect(rig.log[1]).toMatchObject({ action: "block", partial: true });
  });

  it("streams a chunked body beyond the limit as chunks", async () => {
    const rig = await startRig(await startEcho(), { "gateway.inspectKiB": "1" });
    const chunk = `1000\r\n${"a".repeat(4096)}\r\n`;
    const received = await sendRaw(
      rig.port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(40)}0\r\n\r\n`,
    );
    expect(received).toContain(`"body":${4096 * 40}`);
    expect(received).toContain('"Transfer-Encoding","chunked"');
  });

  it("passes where there is no verdict, unless the policy is to deny", async () => {
    const rig = await startRig(await startEcho());
    expect((await call(rig.port, get("/?q=BROKEN"))).status).toBe(200);
    rig.values = { ...rig.values, "gateway.partial": "deny" };
    expect((await call(rig.port, get("/?q=BROKEN"))).status).toBe(403);
  });

  it("keeps what belongs to one connection off the other, and what the application needs on it", async () => {
    const rig = await startRig(await startEcho());
    const { text } = await call(
      rig.port,
      get("/", {
        Host: "a",
        Connection: "close, X-Hop, Host, Cookie",
        "X-Hop": "1",
        "Proxy-Connection": "keep-alive",
        TE: "trailers",
        Cookie: "a=1",
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        Forwarded: "for=6.6.6.6",
      }),
    );
    const echo = echoed(text);
    for (const name of ["x-hop", "proxy-connection", "te", "x-real-ip", "forwarded"])
      expect(headersOf(echo, name)).toEqual([]);
    expect(headersOf(echo, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(headersOf(echo, "host")).toEqual(["a"]);
    expect(headersOf(echo, "cookie")).toEqual(["a=1"]);
  });

  it("believes trusted proxies about the client", async () => {
    const rig = await startRig(await startEcho(), { "gateway.trustedProxies": "127.0.0.0/8" });
    const { text } = await call(
      rig.port,
      get("/?q=ODD", { "X-Forwarded-For": "6.6.6.6, 203.0.113.9, 127.0.0.2" }),
    );
    expect(headersOf(echoed(text), "x-forwarded-for")).toEqual([
      "6.6.6.6, 203.0.113.9, 127.0.0.2, 127.0.0.1",
    ]);
    expect(rig.detector.seen[0]?.client).toBe("203.0.113.9");
  });

  it("asks the client to continue, itself", async () => {
    const rig = await startRig(await startEcho());
    const socket = await open(rig.port);
    const received = untilClosed(socket);
    socket.write(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    );
    await new Promise((resolve) => socket.once("data", resolve));
    socket.write("hello");
    const text = await received;
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(text).toContain('"body":"hello"');
    expect(text).not.toContain('"Expect"');
  });

  it.each([
    ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400],
    ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["an absolute target", "GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
      400,
    ],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "101 header fields",
      `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(101)}Host: a\r\nConnection: close\r\n\r\n`,
      431,
    ],
  ])("refuses %s, which two readers could read differently", async (_what, request, status) => {
    let requests = 0;
    const rig = await startRig(
      await startEcho((_, response) => {
        requests++;
        response.end();
      }),
    );
    expect(statusOf(await sendRaw(rig.port, request))).toBe(status);
    expect(requests).toBe(0);
  });

  it("survives every byte in target, header and reply", async () => {
    let byte = 0;
    const upstream = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        const odd = String.fromCharCode(byte);
        const reply = `HTTP/1.1 200 O${odd}K\r\nX-Odd${odd}: a\r\nX: a${odd}b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
        socket.end(Buffer.from(reply, "latin1"));
      });
    });
    const rig = await startRig(await onFreePort(upstream));
    for (byte = 0; byte < 256; byte++) {
      const odd = String.fromCharCode(byte);
      for (const request of [
        `GET /a${odd}b HTTP/1.1\r\nHost: a`,
        `GET / HTTP/1.1\r\nHost: a\r\nX: a${odd}b`,
      ]) {
        const bytes = Buffer.from(`${request}\r\nConnection: close\r\n\r\n`, "latin1");
        expect([200, 400, 502]).toContain(statusOf(await sendRaw(rig.port, bytes)));
      }
    }
  });

  it("answers HEAD, 204 and 304 without body", async () => {
    const rig = await startRig(
      await startEcho((request, response) => {
        response.statusCode = Number(request.url?.slice(1));
        response.setHeader("ETag", '"x"');
        response.end(request.method === "HEAD" || response.statusCode !== 200 ? undefined : "body");
      }),
    );
    for (const [method, path] of [
      ["HEAD", "/200"],
      ["GET", "/204"],
      ["GET", "/304"],
    ] as const) {
      const reply = await call(rig.port, { method, path });
      expect([reply.status, reply.text, reply.headers.etag]).toEqual([Number(path.slice(1)), "", '"x"']);
    }
  });

  it("streams a response: its beginning arrives while the application still writes", async () => {
    let finish = (): void => {};
    const rig = await startRig(
      await startEcho((_, response) => {
        response.write("first,");
        finish = () => response.end("last");
      }),
    );
    const socket = await open(rig.port);
    const received = untilClosed(socket);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let seen = "";
    await new Promise<void>((resolve) =>
      socket.on("data", (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes("first,")) resolve();
      }),
    );
    expect(seen).not.toContain("last");
    finish();
    expect(await received).toContain("last");
  });

  it("answers 502 where nobody listens", async () => {
    const closed = createServer();
    const port = await onFreePort(closed);
    await new Promise((resolve) => closed.close(resolve));
    const rig = await startRig(port);
    expect(await call(rig.port, get("/"))).toMatchObject({ status: 502, text: "Bad Gateway\n" });
    expect((await call(rig.port, { body: "a=1", path: "/" })).status).toBe(502);
  });

  it("answers 502 where the application speaks no HTTP or hangs up", async () => {
    const behaviors = [
      (socket: Socket) => socket.end("SMTP ready\r\n"),
      (socket: Socket) => socket.destroy(),
    ];
    for (const behave of behaviors) {
      const upstream = createTcpServer((socket) => {
        socket.on("error", () => {});
        behave(socket);
      });
      const rig = await startRig(await onFreePort(upstream));
      expect((await call(rig.port, get("/"))).status).toBe(502);
    }
  });

  it("answers 504 where the application stays silent", async () => {
    const rig = await startRig(await startEcho(() => {}), { "gateway.upstreamTimeoutMs": "100" });
    expect(await call(rig.port, get("/"))).toMatchObject({ status: 504, text: "Gateway Timeout\n" });
  });

  it("cuts the client's connection where a response breaks off, so that half a page is not taken for a whole one", async () => {
    const rig = await startRig(
      await startEcho((_, response) => {
        response.writeHead(200, { "Content-Length": "100" });
        response.write("half");
        setImmediate(() => response.destroy());
      }),
    );
    await expect(call(rig.port, get("/"))).rejects.toThrow();
  });

  it("tells the application when the client leaves", async () => {
    const left = new Promise<void>((resolve) => {
      void startEcho((_, response) => {
        response.write("x");
        response.once("close", resolve);
      }).then(async (port) => {
        const rig = await startRig(port);
        const socket = await open(rig.port);
        socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        socket.once("data", () => socket.destroy());
      });
    });
    await left;
  });

  it("repeats a harmless request when a kept connection turns out to be closed", async () => {
    let connections = 0;
    const port = await onFreePort(
      createTcpServer((socket) => {
        connections++;
        const isFirst = connections === 1;
        let requests = 0;
        socket.on("error", () => {});
        socket.on("data", () => {
          requests++;
          if (isFirst && requests === 2) socket.resetAndDestroy();
          else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
      }),
    );
    const rig = await startRig(port);
    expect((await call(rig.port, get("/"))).text).toBe("ok");
    expect((await call(rig.port, get("/"))).text).toBe("ok");
    expect(connections).toBe(2);
  });

  it("never sends a request again that might be counted twice", async () => {
    let requests = 0;
    const port = await onFreePort(
      createTcpServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => {
          requests++;
          socket.resetAndDestroy();
        });
      }),
    );
    const rig = await startRig(port);
    expect((await call(rig.port, { path: "/", body: "order=1" })).status).toBe(502);
    expect(requests).toBe(1);
  });
});
