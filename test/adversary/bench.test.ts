/** The whole of it on few seeds against the detector that ships: figures in their ranges, evasions that attack, the same again. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { guidedAttacker } from "../../adversary/attackers/black-box.ts";
import { stealDetector } from "../../adversary/attackers/steal.ts";
import { surrogateAttacker } from "../../adversary/attackers/surrogate.ts";
import { openDetector, whiteBoxAttacker } from "../../adversary/attackers/white-box.ts";
import { attackClass, quantile } from "../../adversary/bench.ts";
import { mutatedClasses } from "../../adversary/classes.ts";
import { readPayloads, seedsOf } from "../../adversary/seeds.ts";
import { singleSteps } from "../../adversary/single-steps.ts";
import { defaultDetectorPath } from "../../src/config/load-detector.ts";

const { detector, logOddsOf } = openDetector(readFileSync(defaultDetectorPath));
const thresholds = [
  { falseAlarms: 0.01, threshold: detector.operatingPoints.balanced.general.suspect },
  { falseAlarms: 0.001, threshold: detector.operatingPoints.balanced.general.attack },
];
const { byType, missing } = readPayloads("/nowhere");
const classOf = (type: string) => mutatedClasses.find((mutated) => mutated.type === type)!;
const seedsOfClass = (type: string, count: number) =>
  seedsOf(classOf(type), byType.get(classOf(type).type) ?? [], count, 1);
/** The guided attacker with a tenth of its rounds. */
const brief = { ...guidedAttacker, budget: 200 };

test("public collections that are not there are named", () => {
  expect(missing).toContain("httpparams");
});

test.each(mutatedClasses.map(({ type }) => [type] as const))(
  "%s has seeds, from basics and grammars",
  async (type) => {
    const seeds = await seedsOfClass(type, 8);
    expect(seeds).toHaveLength(8);
    expect(new Set(seeds.map(({ source }) => source))).toEqual(new Set(["basics", "grammars"]));
    expect(seeds.filter(({ payload, proof }) => !proof(payload))).toEqual([]);
  },
);

test.each([["cmdi"], ["ssrf"]])("%s is attacked, twice the same", async (type) => {
  const seeds = await seedsOfClass(type, 3);
  const attack = () => attackClass(classOf(type), seeds, brief, { detector, thresholds, seed: 1 });
  const result = await attack();
  expect(result).toMatchObject({ type, attacker: "guided", seeds: 3 });
  for (const { clean, attacked } of result.at) {
    expect(attacked).toBeLessThanOrEqual(clean);
    expect(clean).toBeLessThanOrEqual(1);
  }
  for (const { seed, mutant } of result.examples)
    expect(classOf(type).oracle.prove(seed)!(mutant)).toBe(true);
  expect({ ...(await attack()), p99Ms: 0 }).toEqual({ ...result, p99Ms: 0 });
});

test("seeds that are not found are not attacked", async () => {
  const seeds = await seedsOfClass("ssrf", 2);
  const harmless = { ...detector, inspect: () => ({ ...detector.inspect, probability: 0 }) as never };
  const result = await attackClass(classOf("ssrf"), seeds, brief, {
    detector: harmless,
    thresholds,
    seed: 1,
  });
  expect(result.at.map(({ clean, attacked }) => [clean, attacked])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(result.examples).toEqual([]);
});

test("the weights of the file give the log-odds of the verdict", async () => {
  const [seed] = await seedsOfClass("cmdi", 1);
  const result = await attackClass(classOf("cmdi"), [seed!], whiteBoxAttacker(logOddsOf), {
    detector,
    thresholds,
    seed: 1,
  });
  expect(result.seeds).toBe(1);
  const { seedCandidate } = await import("../../adversary/attackers/candidate.ts");
  const { buildTransaction } = await import("../../src/transaction/build.ts");
  const candidate = seedCandidate("notes for alert(1) and 'tea'");
  const { probability } = detector.inspect(buildTransaction(candidate.carrier.parts(candidate.payload)));
  expect(1 / (1 + Math.exp(-logOddsOf(candidate)))).toBeCloseTo(probability, 9);
});

test("a copy of the detector agrees with most of what it was told", async () => {
  const copy = stealDetector(detector, thresholds[0]!.threshold, byType, 1);
  expect(copy.logOddsOf("1' union select password from users-- ")).toBeGreaterThan(0);
  expect(copy.logOddsOf("thank you for the table")).toBeLessThan(0);
  expect(surrogateAttacker(copy).budget).toBe(1);
});

test("single steps are counted", async () => {
  const steps = singleSteps(
    classOf("ssrf"),
    await seedsOfClass("ssrf", 4),
    detector,
    thresholds[0]!.threshold,
    1,
  );
  expect(steps.map(({ step }) => step)).toContain("url-fragment");
  for (const { valid, missed, mutants } of steps) {
    expect(valid).toBeLessThanOrEqual(1);
    expect(missed * mutants).toBeCloseTo(Math.round(missed * mutants));
  }
});

test("quantiles are of the sorted values", () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([3, 1, 2], 0.99)).toBe(3);
  expect(quantile([], 0.5)).toBeNull();
});
