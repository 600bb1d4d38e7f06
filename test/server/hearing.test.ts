import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import type { ForeignModel, Opinion } from "../../src/foreign/foreign-model.ts";
import { panelOf } from "../../src/foreign/panel.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { createService } from "../../src/server/service.ts";
import type { VerdictRequest } from "../../src/server/verdict-request.ts";
import { modelSettings } from "../foreign/model-settings.ts";
import { fakeDetector } from "./fake-detector.ts";

const { settings } = loadSettings({ flags: {}, environment: {}, file: undefined }, "serve");
const ask = (uri: string, deadlineMs = 1_000): VerdictRequest => ({
  parts: { id: "r", method: "GET", uri, headers: [] },
  site: undefined,
  mode: undefined,
  deadlineMs,
  unknownFields: 0,
});

type Said = Opinion | (() => Promise<Opinion>);

function set(models: Readonly<Record<string, { role: "shadow" | "vote"; says: Said }>>) {
  const lines: Record<string, unknown>[] = [];
  const budgets: number[] = [];
  const metrics = createMetrics();
  const clock = { ms: 0 };
  const nowMs = (): number => clock.ms;
  const open = Object.values(models).map(
    ({ says }): ForeignModel => ({
      score: async (_, budgetMs) => {
        budgets.push(budgetMs);
        return typeof says === "function" ? says() : says;
      },
      close: async () => {},
    }),
  );
  const configured = Object.entries(models).map(([name, { role }]) =>
    modelSettings({ name, remote: "http://127.0.0.1:1/", role, weight: 0.4, timeoutMs: 60_000 }),
  );
  const detector = fakeDetector();
  const service = createService({
    settings,
    loadDetector: () => detector,
    panel: panelOf(configured, open, nowMs),
    metrics,
    log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }),
    nowMs,
  });
  return { service, metrics, lines, budgets, clock, detector };
}

describe("a hearing", () => {
  it("is waited for where a caller can be told of the shadow, and never changes the verdict by it", async () => {
    const { service } = set({ a: { role: "shadow", says: 0.97 }, b: { role: "shadow", says: "late" } });
    const answer = service.answer(ask("/"), 0, "all");
    expect(answer.verdict).not.toHaveProperty("models");
    const { verdict } = (await answer.heard)!;
    expect(verdict).toEqual({
      ...answer.verdict,
      models: [
        { name: "a", role: "shadow", score: 0.97 },
        { name: "b", role: "shadow", score: null, failure: "late" },
      ],
    });
  });

  it("is not waited for by anybody else where no model has a vote, and is counted all the same", async () => {
    const { service, metrics } = set({ a: { role: "shadow", says: 0.97 } });
    expect(service.answer(ask("/"), 0)).not.toHaveProperty("heard");
    await new Promise(setImmediate);
    const text = await metrics.text();
    expect(text).toContain('arbiter_model_agreement_total{model="a",attack="only-model"} 1');
    expect(text).toContain('arbiter_verdicts_total{site="default",mode="second-opinion",verdict="pass"} 1');
  });

  it("hands votes to the detector, and waits for no shadow with them", async () => {
    const votes: unknown[] = [];
    const { service, detector } = set({
      slow: { role: "shadow", says: () => new Promise(() => {}) },
      a: { role: "vote", says: 0.9 },
      b: { role: "vote", says: "bad-reply" },
    });
    const inspect = detector.inspect;
    detector.inspect = (transaction, options) => {
      votes.push(options?.votes);
      return { ...inspect(transaction, options), probability: options?.votes === undefined ? 0.01 : 0.6 };
    };
    const { verdict } = (await service.answer(ask("/"), 0).heard)!;
    expect(votes).toEqual([undefined, [{ name: "a", score: 0.9, weight: 0.4 }]]);
    expect(verdict.probability).toBe(0.6);
    expect(verdict.models).toEqual([
      { name: "a", role: "vote", score: 0.9 },
      { name: "b", role: "vote", score: null, failure: "bad-reply" },
    ]);
  });

  it("leaves the verdict as it is where no vote arrives", async () => {
    const { service, metrics } = set({
      a: { role: "vote", says: "late" },
      b: { role: "vote", says: "paused" },
    });
    const answer = service.answer(ask("/?q=EVIL"), 0);
    const { verdict } = (await answer.heard)!;
    expect({ ...verdict, models: undefined }).toEqual({ ...answer.verdict, models: undefined });
    await new Promise(setImmediate);
    const text = await metrics.text();
    expect(text).toContain('arbiter_model_failures_total{model="a",reason="late"} 1');
    expect(text).toContain('arbiter_verdicts_total{site="default",mode="second-opinion",verdict="attack"} 1');
  });

  it("keeps the verdict where hearing itself fails", async () => {
    const broken = () => Promise.reject(new Error("a bug"));
    const { service, metrics, lines } = set({ a: { role: "vote", says: broken } });
    const answer = service.answer(ask("/"), 0);
    expect((await answer.heard)!.verdict).toEqual(answer.verdict);
    expect(lines.some(({ msg }) => msg === "models could not be heard")).toBe(true);
    expect(await metrics.text()).toMatch(/arbiter_failures_total [12]\n/);
  });

  it("gives models three quarters of the time that is left", async () => {
    const { service, budgets, clock } = set({ a: { role: "shadow", says: 0.5 } });
    clock.ms = 20;
    await service.answer(ask("/", 100), 0, "all").heard;
    expect(budgets).toEqual([60]);
  });

  it("asks nobody where the deadline has passed, or the detector failed", async () => {
    const { service, budgets, clock } = set({ a: { role: "vote", says: 0.99 } });
    expect(service.answer(ask("/?q=BROKEN"), 0, "all").verdict.verdict).toBe("unavailable");
    clock.ms = 101;
    expect(service.answer(ask("/", 100), 0, "all")).not.toHaveProperty("heard");
    expect(budgets).toEqual([]);
  });

  it("counts who agrees with the detector's own verdict, and logs who does not", async () => {
    const { service, metrics, lines } = set({
      high: { role: "vote", says: 0.9 },
      low: { role: "shadow", says: 0.1 },
    });
    await service.answer(ask("/?password=hunter2"), 0, "all").heard;
    await service.answer(ask("/?q=EVIL"), 0, "all").heard;
    const text = await metrics.text();
    for (const [model, attack] of [
      ["high", "only-model"],
      ["high", "both"],
      ["low", "neither"],
      ["low", "only-own"],
    ])
      expect(text).toContain(`arbiter_model_agreement_total{model="${model}",attack="${attack}"} 1`);
    expect(text).toContain('arbiter_model_score_count{model="high"} 2');
    expect(text).toContain('arbiter_model_seconds_count{model="low"} 2');
    expect(lines.map(({ model, verdict, score }) => [model, verdict, score])).toEqual([
      ["high", "pass", 0.9],
      ["low", "attack", 0.1],
    ]);
    expect(JSON.stringify(lines)).not.toContain("hunter2");
  });

  it("logs at most twenty disagreements a second, and says how many it left out", async () => {
    const { service, lines, clock } = set({ a: { role: "shadow", says: 0.9 } });
    for (let i = 0; i < 50; i++) await service.answer(ask("/"), 0, "all").heard;
    expect(lines.length).toBe(20);
    clock.ms = 1_000;
    await service.answer(ask("/", 5_000), 0, "all").heard;
    expect(lines.at(-1)).toMatchObject({ unsaid: 30 });
  });
});
