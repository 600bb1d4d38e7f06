import { describe, expect, test } from "vitest";
import type { LearntFromAlarms } from "../../src/training/alarms.ts";
import type { ScoredRow } from "../../src/training/scored-row.ts";
import { chooseThresholds } from "../../src/training/thresholds.ts";
import { presets } from "../../src/verdict/operating-point.ts";

/** Benign rows evenly from 0 to 1, and attacks evenly from 0.5 to 1. */
const rows = (["benign", "attack"] as const).flatMap((label) =>
  Array.from({ length: 20_000 }, (_, i): ScoredRow => {
    const share = (i + 0.5) / 20_000;
    return {
      source: "s",
      label,
      attackType: label === "attack" ? "xss" : undefined,
      probability: label === "attack" ? 0.5 + share / 2 : share,
    };
  }),
);

describe("operating points", () => {
  const { operatingPoints, measured } = chooseThresholds(rows, undefined);

  test.each([
    ["strict", 0.95, 0.99],
    ["balanced", 0.99, 0.999],
    ["lenient", 0.999, 0.9999],
  ] as const)("of %s keep what the preset promises", (preset, suspect, attack) => {
    const points = operatingPoints[preset];
    expect(points.general).toEqual(points.scoring);
    expect(points.general.suspect).toBeCloseTo(suspect, 3);
    expect(points.general.attack).toBeCloseTo(attack, 3);
  });

  test("as a second opinion keep a share of the attacks, of alarms where there are any", () => {
    // 97 % of attacks that lie evenly from 0.5 to 1.
    expect(operatingPoints.balanced["second-opinion"].suspect).toBeCloseTo(0.515, 3);
    const learnt = { thresholdKeeping: (share: number) => (1 - share) * 10 } as LearntFromAlarms;
    const fromAlarms = chooseThresholds(rows, learnt).operatingPoints;
    expect(presets.map((preset) => fromAlarms[preset]["second-opinion"].suspect)).toEqual([
      expect.closeTo(0.01),
      expect.closeTo(0.04),
      expect.closeTo(0.2),
    ]);
  });

  test("state their price, from many false alarms to few", () => {
    const thresholds = measured.map(({ threshold }) => threshold);
    expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
    for (const { threshold, falseAlarms } of measured) expect(falseAlarms).toBeCloseTo(1 - threshold, 3);
  });
});
