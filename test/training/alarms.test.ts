import { describe, expect, test } from "vitest";
import { scoreEvidence } from "../../src/models/evidence.ts";
import { seededRandom } from "../../src/random.ts";
import type { Alarm } from "../../src/training/alarms.ts";
import { learnFromAlarms } from "../../src/training/alarms.ts";

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

describe("learning from alarms", () => {
  const learnt = learnFromAlarms(alarms(2_000), 0.97, 0.02)!;

  test("finds the rule that tells, and lowers the false alarms with it", () => {
    expect(scoreEvidence(learnt.evidence, [1])).toBeGreaterThan(2);
    expect(scoreEvidence(learnt.evidence, [2])).toBeLessThan(0.5);
    expect(learnt.measured).toMatchObject({ falseAlarms: 1_000, attacks: 1_000 });
    expect(learnt.measured.kept).toBeGreaterThanOrEqual(0.97);
    expect(learnt.measured.left).toBeLessThan(0.1);
  });

  test("without its word, as many attacks cost nearly all false alarms", () => {
    const mute = learnFromAlarms(
      alarms(2_000).map((alarm) => ({ ...alarm, rules: [2] })),
      0.97,
      0.02,
    )!;
    expect(mute.measured.left).toBeGreaterThan(0.8);
  });

  test("measures on folds whose alarms taught nothing", () => {
    // Each fold has a rule of its own that stands with its attacks alone.
    const private_ = alarms(2_000).map((alarm) => ({
      ...alarm,
      logit: 0,
      rules: alarm.attack ? [10 + alarm.fold] : [],
    }));
    const { evidence, measured } = learnFromAlarms(private_, 0.9, 0.02)!;
    expect(evidence.signs).toEqual([10, 11, 12, 13]);
    expect(measured.left).toBe(1);
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
    const { measured } = learnFromAlarms([...alarms(8_000), ...loud], 0.7, 0.02)!;
    expect(measured.left).toBeLessThan(0.5);
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
    const { measured } = learnFromAlarms([...alarms(2_000), ...junk], 0.97, 0.02)!;
    expect(measured.attacks).toBe(1_000);
    expect(measured.left).toBeLessThan(0.1);
  });

  test("needs enough alarms of both labels", () => {
    expect(learnFromAlarms(alarms(60), 0.99, 0.02)).toBeUndefined();
    expect(
      learnFromAlarms(
        alarms(2_000).filter(({ attack }) => attack),
        0.99,
        0.02,
      ),
    ).toBeUndefined();
    expect(learnFromAlarms([], 0.99, 0.02)).toBeUndefined();
  });
});
