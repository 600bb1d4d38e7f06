import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { reloader } from "../../src/cli/reloader.ts";
import { loadSettings } from "../../src/config/load.ts";
import { ArbiterError } from "../../src/errors.ts";
import { createMetrics } from "../../src/server/metrics.ts";

const load = () => loadSettings({ flags: {}, environment: {}, file: undefined }, "serve");

describe("a reload", () => {
  const set = (over: object) => {
    const metrics = createMetrics();
    const reloads: unknown[] = [];
    const service = {
      answer: () => expect.fail(),
      reload: (settings: unknown) => void reloads.push(settings),
    };
    const parts = {
      load,
      settings: load().settings,
      service,
      metrics,
      log: pino({ level: "silent" }),
      ...over,
    };
    return { reload: reloader(parts as never), metrics, reloads };
  };

  it("hands the new settings to the service and counts", async () => {
    const { reload, metrics, reloads } = set({});
    await reload();
    expect(reloads.length).toBe(1);
    expect(await metrics.text()).toContain('arbiter_reloads_total{outcome="done"} 1');
  });

  it("never throws, and changes nothing where the settings are bad", async () => {
    const bad = () => {
      throw new ArbiterError("config_invalid", "x");
    };
    const { reload, metrics, reloads } = set({ load: bad });
    await reload();
    expect(reloads).toEqual([]);
    expect(await metrics.text()).toContain('arbiter_reloads_total{outcome="refused"} 1');
  });
});
