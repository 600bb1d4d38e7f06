import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCollector, trafficLine } from "../../src/server/collector.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import type { VerdictRequest } from "../../src/server/verdict-request.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";

const request = (over: Partial<VerdictRequest["parts"]> = {}): VerdictRequest => ({
  parts: {
    id: "r",
    method: "POST",
    uri: "/a?b=1",
    headers: [{ name: "Content-Type", value: "text/plain" }],
    ...over,
  },
  site: undefined,
  mode: undefined,
  deadlineMs: undefined,
  unknownFields: 0,
});
const log = pino({ level: "silent" });

describe("the collector", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-collect-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("writes rows that the traffic reader reads back byte for byte", () => {
    const body = Buffer.from([0xff, 0x00, 0x41]);
    const waf = {
      score: 3,
      threshold: 5,
      paranoiaLevel: 1,
      categories: { sqli: 3 },
      rules: [942100],
      matched: {},
    };
    const row = parseTrafficRow(
      trafficLine(request({ body, client: "192.0.2.1", timeMs: 1_000, waf, uri: "/\xc3\xa9?b=1" })),
    );
    expect(row).toMatchObject({ id: "r", source: "collected", label: undefined });
    expect(row.request).toMatchObject({
      method: "POST",
      uri: "/\xc3\xa9?b=1",
      client: "192.0.2.1",
      timeMs: 1_000,
      waf,
    });
    expect(Buffer.from(row.request.body as Uint8Array)).toEqual(body);
  });

  it("sets a full file aside and goes on", async () => {
    const file = join(directory, "t.jsonl");
    const metrics = createMetrics();
    const collector = createCollector({ file, limitBytes: 500, metrics, log });
    for (let i = 0; i < 4; i++) collector.take(request({ id: `n${i}` }));
    await collector.stop();
    const kept = `${readFileSync(`${file}.1`, "utf8")}${readFileSync(file, "utf8")}`;
    expect(
      kept
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toContain("n3");
    expect(readFileSync(file, "utf8").length).toBeLessThanOrEqual(500);
    expect(await metrics.text()).toContain('arbiter_collected_total{outcome="written"} 4');
  });

  it("drops what would make its queue grow beyond bounds", async () => {
    const metrics = createMetrics();
    const collector = createCollector({ file: join(directory, "t.jsonl"), limitBytes: 1e9, metrics, log });
    for (let i = 0; i < 1_200; i++) collector.take(request());
    expect(await metrics.text()).toContain('arbiter_collected_total{outcome="dropped"} 200');
    await collector.stop();
  });

  it("goes on without a file that cannot be written", async () => {
    const metrics = createMetrics();
    const collector = createCollector({
      file: join(directory, "missing", "t.jsonl"),
      limitBytes: 1e6,
      metrics,
      log,
    });
    collector.take(request());
    await collector.stop();
    expect(existsSync(join(directory, "missing"))).toBe(false);
  });

  it("forgets everything where no file is named", async () => {
    const collector = createCollector({ file: undefined, limitBytes: 1, metrics: createMetrics(), log });
    collector.take(request());
    await collector.stop();
  });
});
