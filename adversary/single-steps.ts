/** What each operator and carrier does alone to seeds that the detector finds: where it is weak, and where not. */
import type { Detector } from "../src/detector/detector.ts";
import { seededRandom } from "../src/random.ts";
import { buildTransaction } from "../src/transaction/build.ts";
import { logOdds } from "./attackers/attacker.ts";
import { carriers, plainCarrier } from "./carriers.ts";
import type { MutatedClass } from "./classes.ts";
import type { Seed } from "./seeds.ts";

/** One operator or carrier, on the seeds of a class that are found when clean. */
export interface StepResult {
  readonly type: string;
  readonly step: string;
  /** Valid mutants. */
  readonly mutants: number;
  /** Share of valid ones among all that were made, in [0, 1]. */
  readonly valid: number;
  /** Share of the valid ones that the detector no longer finds, in [0, 1]. */
  readonly missed: number;
  /** How far the log-odds fell on average. */
  readonly meanDrop: number;
}

/** Mutants of each seed by each operator. */
const samples = 4;

/** Tries every operator, and every carrier, once on each seed. */
export function singleSteps(
  mutated: MutatedClass,
  seeds: readonly Seed[],
  detector: Detector,
  threshold: number,
  seed: number,
): StepResult[] {
  const probabilityOf = (payload: string, carrier = plainCarrier): number =>
    detector.inspect(buildTransaction(carrier.parts(payload))).probability;
  const found = seeds.filter(({ payload }) => probabilityOf(payload) >= threshold);
  const random = seededRandom(seed);
  const results: StepResult[] = [];
  const note = (step: string, made: number, drops: readonly number[], missed: number): void => {
    if (drops.length === 0) return;
    results.push({
      type: mutated.type,
      step,
      mutants: drops.length,
      valid: drops.length / made,
      missed: missed / drops.length,
      meanDrop: drops.reduce((sum, drop) => sum + drop, 0) / drops.length,
    });
  };
  for (const carrier of carriers) {
    const after = found.map(({ payload }) => probabilityOf(payload, carrier));
    const drops = found.map(({ payload }, index) => logOdds(probabilityOf(payload)) - logOdds(after[index]!));
    if (carrier !== plainCarrier)
      note(carrier.name, found.length, drops, after.filter((probability) => probability < threshold).length);
  }
  for (const operator of mutated.operators) {
    let made = 0;
    let missed = 0;
    const drops: number[] = [];
    for (const { payload, proof } of found) {
      for (let sample = 0; sample < samples; sample++) {
        const mutant = operator.apply(payload, random);
        if (mutant === undefined) continue;
        made++;
        if (!proof(mutant)) continue;
        const probability = probabilityOf(mutant);
        if (probability < threshold) missed++;
        drops.push(logOdds(probabilityOf(payload)) - logOdds(probability));
      }
    }
    note(operator.name, made, drops, missed);
  }
  return results.sort((a, b) => b.missed - a.missed);
}
