/**
 * What each mode makes of each verdict, with and without an alarm of CRS, on all four pairs: status, the one line in
 * the log, and CRS's own books.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairs } from "../../testbed/matrix.ts";
import { type Pair, type Settings, startPair } from "./waf-pair.ts";

interface Row {
  readonly mode: string;
  /** CRS's score; its threshold is 5. */
  readonly score: number;
  readonly verdict: string;
  readonly settings?: Settings;
  readonly probability?: number;
  readonly partial?: boolean;
  readonly status: number;
  /** The plugin's one line, or none. */
  readonly line?: { readonly id: number; readonly message: string; readonly tag?: string };
  /** The sum that CRS reports afterwards. Default: the score. */
  readonly total?: number;
}

const exceeded = (total: number) => `Inbound Anomaly Score Exceeded (Total Score: ${total})`;
const unasked = (total: number) => ({ id: 9529310, message: exceeded(total) });
const unavailable = (total: number) => ({
  id: 9529320,
  message: exceeded(total),
  tag: "arbiter/unavailable",
});
const confirmed = (total: number) => ({ id: 9529330, message: exceeded(total), tag: "arbiter/confirmed" });
const overruled = (score: number) => ({
  id: 9529340,
  message: `Arbiter: CRS alarm overruled (CRS score ${score})`,
  tag: "arbiter/overruled",
});
const added = (total: number) => ({ id: 9529350, message: exceeded(total), tag: "arbiter/added" });
const attack = (probability: number) => ({
  id: 9529360,
  message: `Arbiter: attack (probability ${probability})`,
  tag: "arbiter/added",
});
const closed = (id: number) => ({
  id,
  message: "Arbiter: no verdict, and the setting is to fail closed",
  tag: "arbiter/unavailable",
});

const rows: readonly Row[] = [
  { mode: "second-opinion", score: 0, verdict: "attack", status: 200 },
  { mode: "second-opinion", score: 4, verdict: "attack", status: 200 },
  { mode: "second-opinion", score: 5, verdict: "pass", status: 200, line: overruled(5) },
  { mode: "second-opinion", score: 12, verdict: "pass", partial: true, status: 200, line: overruled(12) },
  { mode: "second-opinion", score: 5, verdict: "suspect", status: 403, line: confirmed(5) },
  { mode: "second-opinion", score: 5, verdict: "attack", status: 403, line: confirmed(5) },
  { mode: "second-opinion", score: 5, verdict: "unavailable", status: 403, line: unavailable(5) },
  {
    mode: "second-opinion",
    score: 9,
    verdict: "pass",
    settings: { window_max: 8 },
    status: 403,
    line: unasked(9),
  },
  {
    mode: "second-opinion",
    score: 8,
    verdict: "pass",
    settings: { window_max: 8 },
    status: 200,
    line: overruled(8),
  },

  { mode: "scoring", score: 0, verdict: "pass", status: 200 },
  { mode: "scoring", score: 0, verdict: "suspect", status: 200, total: 3 },
  { mode: "scoring", score: 0, verdict: "attack", status: 403, line: added(5), total: 5 },
  { mode: "scoring", score: 2, verdict: "suspect", status: 403, line: added(5), total: 5 },
  { mode: "scoring", score: 1, verdict: "suspect", status: 200, total: 4 },
  { mode: "scoring", score: 0, verdict: "unavailable", status: 200 },
  { mode: "scoring", score: 5, verdict: "pass", status: 403, line: unasked(5) },
  { mode: "scoring", score: 0, verdict: "attack", settings: { points_attack: 4 }, status: 200 },
  {
    mode: "scoring",
    score: 1,
    verdict: "attack",
    settings: { points_attack: 4 },
    status: 403,
    line: added(5),
    total: 5,
  },
  { mode: "scoring", score: 2, verdict: "attack", settings: { window_min: 3 }, status: 200 },
  {
    mode: "scoring",
    score: 3,
    verdict: "attack",
    settings: { window_min: 3 },
    status: 403,
    line: added(8),
    total: 8,
  },
  {
    mode: "scoring",
    score: 8,
    verdict: "pass",
    settings: { points_pass: -4 },
    status: 200,
    line: overruled(8),
    total: 4,
  },
  {
    mode: "scoring",
    score: 7,
    verdict: "pass",
    settings: { points_pass: -9 },
    status: 200,
    line: overruled(7),
    total: 2,
  },
  {
    mode: "scoring",
    score: 8,
    verdict: "pass",
    partial: true,
    settings: { points_pass: -4 },
    status: 403,
    line: confirmed(8),
  },
  {
    mode: "scoring",
    score: 9,
    verdict: "pass",
    settings: { points_pass: -4 },
    status: 403,
    line: unasked(9),
  },
  {
    mode: "scoring",
    score: 8,
    verdict: "attack",
    settings: { points_pass: -4 },
    status: 403,
    line: confirmed(13),
    total: 13,
  },
  {
    mode: "scoring",
    score: 8,
    verdict: "unavailable",
    settings: { points_pass: -4 },
    status: 403,
    line: unavailable(8),
  },
  {
    mode: "scoring",
    score: 0,
    verdict: "suspect",
    probability: 70,
    settings: { block_at: 70 },
    status: 403,
    line: attack(70),
    total: 3,
  },
  {
    mode: "scoring",
    score: 0,
    verdict: "suspect",
    probability: 69,
    settings: { block_at: 70 },
    status: 200,
    total: 3,
  },

  { mode: "general", score: 0, verdict: "pass", status: 200 },
  { mode: "general", score: 0, verdict: "suspect", status: 200 },
  { mode: "general", score: 0, verdict: "attack", status: 403, line: attack(99) },
  { mode: "general", score: 0, verdict: "unavailable", status: 200 },
  { mode: "general", score: 5, verdict: "pass", status: 200, line: overruled(5) },
  { mode: "general", score: 5, verdict: "suspect", status: 403, line: confirmed(5) },
  { mode: "general", score: 5, verdict: "attack", status: 403, line: confirmed(5) },
  { mode: "general", score: 5, verdict: "unavailable", status: 403, line: unavailable(5) },

  {
    mode: "second-opinion",
    score: 5,
    verdict: "unavailable",
    settings: { fail: "closed" },
    status: 403,
    line: unavailable(5),
  },
  { mode: "second-opinion", score: 0, verdict: "unavailable", settings: { fail: "closed" }, status: 200 },
  {
    mode: "scoring",
    score: 0,
    verdict: "unavailable",
    settings: { fail: "closed" },
    status: 503,
    line: closed(9529372),
  },
  { mode: "scoring", score: 0, verdict: "pass", settings: { fail: "closed" }, status: 200 },
  {
    mode: "general",
    score: 0,
    verdict: "unavailable",
    settings: { fail: "closed" },
    status: 503,
    line: closed(9529372),
  },
  {
    mode: "general",
    score: 0,
    verdict: "unavailable",
    settings: { fail: "closed", fail_status: 403 },
    status: 403,
    line: closed(9529371),
  },
  {
    mode: "general",
    score: 5,
    verdict: "unavailable",
    settings: { fail: "closed" },
    status: 403,
    line: unavailable(5),
  },
  { mode: "secnd-opinion", score: 0, verdict: "attack", status: 200 },
];

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs);
  });
  afterAll(() => pair?.stop());

  it.each(rows)("$mode, score $score, verdict $verdict, $settings: $status", async (row) => {
    pair.verdicts.behave({
      verdict: row.verdict,
      ...(row.probability === undefined ? {} : { probability: row.probability }),
      partial: row.partial ?? false,
    });
    const outcome = await pair.send(
      { mode: row.mode, score: row.score, ...row.settings },
      { path: "/shop?q=shoes" },
    );

    expect(outcome.status).toBe(row.status);
    expect(outcome.reachedApplication).toBe(row.status === 200);
    expect(outcome.lines.map(({ id, message }) => ({ id, message }))).toEqual(
      row.line === undefined ? [] : [{ id: row.line.id, message: row.line.message }],
    );
    if (row.line?.tag !== undefined) expect(outcome.lines[0]?.tags ?? []).toContain(row.line.tag);
    expect(outcome.ruleIds).not.toContain(949110);

    const denied = row.status !== 200;
    const lifted = row.line?.id === 9529340;
    const total = `${row.total ?? row.score}`;
    if (crs === "3") {
      const reported = denied && row.line?.id !== 9529371 && row.line?.id !== 9529372 ? total : "0";
      expect(outcome.tx).toMatchObject({
        anomaly_score: total,
        anomaly_score_pl1: total,
        inbound_anomaly_score: reported,
      });
      // libmodsecurity leaves 980130 out of the audit log, whatever it says.
      expect(outcome.ruleIds.includes(980130)).toBe(engine === "apache" && Number(reported) >= 5);
    } else {
      expect(outcome.tx).toMatchObject({
        blocking: lifted ? "0" : total,
        detection: total,
        inbound_pl1: total,
      });
    }
  });
});
