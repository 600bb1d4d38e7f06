import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDetector } from "../../src/config/load-detector.ts";
import { call } from "./raw-client.ts";
import { startTestServer, type TestServer } from "./start-test-server.ts";
import { type Expected, message, type Outcome, type Servers, verdictCases } from "./verdict-cases.ts";

const fullToken = "full-token-0123456789abcdef";
const readToken = "read-token-0123456789abcdef";

describe("the catalogue of bad input, put to the default detector", () => {
  let servers: Servers;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-tokens-"));
    writeFileSync(join(directory, "full"), `${fullToken}\n`, { mode: 0o600 });
    writeFileSync(join(directory, "read"), `${readToken}\n`, { mode: 0o600 });
    const detector = loadDetector(undefined);
    servers = {
      plain: await startTestServer({ loadDetector: () => detector }),
      hasty: await startTestServer({
        loadDetector: () => detector,
        settings: { "server.headersTimeoutMs": "1000", "server.requestTimeoutMs": "2000" },
      }),
      guarded: await startTestServer({
        loadDetector: () => detector,
        settings: {
          "server.tokenFile": join(directory, "full"),
          "server.readTokenFile": join(directory, "read"),
        },
      }),
      fullToken,
      readToken,
    };
  });

  afterAll(async () => {
    await servers?.plain.stop();
    await servers?.hasty.stop();
    await servers?.guarded.stop();
    rmSync(directory, { recursive: true });
  });

  for (const one of verdictCases) {
    it(`${one.id} ${one.expected.outcome}: ${one.what}`, async () => {
      const outcome = await one.run(servers);
      check(one.expected, outcome);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      await expectOrdinaryService(servers.plain);
    });
  }

  it("holds every case from V1 to V85", () => {
    const ids = new Set(verdictCases.map(({ id }) => id));
    expect([...ids]).toEqual(Array.from({ length: 85 }, (_, i) => `V${i + 1}`));
  });
});

function check(expected: Expected, outcome: Outcome): void {
  if (expected.outcome === "X") {
    expect(outcome.kind).toBe("closed");
    // What is said before closing is at most a refusal, never a verdict.
    if (outcome.kind === "closed") expect(outcome.received).toMatch(/^$|^HTTP\/1\.1 408 /);
    return;
  }
  expect(outcome.kind).toBe("replies");
  if (outcome.kind !== "replies") return;
  expect(outcome.replies.length).toBeGreaterThan(0);
  const plain =
    outcome.plain === undefined ? undefined : (JSON.parse(outcome.plain.text) as Record<string, unknown>);
  for (const reply of outcome.replies) {
    const body = JSON.parse(reply.text) as Record<string, unknown>;
    const error = body["error"] as { code: string; message: string } | undefined;
    switch (expected.outcome) {
      case "R":
        expect({ status: reply.status, code: error?.code }).toEqual({
          status: expected.status,
          code: expected.code,
        });
        expect(error?.message).not.toBe("");
        break;
      case "D":
        expect({ status: reply.status, code: error?.code }).toEqual({
          status: expected.status,
          code: "unauthorized",
        });
        break;
      case "P":
        expect({ status: reply.status, body }).toMatchObject({ status: 200, body: { partial: true } });
        break;
      case "E":
        expect({ status: reply.status, body }).toMatchObject({ status: 200, body: { partial: false } });
        expect(["pass", "suspect", "attack"]).toContain(body["verdict"]);
        if (expected.verdict !== undefined) expect(body["verdict"]).toBe(expected.verdict);
        if (plain !== undefined) expect(body["verdict"]).toBe(plain["verdict"]);
    }
  }
}

async function expectOrdinaryService({ port }: TestServer): Promise<void> {
  const reply = await call(port, {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(message({ id: "canary" })),
  });
  expect(reply.status).toBe(200);
  expect(JSON.parse(reply.text)).toMatchObject({ id: "canary", partial: false });
}
