/** Attackers that only send requests: without a plan, by the score, and by the decision alone. */
import type { Attacker } from "./attacker.ts";
import { logOdds } from "./attacker.ts";
import { type Candidate, mutate } from "./candidate.ts";

/** Tries mutants of the seed, each of one to six mutations, 500 times. */
export const randomAttacker: Attacker = {
  name: "random",
  budget: 500,
  async run({ seed, operators, target, random }) {
    while (!target.isOver) {
      let mutant = mutate(seed, operators, random);
      if (random.below(2) === 0) mutant = mutate(mutant, operators, random);
      await target.ask(mutant);
    }
  },
};

const mutantsInRound = 20;
const rounds = 100;
/** Candidates that have children in a round. */
const parents = 3;
/** Of a round's mutants that score lower than all before, so many are asked of the oracle. */
const mostChecked = 4;

interface Scored {
  readonly candidate: Candidate;
  readonly score: number;
}

/** Sees the score: 20 mutants in each of 100 rounds, of which the lowest that still attack live on (as in WAF-A-MoLE). */
export const guidedAttacker: Attacker = {
  name: "guided",
  budget: mutantsInRound * rounds,
  async run({ seed, operators, target, random, onStep }) {
    let pool: Scored[] = [{ candidate: seed, score: Number.POSITIVE_INFINITY }];
    for (let round = 0; round < rounds && !target.isOver; round++) {
      const children: (Scored & { readonly parent: Scored })[] = [];
      for (let i = 0; i < mutantsInRound && !target.isOver; i++) {
        const parent = pool[random.below(pool.length)]!;
        const candidate = mutate(parent.candidate, operators, random);
        children.push({ candidate, parent, score: logOdds(await target.ask(candidate)) });
      }
      children.sort((a, b) => a.score - b.score);
      const best = pool[0]!.score;
      let checked = 0;
      const survivors: Scored[] = [];
      for (const child of children) {
        if (child.score >= pool.at(-1)!.score && pool.length === parents) break;
        if (checked++ === mostChecked) break;
        if (!target.isValid(child.candidate)) continue;
        survivors.push(child);
        if (child.score < best && Number.isFinite(child.parent.score))
          onStep?.(
            child.candidate.trail.slice(child.parent.candidate.trail.length),
            child.parent.score - child.score,
          );
      }
      pool = [...pool, ...survivors].sort((a, b) => a.score - b.score).slice(0, parents);
    }
  },
};

/** Candidates that an attacker without scores keeps. */
const kept = 40;

/**
 * Sees only whether it is refused. It walks on from mutants that still attack, further and further from the seed, and
 * starts anew now and then; 2,000 queries.
 */
export const decisionAttacker: Attacker = {
  name: "decision",
  budget: 2_000,
  async run({ seed, operators, target, random }) {
    let walk: Candidate[] = [seed];
    while (!target.isOver) {
      const mutant = mutate(walk[random.below(walk.length)]!, operators, random);
      await target.isRefused(mutant);
      if (target.isValid(mutant)) walk.push(mutant);
      if (walk.length > kept) walk = random.below(4) === 0 ? [seed] : walk.slice(-kept / 2);
    }
  },
};
