/**
 * The attacker who steals the detector first: a linear model of character n-grams is fitted to 5,000 of its answers, attacked
 * without limit, and what gets past the copy is sent to the original (Papernot et al., "Practical Black-Box Attacks against
 * Machine Learning", AsiaCCS 2017).
 */
import { seededRandom } from "../../src/random.ts";
import type { Attacker } from "./attacker.ts";
import { type Candidate, mutate } from "./candidate.ts";

/** Answers that are stolen. */
export const stolenAnswers = 5_000;

const buckets = 1 << 16;
const shortest = 1;
const longest = 4;
const epochs = 6;
const rate = 0.5;
const decay = 1e-6;

/** The distinct n-grams of a payload as buckets. */
function gramsOf(payload: string): Uint32Array {
  const text = payload.toLowerCase();
  const grams = new Set<number>();
  for (let i = 0; i < text.length; i++) {
    let hash = 0x811c9dc5;
    for (let size = 1; size <= longest && i + size <= text.length; size++) {
      hash = Math.imul(hash ^ text.charCodeAt(i + size - 1), 0x01000193);
      if (size >= shortest) grams.add((hash ^ (hash >>> 15)) & (buckets - 1));
    }
  }
  return Uint32Array.from(grams);
}

/** A copy of a detector. */
export interface Surrogate {
  /** Log-odds that the detector refuses. */
  logOddsOf(payload: string): number;
}

/** Fits a copy to answers by logistic regression with stochastic gradients. The same seed gives the same copy. */
export function fitSurrogate(
  answers: readonly { readonly payload: string; readonly refused: boolean }[],
  seed: number,
): Surrogate {
  const random = seededRandom(seed);
  const weights = new Float64Array(buckets);
  let bias = 0;
  const rows = answers.map(({ payload, refused }) => ({ grams: gramsOf(payload), refused }));
  const logOdds = (grams: Uint32Array): number => {
    let sum = 0;
    for (const gram of grams) sum += weights[gram]!;
    return bias + sum / Math.sqrt(Math.max(1, grams.length));
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { grams, refused } of random.shuffle([...rows])) {
      const error = Number(refused) - 1 / (1 + Math.exp(-logOdds(grams)));
      const step = (rate * error) / Math.sqrt(Math.max(1, grams.length));
      bias += rate * error * 0.1;
      for (const gram of grams) weights[gram] = weights[gram]! * (1 - decay) + step;
    }
  }
  return { logOddsOf: (payload) => logOdds(gramsOf(payload)) };
}

const rounds = 100;
const mutantsInRound = 20;
/** Below this the copy lets a payload pass beyond doubt. */
const farBelow = -4;

/** Attacks the copy, and sends what it ends with: one query for each seed. */
export function surrogateAttacker(surrogate: Surrogate): Attacker {
  return {
    name: "surrogate",
    budget: 1,
    async run({ seed, operators, target, random }) {
      let best: Candidate = seed;
      let lowest = surrogate.logOddsOf(seed.payload);
      for (let round = 0; round < rounds && lowest > farBelow; round++) {
        for (let i = 0; i < mutantsInRound; i++) {
          // The copy knows nothing of carriers.
          const mutant = { ...mutate(best, operators, random), carrier: seed.carrier };
          const score = surrogate.logOddsOf(mutant.payload);
          if (score >= lowest || !target.isValid(mutant)) continue;
          best = mutant;
          lowest = score;
        }
      }
      await target.ask(best);
    },
  };
}
