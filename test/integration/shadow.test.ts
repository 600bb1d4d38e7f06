/**
 * Shadow: every request goes CRS's way, whatever the verdict, and the log says what the mode would have made of it.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairs } from "../../testbed/matrix.ts";
import { injection, type Pair, type Settings, startPair } from "./waf-pair.ts";

interface Row {
  readonly mode: string;
  readonly score: number;
  readonly verdict: string;
  readonly settings?: Settings;
  /** The case that the line names; none where the mode would have left the request alone, or asked nothing. */
  readonly wouldBe?: string;
}

const rows: readonly Row[] = [
  { mode: "second-opinion", score: 0, verdict: "attack" },
  { mode: "second-opinion", score: 5, verdict: "pass", wouldBe: "overruled" },
  { mode: "second-opinion", score: 5, verdict: "suspect", wouldBe: "confirmed" },
  { mode: "second-opinion", score: 5, verdict: "attack", wouldBe: "confirmed" },
  { mode: "second-opinion", score: 5, verdict: "unavailable", wouldBe: "unavailable" },
  { mode: "second-opinion", score: 9, verdict: "pass", settings: { window_max: 8 } },
  { mode: "second-opinion", score: 5, verdict: "pass", settings: { gate_methods: "POST" } },
  { mode: "scoring", score: 0, verdict: "pass" },
  { mode: "scoring", score: 0, verdict: "suspect" },
  { mode: "scoring", score: 2, verdict: "suspect", wouldBe: "added" },
  { mode: "scoring", score: 0, verdict: "attack", wouldBe: "added" },
  { mode: "scoring", score: 5, verdict: "pass" },
  { mode: "scoring", score: 5, verdict: "pass", settings: { points_pass: -1 }, wouldBe: "overruled" },
  { mode: "scoring", score: 0, verdict: "suspect", settings: { block_at: 99 }, wouldBe: "attack" },
  { mode: "scoring", score: 0, verdict: "attack", settings: { window_min: 1 } },
  { mode: "scoring", score: 0, verdict: "unavailable", settings: { fail: "closed" }, wouldBe: "closed" },
  { mode: "general", score: 0, verdict: "pass" },
  { mode: "general", score: 0, verdict: "suspect" },
  { mode: "general", score: 0, verdict: "attack", wouldBe: "attack" },
  { mode: "general", score: 0, verdict: "unavailable" },
  { mode: "general", score: 5, verdict: "pass", wouldBe: "overruled" },
  { mode: "general", score: 5, verdict: "suspect", wouldBe: "confirmed" },
  { mode: "general", score: 5, verdict: "attack", wouldBe: "confirmed" },
  { mode: "general", score: 5, verdict: "unavailable", wouldBe: "unavailable" },
];

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs);
  });
  afterAll(() => pair?.stop());

  it.each(rows)("$mode in shadow, score $score, verdict $verdict, $settings: $wouldBe", async (row) => {
    pair.verdicts.behave({ verdict: row.verdict });
    const asShadow = { mode: row.mode, shadow: 1, score: row.score, ...row.settings };
    const outcome = await pair.send(asShadow);
    const bare = await pair.send({ enabled: 0, score: row.score });

    expect(outcome.status).toBe(row.score >= 5 ? 403 : 200);
    expect(outcome.status).toBe(bare.status);
    expect(outcome.ruleIds.filter((id) => id < 9_529_000)).toEqual(bare.ruleIds);
    expect(outcome.lines.map(({ id, message }) => ({ id, message }))).toEqual(
      row.wouldBe === undefined
        ? []
        : [{ id: 9529450, message: `Arbiter in shadow: ${row.wouldBe} (CRS score ${row.score})` }],
    );
    for (const line of outcome.lines) expect(line.tags).toContain("arbiter/shadow");
    for (const name of ["anomaly_score", "blocking", "detection", "inbound_pl1", "inbound_anomaly_score"])
      expect(outcome.tx[name]).toBe(bare.tx[name]);
  });

  it("sees the whole request and CRS's score after the reply was sent", async () => {
    pair.verdicts.behave({ verdict: "attack" });
    pair.verdicts.asked.length = 0;
    await pair.send(
      { shadow: 1 },
      {
        path: injection,
        body: "comment=hello",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      },
    );
    const fields = pair.verdicts.asked[0]?.fields ?? [];
    expect(fields.find(({ key }) => key === "body")?.values).toEqual(["comment=hello"]);
    expect(Number(fields.find(({ key }) => key === "crs-score")?.values[0])).toBeGreaterThanOrEqual(5);
    expect(fields.filter(({ key }) => key === "rule").map(({ values }) => values[0])).toContain("942100");
  });

  it("logs what CRS decided when there is no server", async () => {
    await pair.verdicts.down();
    const outcome = await pair.send({ shadow: 1, breaker_failures: 0 }, { path: injection });
    await pair.verdicts.up();
    expect(outcome.status).toBe(403);
    expect(outcome.ruleIds).toContain(949110);
    expect(outcome.lines.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Arbiter in shadow: unavailable /),
    ]);
  });
});
