import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { ArbiterError } from "../../src/errors.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import { createService } from "../../src/server/service.ts";
import type { VerdictRequest } from "../../src/server/verdict-request.ts";
import { fakeDetector } from "./fake-detector.ts";

const { settings } = loadSettings({ flags: {}, environment: {}, file: undefined }, "serve");
const request = (uri: string, over: Partial<VerdictRequest> = {}): VerdictRequest => ({
  parts: { id: "r", method: "GET", uri, headers: [] },
  site: undefined,
  mode: undefined,
  deadlineMs: undefined,
  unknownFields: 0,
  ...over,
});

function setUp(loadDetector: Parameters<typeof createService>[0]["loadDetector"]) {
  const metrics = createMetrics();
  const log = pino({ level: "silent" });
  return { metrics, service: createService({ settings, loadDetector, metrics, log, nowMs: () => 0 }) };
}

describe("the verdict service", () => {
  it("reads a file once, however many sites use it", () => {
    let loads = 0;
    const metrics = createMetrics();
    const site = { hosts: [], model: undefined, preset: undefined, thresholds: {}, points: undefined };
    createService({
      settings: { ...settings, sites: ["default", "a", "b"].map((name) => ({ ...site, name })) },
      loadDetector: () => {
        loads++;
        return fakeDetector();
      },
      metrics,
      log: pino({ level: "silent" }),
      nowMs: () => 0,
    });
    expect(loads).toBe(1);
  });

  it("tells the detector the site by its name", () => {
    const detector = fakeDetector();
    setUp(() => detector).service.answer(request("/", { site: "made-up" }), 0);
    expect(detector.seen[0]?.site).toBe("default");
  });

  it("keeps the old detector where the next one is bad, and takes a good one over whole", () => {
    let next = (): ReturnType<typeof fakeDetector> => fakeDetector("first");
    const { service } = setUp(() => next());
    const model = () => service.answer(request("/"), 0).verdict.model;
    next = () => {
      throw new ArbiterError("model_invalid", "cut");
    };
    expect(() => service.reload(settings)).toThrow(ArbiterError);
    expect(model()).toBe("first");
    next = () => fakeDetector("second");
    service.reload(settings);
    expect(model()).toBe("second");
  });

  it("takes second opinion for the mode where the caller names none", async () => {
    const { service, metrics } = setUp(() => fakeDetector());
    service.answer(request("/"), 0);
    expect(await metrics.text()).toContain(
      'arbiter_verdicts_total{site="default",mode="second-opinion",verdict="pass"} 1',
    );
  });

  it("hands every request that it judges or collects to the learner", () => {
    const taken: string[] = [];
    const profiles = new Profiles();
    const detector = fakeDetector();
    const service = createService({
      settings,
      loadDetector: () => detector,
      learner: {
        profiles,
        take: ({ parts }, lesson) => void taken.push(`${parts.uri} ${lesson(profiles)}`),
        stop: () => Promise.resolve(),
      },
      metrics: createMetrics(),
      log: pino({ level: "silent" }),
      nowMs: () => 0,
    });
    service.answer(request("/judged"), 0);
    service.learn(request("/collected?q=EVIL"));
    expect(taken).toEqual(["/judged true", "/collected?q=EVIL false"]);
    expect(profiles.requests).toBe(1);
  });
});
