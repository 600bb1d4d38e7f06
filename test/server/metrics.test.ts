import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/server/metrics.ts";
import type { Verdict } from "../../src/verdict/verdict.ts";

const verdict: Verdict = {
  id: "x",
  verdict: "suspect",
  probability: 0.5,
  points: 3,
  attackType: null,
  reasons: [],
  partial: true,
  model: "m",
};

describe("the metrics", () => {
  it("count by site, mode and word, and read the same twice", async () => {
    const metrics = createMetrics();
    metrics.verdict("a", "general", verdict, 0.002);
    metrics.verdict("a", "general", verdict, 0.002);
    metrics.verdict("b", "scoring", { ...verdict, verdict: "pass", partial: false }, 5);
    await metrics.text();
    const text = await metrics.text();
    expect(text).toContain('arbiter_verdicts_total{site="a",mode="general",verdict="suspect"} 2');
    expect(text).toContain('arbiter_verdicts_total{site="b",mode="scoring",verdict="pass"} 1');
    expect(text).toContain('arbiter_partial_total{site="a"} 2');
    expect(text).toContain('arbiter_verdict_seconds_bucket{le="0.0025"} 2');
    expect(text).toContain('arbiter_verdict_seconds_bucket{le="+Inf"} 3');
  });

  it("hold every latency, however many there are between two readings", async () => {
    const metrics = createMetrics();
    const countOf = async (): Promise<string | undefined> =>
      /^arbiter_verdict_seconds_count (\d+)$/m.exec(await metrics.text())?.[1];
    for (let i = 0; i < 1_000; i++) metrics.verdict("a", "general", verdict, 0.25);
    expect(await countOf()).toBe("1000");
    metrics.verdict("a", "general", verdict, 0.25);
    expect(await countOf()).toBe("1001");
    expect(await metrics.text()).toContain("arbiter_verdict_seconds_sum 250.25\n");
  });

  it("are listed in the reference page, all of them", async () => {
    const page = readFileSync(new URL("../../docs/reference/verdict-protocol.md", import.meta.url), "utf8");
    for (const [, name] of (await createMetrics().text()).matchAll(/^# HELP (\S+)/gm))
      expect(page).toContain(`\`${name}\``);
  });

  it("hold errors, reloads, collected requests, failures and unknown fields", async () => {
    const metrics = createMetrics();
    metrics.error("too_deep");
    metrics.reload("refused");
    metrics.collected("dropped");
    metrics.failure();
    metrics.unknownFields(3);
    metrics.describeDetectors(() => [{ site: "a", model: "0123" }]);
    metrics.describeLoad(() => ({ arriving: 4, heldBytes: 5 }));
    const text = await metrics.text();
    for (const line of [
      'arbiter_errors_total{code="too_deep"} 1',
      'arbiter_reloads_total{outcome="refused"} 1',
      'arbiter_collected_total{outcome="dropped"} 1',
      "arbiter_failures_total 1",
      "arbiter_unknown_fields_total 3",
      'arbiter_detector_info{site="a",model="0123"} 1',
      "arbiter_messages_arriving 4",
      "arbiter_held_bytes 5",
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/^process_resident_memory_bytes [0-9]+$/m);
  });
});
