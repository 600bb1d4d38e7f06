/**
 * The demo on real servers: its benign traffic raises the false alarms that it is there to show, and the examination
 * gives figures that add up.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examine, type Questions } from "../../demo/examination.ts";
import type { ConfigurationReport } from "../../demo/report/report.ts";
import { type Stage, setStage } from "../../demo/stage/stage.ts";
import { readTraffic } from "../../demo/traffic.ts";

describe("the demo behind Apache with CRS 3", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ engine: "apache", crs: "3", paranoiaLevel: 1, history: readTraffic("history") });
  });
  afterAll(() => stage?.stop());

  it("shows hundreds of false alarms of CRS, by many rules, and gives every mode a row", async () => {
    const every = <T>(rows: readonly T[], step: number) => rows.filter((_, index) => index % step === 0);
    const questions: Questions = {
      benign: [...every(readTraffic("reading"), 20), ...readTraffic("writing")],
      attacks: every(readTraffic("attacks"), 8),
      tools: {},
    };
    const rows: ConfigurationReport[] = [];
    const figures = await examine(stage, questions, { onProgress() {}, onRow: (row) => void rows.push(row) });

    expect(rows.map(({ name }) => name)).toEqual([
      "crs",
      "second-opinion-cold",
      "second-opinion",
      "scoring",
      "general",
    ]);
    expect(figures.crsAlone?.falseAlarms).toBeGreaterThanOrEqual(200);
    expect(Object.keys(figures.crsAlone?.falseAlarmRules ?? {}).length).toBeGreaterThanOrEqual(20);
    for (const { benign, attacks, latency } of rows) {
      expect(benign).toMatchObject({ requests: questions.benign.length, failed: 0 });
      expect(attacks.requests).toBe(questions.attacks.length - figures.refusedByServer);
      expect(attacks.failed).toBe(0);
      expect(latency.requests).toBeGreaterThan(0);
    }
    const [crs, cold, secondOpinion, scoring] = rows;
    expect(stage.learntFrom).toBe(readTraffic("history").length);
    expect(cold!.benign.blocked).toBeLessThan(crs!.benign.blocked);
    expect(secondOpinion!.benign.blocked).toBeLessThan(cold!.benign.blocked);
    expect(scoring!.attacks.blocked).toBeGreaterThanOrEqual(crs!.attacks.blocked);
  });
});

describe("the demo without a WAF", () => {
  it("has the gateway decide", async () => {
    const stage = await setStage({
      engine: "gateway",
      crs: "3",
      paranoiaLevel: 1,
      history: readTraffic("history").slice(0, 60),
    });
    try {
      const questions = {
        benign: readTraffic("reading").slice(0, 60),
        attacks: readTraffic("attacks").slice(0, 60),
        tools: {},
      };
      const figures = await examine(stage, questions, { onProgress() {}, onRow() {} });
      expect(figures.crsAlone).toBeNull();
      expect(figures.configurations.map(({ name }) => name)).toEqual(["gateway"]);
      expect(figures.configurations[0]?.attacks.blocked).toBeGreaterThan(0);
    } finally {
      await stage.stop();
    }
  });
});
