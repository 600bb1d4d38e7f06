import { describe, expect, test } from "vitest";
import { scoreEvidence } from "../../src/models/evidence.ts";
import { seededRandom } from "../../src/random.ts";
import type { Alarm } from "../../src/training/alarms.ts";
import { learnFromAlarms } from "../../src/training/alarms.ts";
import type { MeasuredSecondOpinion } from "../../src/verdict/operating-point.ts";

/** Texts tell half of the attacks; rule 1 stands with most others and with few false alarms, rule 2 with everything. */
function alarms(count: number, seed = 1): Alarm[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const attack = index % 2 === 0;
    const told = attack && random.next() < 0.5;
    const rules = random.next() < (attack && !told ? 0.99 : 0.05) ? [1, 2] : [2];
    return {
      source: `s${index % 5}`,
      attack,
      rules,
      logit: (told ? 4 : -2) + random.next(),
      fold: Math.floor(index / 2) % 4,
    };
  });
}

/** What the threshold does that keeps a share of the attacks. */
function measuredAt(share: number, rows: readonly Alarm[]): MeasuredSecondOpinion {
  const learnt = learnFromAlarms(rows, 0.02)!;
  return learnt.measure(learnt.thresholdKeeping(share));
}

describe("learning from alarms", () => {
  const { evidence } = learnFromAlarms(alarms(2_000), 0.02)!;

  test("finds the rule that tells, and lowers the false alarms with it", () => {
    expect(scoreEvidence(evidence, [1])).toBeGreaterThan(2);
    expect(scoreEvidence(evidence, [2])).toBeLessThan(0.5);
    const measured = measuredAt(0.97, alarms(2_000));
    expect(measured).toMatchObject({ falseAlarms: 1_000, attacks: 1_000 });
    expect(measured.kept).toBeGreaterThanOrEqual(0.97);
    expect(measured.left).toBeLessThan(0.1);
  });

  test("keeps fewer attacks where fewer are asked for, and leaves fewer false alarms", () => {
    const [most, some] = [0.97, 0.6].map((share) => measuredAt(share, alarms(2_000)));
    expect(some!.kept).toBeLessThan(most!.kept);
    expect(some!.left).toBeLessThanOrEqual(most!.left);
  });

  test("without its word, as many attacks cost nearly all false alarms", () => {
    const mute = measuredAt(
      0.97,
      alarms(2_000).map((alarm) => ({ ...alarm, rules: [2] })),
    );
    expect(mute.left).toBeGreaterThan(0.8);
  });

  test("measures on folds whose alarms taught nothing", () => {
    // Each fold has a rule of its own that stands with its attacks alone.
    const private_ = alarms(2_000).map((alarm) => ({
      ...alarm,
      logit: 0,
      rules: alarm.attack ? [10 + alarm.fold] : [],
    }));
    expect(learnFromAlarms(private_, 0.02)!.evidence.signs).toEqual([10, 11, 12, 13]);
    expect(measuredAt(0.9, private_).left).toBe(1);
  });

  test("lets no source outweigh the others", () => {
    const loud = Array.from(
      { length: 20_000 },
      (_, index): Alarm => ({
        source: "loud",
        attack: true,
        rules: [3],
        logit: -2,
        fold: index % 4,
      }),
    );
    expect(measuredAt(0.7, [...alarms(8_000), ...loud]).left).toBeLessThan(0.5);
  });

  test("does not lower the line for attacks that nobody believes in", () => {
    const junk = Array.from(
      { length: 400 },
      (_, index): Alarm => ({
        source: "junk",
        attack: true,
        rules: [2],
        logit: -9,
        fold: index % 4,
      }),
    );
    const measured = measuredAt(0.97, [...alarms(2_000), ...junk]);
    expect(measured.attacks).toBe(1_000);
    expect(measured.left).toBeLessThan(0.1);
  });

  test("needs enough alarms of both labels", () => {
    expect(learnFromAlarms(alarms(60), 0.02)).toBeUndefined();
    expect(
      learnFromAlarms(
        alarms(2_000).filter(({ attack }) => attack),
        0.02,
      ),
    ).toBeUndefined();
    expect(learnFromAlarms([], 0.02)).toBeUndefined();
  });
});
