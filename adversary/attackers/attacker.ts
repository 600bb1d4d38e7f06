/** What every attacker is given and does. */
import type { Random } from "../../src/random.ts";
import type { Operator } from "../mutate/operator.ts";
import type { Candidate } from "./candidate.ts";
import type { Target } from "./target.ts";

/** How far the operator of a step brought the log-odds down, for reports. */
export type OnStep = (operators: readonly string[], drop: number) => void;

export interface Attack {
  readonly seed: Candidate;
  readonly operators: readonly Operator[];
  readonly target: Target;
  readonly random: Random;
  readonly onStep?: OnStep;
}

/** An attacker. It stops when the target is over. */
export interface Attacker {
  readonly name: string;
  /** Queries for each seed. */
  readonly budget: number;
  run(attack: Attack): Promise<void>;
}

/** Log-odds of a probability, bounded where it is rounded to 0 or 1. */
export function logOdds(probability: number): number {
  return Math.log(Math.max(probability, 1e-16) / Math.max(1 - probability, 1e-16));
}
