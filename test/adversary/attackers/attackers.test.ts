/** Attackers keep to their budgets, take nothing for an evasion that no longer attacks, and repeat themselves from a seed. */
import { describe, expect, test } from "vitest";
import type { Attacker } from "../../../adversary/attackers/attacker.ts";
import { decisionAttacker, guidedAttacker, randomAttacker } from "../../../adversary/attackers/black-box.ts";
import { seedCandidate } from "../../../adversary/attackers/candidate.ts";
import { fitSurrogate, surrogateAttacker } from "../../../adversary/attackers/surrogate.ts";
import { Target } from "../../../adversary/attackers/target.ts";
import { logOddsOfAnswers, whiteBoxAttacker } from "../../../adversary/attackers/white-box.ts";
import { operator } from "../../../adversary/mutate/operator.ts";
import type { Detector } from "../../../src/detector/detector.ts";
import { seededRandom } from "../../../src/random.ts";
import type { Transaction } from "../../../src/transaction/transaction.ts";

type Inspecting = Pick<Detector, "inspect">;

/** A detector whose probability is a function of the value of `q`, and which counts its queries. */
function fakeDetector(probabilityOf: (value: string) => number): Inspecting & { queries: number } {
  const fake = {
    queries: 0,
    inspect(transaction: Transaction) {
      fake.queries++;
      const value = transaction.parameters.find(({ name }) => name.endsWith("q"))?.value ?? "";
      return { probability: probabilityOf(value) } as ReturnType<Detector["inspect"]>;
    },
  };
  return fake;
}

/** Adds a letter. A payload is valid while it keeps its exclamation mark, which the other one removes. */
const operators = [
  operator("add", (payload, random) => payload + "ab"[random.below(2)]!),
  operator("break", (payload) => payload.replace("!", "")),
];
const proof = (payload: string): boolean => payload.includes("!");
const seed = seedCandidate("!");

function targetOf(detector: Inspecting, budget: number, thresholds = [0.9, 0.5]): Target {
  return new Target({ detector, thresholds, proof, budget, random: seededRandom(5) });
}

async function run(
  attacker: Attacker,
  detector: Inspecting,
  confirm?: (payload: string) => Promise<boolean>,
): Promise<Target> {
  const target = new Target({
    detector,
    thresholds: [0.9, 0.5],
    proof,
    budget: attacker.budget,
    random: seededRandom(5),
    ...(confirm === undefined ? {} : { confirm }),
  });
  await attacker.run({ seed, operators, target, random: seededRandom(9) });
  return target;
}

/** Falls with every letter, to nothing at 40 letters. */
const falling = (value: string): number => Math.max(0, 1 - value.length / 40);
const deaf = (): number => 0.99;

const blackBox = [randomAttacker, guidedAttacker, decisionAttacker];

describe.each(blackBox.map((attacker) => [attacker.name, attacker] as const))("%s", (_, attacker) => {
  test("uses its budget against a detector that is never fooled, and no query more", async () => {
    const detector = fakeDetector(deaf);
    const target = await run(attacker, detector);
    expect(target.queries).toBe(attacker.budget);
    expect(detector.queries).toBe(attacker.budget);
    expect(target.evasions).toEqual([undefined, undefined]);
  });

  test("does the same again from the same seed", async () => {
    const outcomes = await Promise.all([1, 2].map(() => run(attacker, fakeDetector(falling))));
    expect(outcomes[0]!.evasions).toEqual(outcomes[1]!.evasions);
    expect(outcomes[0]!.queries).toBe(outcomes[1]!.queries);
  });
});

test("budgets are those of the protocol", () => {
  expect(blackBox.map(({ budget }) => budget)).toEqual([500, 2_000, 2_000]);
});

test.each([guidedAttacker, decisionAttacker].map((attacker) => [attacker.name, attacker] as const))(
  "%s gets past a detector that falls step by step",
  async (_, attacker) => {
    const target = await run(
      attacker,
      fakeDetector(attacker === decisionAttacker ? (value) => (value.length > 6 ? 0 : 1) : falling),
    );
    expect(target.evasions[1]).toBeDefined();
    expect(target.evasions[0]!.queries).toBeLessThanOrEqual(target.evasions[1]!.queries);
    expect(target.evasions[1]!.candidate.payload).toContain("!");
  },
);

test("the white box descends on the weights and asks rarely", async () => {
  const detector = fakeDetector(falling);
  const attacker = whiteBoxAttacker(logOddsOfAnswers(fakeDetector(falling)));
  const target = await run(attacker, detector);
  expect(target.evasions[1]).toBeDefined();
  expect(target.queries).toBeLessThanOrEqual(attacker.budget);
});

test("a mutant that no longer attacks evades nothing", async () => {
  const detector = fakeDetector((value) => (/^[ab]*$/.test(value) ? 0 : 0.99));
  const target = await run(guidedAttacker, detector);
  expect(target.evasions).toEqual([undefined, undefined]);
  expect(target.checked.invalid).toBeGreaterThan(0);
});

test("what the slower oracle refuses evades nothing", async () => {
  const asked: string[] = [];
  const target = await run(randomAttacker, fakeDetector(falling), async (payload) => {
    asked.push(payload);
    return false;
  });
  expect(target.evasions).toEqual([undefined, undefined]);
  expect(asked.length).toBeGreaterThan(0);
});

test("a target is over with its last query", async () => {
  const target = targetOf(fakeDetector(deaf), 2);
  await target.ask(seed);
  expect(target.isOver).toBe(false);
  await target.ask(seed);
  expect(target.isOver).toBe(true);
});

test("a stolen copy learns what is refused, and what fools it is sent once", async () => {
  const answers = ["attack!", "!attack", "an attack !", "tea", "coffee and milk", "a table"].flatMap(
    (payload) => Array.from({ length: 5 }, () => ({ payload, refused: payload.includes("!") })),
  );
  const copy = fitSurrogate(answers, 1);
  expect(copy.logOddsOf("attack!")).toBeGreaterThan(0);
  expect(copy.logOddsOf("tea")).toBeLessThan(0);
  expect(fitSurrogate(answers, 1).logOddsOf("xyz!")).toBe(copy.logOddsOf("xyz!"));
  const detector = fakeDetector(deaf);
  const target = await run(surrogateAttacker(copy), detector);
  expect(detector.queries).toBe(1);
  expect(target.queries).toBe(1);
});
