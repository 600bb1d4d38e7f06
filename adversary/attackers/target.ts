/**
 * The target of an attack: a detector in general mode that answers a limited number of queries, and an oracle that says
 * whether what gets past it still attacks. Queries, evasions and the share of valid mutants are counted here, the same for all
 * attackers.
 */
import type { Detector } from "../../src/detector/detector.ts";
import type { Random } from "../../src/random.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Proof } from "../oracle/oracle.ts";
import type { Candidate } from "./candidate.ts";

/** A mutant that got past a threshold and still attacks. */
export interface Evasion {
  /** Queries until then, this one included. */
  readonly queries: number;
  readonly candidate: Candidate;
}

/** Counts of mutants that an oracle looked at. */
export interface Checked {
  valid: number;
  invalid: number;
}

export interface TargetOptions {
  readonly detector: Pick<Detector, "inspect">;
  /** Probabilities from which a request is refused, one for each share of false alarms; the first is the easiest to get below. */
  readonly thresholds: readonly number[];
  /** Says whether a mutant of the seed attacks as the seed does. */
  readonly proof: Proof;
  /** Says the same more surely and more slowly; asked of what evades alone. */
  readonly confirm?: (payload: string) => Promise<boolean>;
  /** Queries that are answered. */
  readonly budget: number;
  readonly random: Random;
  /** On the clock of `performance.now`: when it answers no more. */
  readonly deadlineMs?: number;
  /** Takes the time of each inspection in milliseconds. */
  readonly onTime?: (ms: number) => void;
}

/** Of the mutants that do not evade, one in so many is checked. */
const sampledOneIn = 100;

/** See the file's comment. One target for each seed. */
export class Target {
  queries = 0;
  /** By threshold. */
  readonly evasions: (Evasion | undefined)[];
  /** All mutants that were looked at, and the sample of those that did not evade. */
  readonly checked: Checked = { valid: 0, invalid: 0 };
  readonly sampled: Checked = { valid: 0, invalid: 0 };
  private readonly options: TargetOptions;
  private readonly known = new Map<string, boolean>();

  constructor(options: TargetOptions) {
    this.options = options;
    this.evasions = options.thresholds.map(() => undefined);
  }

  /** True where there is nothing left to do: all thresholds are passed, all queries are used, or the time is up. */
  get isOver(): boolean {
    const { budget, deadlineMs } = this.options;
    if (this.queries >= budget || (deadlineMs !== undefined && performance.now() > deadlineMs)) return true;
    return this.evasions.every((evasion) => evasion !== undefined);
  }

  /** Says whether a candidate is a valid attack; free of charge for the attacker, who could try it on a copy of the application. */
  isValid(candidate: Candidate): boolean {
    const known = this.known.get(candidate.payload);
    if (known !== undefined) return known;
    const valid = this.options.proof(candidate.payload);
    this.checked[valid ? "valid" : "invalid"]++;
    this.known.set(candidate.payload, valid);
    return valid;
  }

  /** Asks the detector: the probability that it gives. Notes an evasion where there is one. Counts as a query. */
  async ask(candidate: Candidate): Promise<number> {
    this.queries++;
    const { detector, thresholds, random, confirm, onTime } = this.options;
    const transaction = buildTransaction(candidate.carrier.parts(candidate.payload));
    const start = performance.now();
    const { probability } = detector.inspect(transaction);
    onTime?.(performance.now() - start);
    const evaded = thresholds.some(
      (threshold, index) => probability < threshold && this.evasions[index] === undefined,
    );
    if (!evaded) {
      if (random.below(sampledOneIn) === 0) this.sampled[this.isValid(candidate) ? "valid" : "invalid"]++;
      return probability;
    }
    if (this.isValid(candidate) && (confirm === undefined || (await confirm(candidate.payload)))) {
      for (const [index, threshold] of thresholds.entries())
        if (probability < threshold) this.evasions[index] ??= { queries: this.queries, candidate };
    } else this.known.set(candidate.payload, false);
    return probability;
  }

  /** Whether the detector refuses at the last threshold, which is all that some attackers see. Counts as a query. */
  async isRefused(candidate: Candidate): Promise<boolean> {
    return (await this.ask(candidate)) >= this.options.thresholds.at(-1)!;
  }
}
