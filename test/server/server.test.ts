import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import { fakeDetector } from "./fake-detector.ts";
import { call, open, rawReply, sendRaw, statusOf, untilClosed } from "./raw-client.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./start-test-server.ts";

const json = { "Content-Type": "application/json" };
const fields = { "Content-Type": "application/vnd.arbiter.fields" };
const ask = (uri: string, over: object = {}): string =>
  JSON.stringify({ id: "r1", method: "GET", uri, headers: [["Host", "shop.example"]], ...over });

describe("the verdict server", () => {
  let running: TestServer[];
  const start = async (over: Partial<TestServerOptions> = {}): Promise<TestServer> => {
    const server = await startTestServer({ loadDetector: () => fakeDetector(), ...over });
    running.push(server);
    return server;
  };
  beforeEach(() => {
    running = [];
  });
  afterEach(async () => {
    for (const server of running) await server.stop();
  });

  it("answers the JSON dialect over TCP with every promised field", async () => {
    const { port } = await start();
    const reply = await call(port, { headers: json, body: ask("/?q=EVIL") });
    expect(reply.status).toBe(200);
    expect(reply.headers["content-type"]).toBe("application/json");
    const body = JSON.parse(reply.text) as Record<string, unknown>;
    expect(Object.keys(body)).toEqual([
      "id",
      "verdict",
      "probability",
      "points",
      "attackType",
      "reasons",
      "partial",
      "model",
      "elapsedUs",
    ]);
    expect(body).toMatchObject({
      id: "r1",
      verdict: "attack",
      points: 5,
      attackType: "other",
      partial: false,
    });
    expect(Number.isInteger(body["elapsedUs"])).toBe(true);
  });

  it("answers the field dialect over the socket with one printable line", async () => {
    const { socket } = await start();
    const body = "version 1\n1\nid 4\nab c\nline 21\nGET /?q=EVIL HTTP/1.1\nheader 4 1\nHosta\n";
    const reply = await call(socket, { headers: fields, body });
    expect(reply.text).toBe("arbiter/1 ab_c attack 99 5 other 0 query:q: it says so: a _quoted__ ? piece\n");
  });

  it("speaks the dialect of the machine-learning plugin on the root", async () => {
    const { port } = await start();
    const form = (value: string) =>
      `method=GET&path=/a&args={"ARGS:q":"${value}"}&files={}&sizes={}&hour=12&day=3`;
    const statuses: [number, string][] = [];
    for (const value of ["hello", "ODD", "EVIL", "BROKEN"]) {
      const { status, text } = await call(port, { path: "/", body: form(value) });
      statuses.push([status, text]);
    }
    expect(statuses).toEqual([
      [200, "4.9"],
      [200, "0"],
      [401, "-4.9"],
      [503, ""],
    ]);
    expect((await call(port, { path: "/", body: "method=GET" })).status).toBe(400);
    expect(await call(port, { method: "GET", path: "/" })).toMatchObject({
      status: 200,
      text: "Service is up",
    });
  });

  it("gives no verdict where the detector fails, and counts the failure", async () => {
    const { port, metrics } = await start();
    const reply = await call(port, { headers: json, body: ask("/?q=BROKEN") });
    expect(JSON.parse(reply.text)).toMatchObject({ verdict: "unavailable", partial: true, points: 0 });
    expect(await metrics.text()).toContain("arbiter_failures_total 1");
  });

  it("survives a detector that answers nonsense", async () => {
    const { port } = await start({
      loadDetector: () => ({ ...fakeDetector(), inspect: () => ({ id: 1n }) as never }),
    });
    await expect(call(port, { headers: json, body: ask("/") })).rejects.toThrow();
    expect((await call(port, { method: "GET", path: "/readyz" })).status).toBe(200);
  });

  it("does not start work whose deadline has passed", async () => {
    const detector = fakeDetector();
    let nowMs = 0;
    // Every look at the clock finds it 40 ms later.
    const { port } = await start({ loadDetector: () => detector, nowMs: () => (nowMs += 40) });
    const late = await call(port, { headers: json, body: ask("/?q=EVIL", { deadlineMs: 30 }) });
    expect(JSON.parse(late.text)).toMatchObject({ id: "r1", verdict: "unavailable" });
    expect(detector.seen).toEqual([]);
    const early = await call(port, { headers: json, body: ask("/?q=EVIL", { deadlineMs: 200 }) });
    expect(JSON.parse(early.text)).toMatchObject({ verdict: "attack" });
  });

  it("refuses quickly what it has no room for", async () => {
    const { port } = await start({ settings: { "server.inFlight": "1" } });
    const slow = await open(port);
    const received = untilClosed(slow);
    slow.write(
      "POST /v1/verdict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
    );
    let reply = await call(port, { headers: json, body: ask("/") });
    while (reply.status === 200) reply = await call(port, { headers: json, body: ask("/") });
    expect(reply.status).toBe(429);
    expect(JSON.parse(reply.text)).toMatchObject({ error: { code: "overloaded" } });
    slow.destroy();
    await received;
  });

  it("refuses a message over the limit and says so, also when it comes in chunks", async () => {
    const { port } = await start({ settings: { "server.messageKiB": "64" } });
    const body = ask("/", { body: "a".repeat(70_000) });
    for (const headers of [json, { ...json, "Transfer-Encoding": "chunked" }]) {
      const length = "Transfer-Encoding" in headers ? {} : { "Content-Length": String(body.length) };
      const reply = await rawReply(port, { headers: { ...headers, ...length }, body });
      expect(reply.status).toBe(413);
      expect(JSON.parse(reply.text)).toMatchObject({ error: { code: "too_large" } });
    }
  });

  it("takes charsets that are UTF-8 and refuses other types and charsets", async () => {
    const { port } = await start();
    const typed = async (type: string) =>
      (await call(port, { headers: { "Content-Type": type }, body: ask("/") })).status;
    expect(await typed("application/json; charset=UTF-8")).toBe(200);
    expect(await typed("APPLICATION/JSON")).toBe(200);
    expect(await typed("application/json; charset=utf-16")).toBe(415);
    expect(await typed("application/x-www-form-urlencoded")).toBe(415);
  });

  it("answers health, readiness and metrics", async () => {
    const { port } = await start();
    const get = (path: string) => call(port, { method: "GET", path });
    expect(await get("/healthz")).toMatchObject({ status: 200 });
    expect(await get("/readyz?probe=1")).toMatchObject({ status: 200, text: "ready\n" });
    expect(await call(port, { method: "HEAD", path: "/healthz" })).toMatchObject({ status: 200, text: "" });
    expect((await call(port, { method: "DELETE", path: "/" })).headers.allow).toBe("POST, GET");
    await call(port, { headers: json, body: ask("/?q=EVIL", { mode: "scoring" }) });
    await call(port, { headers: json, body: "[]" });
    const { text } = await get("/metrics");
    expect(text).toContain('arbiter_verdicts_total{site="default",mode="scoring",verdict="attack"} 1');
    expect(text).toContain('arbiter_errors_total{code="bad_request"} 1');
    expect(text).toContain('arbiter_detector_info{site="default",model="fake00000000"} 1');
    expect(text).toContain("arbiter_verdict_seconds_count 1");
  });

  it("asks for the token on TCP only, and lets health be read without one", async () => {
    const other = await start();
    const tokenFile = join(other.directory, "token");
    writeFileSync(tokenFile, "0123456789abcdef\n");
    const { port, socket } = await start({ settings: { "server.tokenFile": tokenFile } });
    expect((await call(port, { method: "GET", path: "/healthz" })).status).toBe(200);
    expect((await call(port, { method: "GET", path: "/metrics" })).status).toBe(401);
    expect((await call(port, { headers: json, body: ask("/") })).status).toBe(401);
    const authorized = { ...json, Authorization: "Bearer 0123456789abcdef" };
    expect((await call(port, { headers: authorized, body: ask("/") })).status).toBe(200);
    expect((await call(socket, { headers: json, body: ask("/") })).status).toBe(200);
  });

  it("collects requests with their secrets masked, and answers before it writes", async () => {
    const other = await start();
    const file = join(other.directory, "traffic.jsonl");
    const server = await start({ settings: { "collect.file": file } });
    const body = ask("/login?next=/a&token=abcdefgh", {
      body: "user=ann&password=hunter22",
      client: "192.0.2.1",
      headers: [
        ["Content-Type", "application/x-www-form-urlencoded"],
        ["Authorization", "Basic YW5uOmh1bnRlcjIy"],
      ],
    });
    const reply = await call(server.port, { path: "/v1/transactions", headers: json, body });
    expect(reply.status).toBe(202);
    await server.collector.stop();
    const row = readFileSync(file, "utf8");
    expect(row).not.toMatch(/hunter22|abcdefgh|YW5u/);
    expect(JSON.parse(row)).toMatchObject({
      path: "/login",
      query: "next=/a&token=***",
      body: "user=ann&password=***",
      client: "192.0.2.1",
    });
  });

  it("keeps sites apart", async () => {
    const detectors = new Map([
      [undefined, fakeDetector("default")],
      ["/models/b", fakeDetector("detector-b")],
    ]);
    const { port } = await start({
      loadDetector: (path) => detectors.get(path) as ReturnType<typeof fakeDetector>,
      adjust: (settings) => ({
        ...settings,
        sites: [
          ...settings.sites,
          {
            name: "b",
            hosts: ["b.example"],
            model: "/models/b",
            preset: undefined,
            thresholds: {},
            points: { pass: -5, suspect: 1, attack: 9 },
          },
        ],
      }),
    });
    const judged = async (host: string, over: object = {}) => {
      const reply = await call(port, {
        headers: json,
        body: ask("/?q=EVIL", { headers: [["host", host]], ...over }),
      });
      const { model, points } = JSON.parse(reply.text) as { model: string; points: number };
      return [model, points];
    };
    expect(await judged("a.example")).toEqual(["default", 5]);
    expect(await judged("B.example:8443")).toEqual(["detector-b", 9]);
    expect(await judged("b.example.evil.test")).toEqual(["default", 5]);
    expect(await judged("a.example", { site: "b" })).toEqual(["detector-b", 9]);
    expect(await judged("b.example", { site: "unknown" })).toEqual(["default", 5]);
  });

  it("finishes what is in flight when it is told to stop, and is gone then", async () => {
    const server = await start();
    const body = ask("/?q=EVIL");
    const socket = await open(server.port);
    const received = untilClosed(socket);
    socket.write(
      `POST /v1/verdict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    while (!/^arbiter_messages_arriving 1$/m.test(await server.metrics.text()))
      await new Promise(setImmediate);
    const stopped = server.server.stop();
    await expect(open(server.port)).rejects.toThrow();
    socket.write(body);
    const reply = await received;
    await stopped;
    expect(reply).toContain('"verdict":"attack"');
    expect(reply).toContain("Connection: close");
    expect(existsSync(server.socket)).toBe(false);
  });

  it("cuts what does not finish within the drain time", async () => {
    const server = await start({ settings: { "server.drainMs": "10" } });
    const socket = await open(server.port);
    const received = untilClosed(socket);
    socket.write("POST /v1/verdict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    while (!/^arbiter_messages_arriving 1$/m.test(await server.metrics.text()))
      await new Promise(setImmediate);
    await server.server.stop();
    expect(statusOf(await received)).toBe(0);
  });

  it("gives the socket its mode and puts the breaker file beside it", async () => {
    const { socket, directory } = await start({
      settings: { "server.socketMode": "0600", "server.socketGroup": "0" },
    });
    expect(lstatSync(socket).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(directory, "breaker")).isFile()).toBe(true);
  });

  it("refuses an address that is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const failure = startTestServer({
      loadDetector: () => fakeDetector(),
      adjust: (settings) => ({
        ...settings,
        values: { ...settings.values, "server.listen": `127.0.0.1:${port}` },
      }),
    });
    await expect(failure).rejects.toThrow(ArbiterError);
    await expect(failure).rejects.toMatchObject({ code: "address_in_use" });
    taken.close();
  });

  it("answers a refused message and then the next one on the same connection", async () => {
    const { port } = await start();
    const good = ask("/?q=EVIL");
    const reply = await sendRaw(
      port,
      `POST /v1/verdict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]POST /v1/verdict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${good.length}\r\n\r\n${good}`,
    );
    expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*HTTP\/1\.1 200 [\s\S]*"verdict":"attack"/);
  });
});
