/**
 * What becomes of a request when the verdict server is down, slow, frozen or lying: CRS decides, as if nobody had been
 * asked, and one line says why.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Behavior } from "../../testbed/fake-verdict-server.ts";
import { pairs } from "../../testbed/matrix.ts";
import { injection, type Pair, type Settings, startPair } from "./waf-pair.ts";

interface State {
  readonly name: string;
  readonly behavior: Behavior;
  readonly settings?: Settings;
  /** What the log line gives as its reason. */
  readonly reason: RegExp;
}

const reply = (body: string, status = "200 OK") =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const states: readonly State[] = [
  // Slow and frozen servers are told apart from dead ones only by the deadline, which is the one thing waited for here.
  {
    name: "late",
    behavior: { lateMs: 3_600_000, verdict: "pass" },
    settings: { deadline: 50 },
    reason: /timeout/,
  },
  { name: "frozen", behavior: "frozen", settings: { deadline: 50 }, reason: /timeout/ },
  { name: "hanging up", behavior: "hang-up", reason: /closed/ },
  { name: "answering for another request", behavior: "other-id", reason: /other id/ },
  { name: "failing", behavior: "error-status", reason: /status 500/ },
  { name: "some other server", behavior: "html", reason: /malformed/ },
  { name: "cut short", behavior: "cut", reason: /malformed/ },
  { name: "inventing words", behavior: "unknown-word", reason: /malformed/ },
  { name: "of another version", behavior: "other-version", reason: /malformed/ },
  { name: "without end", behavior: { raw: `HTTP/1.1 200 OK\r\nX: ${"x".repeat(1_000_000)}` }, reason: /cut/ },
  { name: "refusing", behavior: { raw: reply('{"error":{}}', "400 Bad Request") }, reason: /refused/ },
  { name: "not speaking HTTP", behavior: { raw: "pass\n" }, reason: /no HTTP/ },
  { name: "without a body", behavior: { raw: reply("") }, reason: /malformed/ },
  {
    name: "saying unavailable",
    behavior: { verdict: "unavailable", reason: "body not read" },
    reason: /body not read/,
  },
  { name: "sure beyond measure", behavior: { verdict: "pass", probability: 101 }, reason: /malformed/ },
  { name: "generous with points", behavior: { verdict: "pass", points: -101 }, reason: /malformed/ },
  { name: "naming no class", behavior: { verdict: "pass", attackType: "SQLI;" }, reason: /malformed/ },
  { name: "long-winded", behavior: { verdict: "pass", reason: "x".repeat(201) }, reason: /malformed/ },
  { name: "writing control characters", behavior: { verdict: "pass", reason: "a\tb" }, reason: /malformed/ },
  { name: "answering in two lines", behavior: { verdict: "pass", reason: "a\nb" }, reason: /malformed/ },
];

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  // Failures are counted, so each row would open the breaker for the next.
  const settings = { breaker_failures: 0 };
  beforeAll(async () => {
    pair = await startPair(engine, crs);
  });
  afterAll(() => pair?.stop());

  describe.each(states)("a server that is $name", (state) => {
    it("leaves an alarm to CRS and says why", async () => {
      pair.verdicts.behave(state.behavior);
      const outcome = await pair.send({ ...settings, ...state.settings }, { path: injection });
      expect(outcome.status).toBe(403);
      expect(outcome.tx).toMatchObject({ verdict: "unavailable", case: "unavailable", points: "0" });
      expect(outcome.lines.map(({ id }) => id)).toEqual([9529320]);
      expect(outcome.lines[0]?.message).toMatch(/^Inbound Anomaly Score Exceeded \(Total Score: \d+\)$/);
      expect(outcome.lines[0]?.data).toMatch(state.reason);
    });

    it("does not hinder an ordinary request in general mode", async () => {
      pair.verdicts.behave(state.behavior);
      const outcome = await pair.send({ ...settings, ...state.settings, mode: "general" });
      expect(outcome).toMatchObject({ status: 200, reachedApplication: true, lines: [] });
    });

    it("keeps an ordinary request out when the setting is to fail closed", async () => {
      pair.verdicts.behave(state.behavior);
      const outcome = await pair.send({ ...settings, ...state.settings, mode: "general", fail: "closed" });
      expect(outcome).toMatchObject({ status: 503, reachedApplication: false });
      expect(outcome.lines.map(({ id }) => id)).toEqual([9529372]);
    });
  });

  describe("a server that is down", () => {
    it("leaves an alarm to CRS, and everything else alone, until it is back", async () => {
      await pair.verdicts.down();
      const alarm = await pair.send(settings, { path: injection });
      const ordinary = await pair.send({ ...settings, mode: "general" });
      const closed = await pair.send({ ...settings, mode: "scoring", fail: "closed" });
      await pair.verdicts.up();
      pair.verdicts.behave({ verdict: "pass" });
      const back = await pair.send(settings, { path: injection });

      expect(alarm).toMatchObject({ status: 403, tx: { verdict: "unavailable" } });
      expect(alarm.lines.map(({ id }) => id)).toEqual([9529320]);
      expect(ordinary).toMatchObject({ status: 200, lines: [] });
      expect(closed).toMatchObject({ status: 503 });
      expect(back).toMatchObject({ status: 200, tx: { case: "overruled" } });
    });

    it("may be a path where nothing ever was, or no socket at all", async () => {
      for (const socket of [
        "/nonexistent/arbiter.sock",
        path.join(pair.verdicts.directory, "run/breaker"),
        "x".repeat(300),
      ]) {
        const outcome = await pair.send({ ...settings, socket }, { path: injection });
        expect(outcome).toMatchObject({ status: 403, tx: { verdict: "unavailable" } });
      }
    });
  });

  describe("a missing Lua library", () => {
    // Lua looks into the server's working directory too, and finds something that does not load.
    const stumbling = () => path.join(pair.waf.directory, "socket", "unix.lua");
    afterEach(() => rm(path.dirname(stumbling()), { recursive: true, force: true }));

    it("is reported once, and CRS decides", async () => {
      await mkdir(path.dirname(stumbling()), { recursive: true });
      await writeFile(stumbling(), 'error("not installed")\n');
      const lasting = { breaker_seconds: 3600 };
      const first = await pair.send(lasting, { path: injection });
      const second = await pair.send(lasting, { path: injection });
      const ordinary = await pair.send({ ...lasting, mode: "general" });
      await writeFile(path.join(pair.verdicts.directory, "run/breaker"), "");

      expect(first).toMatchObject({ status: 403, tx: { reason: "library missing" } });
      expect(first.lines.map(({ id, message }) => ({ id, message }))).toEqual([
        { id: 9529290, message: "Arbiter: the Lua library socket.unix is missing, so nothing can be asked" },
        { id: 9529320, message: expect.stringMatching(/^Inbound Anomaly Score Exceeded/) },
      ]);
      expect(second).toMatchObject({ status: 403, tx: { reason: "circuit breaker open" } });
      expect(second.lines.map(({ id }) => id)).toEqual([9529320]);
      expect(ordinary).toMatchObject({ status: 200, lines: [] });
    });

    it.each([
      "return { stream = function() error('broken') end }",
      "return { stream = function() return {} end }",
      "return 7",
      "return nil",
    ])("may be one that does not work, such as %s", async (library) => {
      await mkdir(path.dirname(stumbling()), { recursive: true });
      await writeFile(stumbling(), `${library}\n`);
      const alarm = await pair.send(settings, { path: injection });
      const ordinary = await pair.send({ ...settings, mode: "general" });
      expect(alarm).toMatchObject({ status: 403, tx: { verdict: "unavailable", case: "unavailable" } });
      expect(ordinary).toMatchObject({ status: 200, lines: [] });
    });
  });
});
