/** Runs one attacker against a detector, class by class, and counts what it loses. */
import type { Detector } from "../src/detector/detector.ts";
import { seededRandom } from "../src/random.ts";
import { buildTransaction } from "../src/transaction/build.ts";
import type { Attacker } from "./attackers/attacker.ts";
import { seedCandidate } from "./attackers/candidate.ts";
import { Target } from "./attackers/target.ts";
import type { MutatedClass } from "./classes.ts";
import type { Seed } from "./seeds.ts";

/** What happened at one threshold. Shares are of all valid seeds, in [0, 1]. */
export interface AtThreshold {
  /** Share of benign rows at or above the threshold, as the detector's file says. */
  readonly falseAlarms: number;
  readonly threshold: number;
  readonly clean: number;
  readonly attacked: number;
  /** Median queries of the seeds that got past; null where none did. */
  readonly medianQueries: number | null;
}

/** What happened to one class. */
export interface ClassResult {
  readonly type: string;
  readonly attacker: string;
  readonly seeds: number;
  /** From many false alarms to few. */
  readonly at: readonly AtThreshold[];
  /** Share of valid mutants among the sampled ones that did not evade; null where none was sampled. */
  readonly validSampled: number | null;
  /** Share of valid mutants among all that an oracle looked at. */
  readonly validChecked: number | null;
  readonly p99Ms: number;
  /** Operators by how far they brought the log-odds down in all, the most first, with their share of it. */
  readonly operators: readonly { readonly name: string; readonly share: number }[];
  /** Operators and carriers in the trails of what evaded, with how many evasions they were part of. */
  readonly inEvasions: readonly { readonly name: string; readonly count: number }[];
  readonly examples: readonly {
    readonly seed: string;
    readonly mutant: string;
    readonly carrier: string;
    readonly trail: readonly string[];
  }[];
}

export interface BenchOptions {
  readonly detector: Detector;
  /** From many false alarms to few. */
  readonly thresholds: readonly { readonly falseAlarms: number; readonly threshold: number }[];
  readonly seed: number;
  readonly confirm?: (payload: string) => Promise<boolean>;
  /** On the clock of `performance.now`: from then on nothing is attacked. */
  readonly deadlineMs?: number;
  readonly onSeed?: () => void;
}

const shownOperators = 8;
const shownExamples = 12;

/** Attacks all seeds of a class. */
export async function attackClass(
  mutated: MutatedClass,
  seeds: readonly Seed[],
  attacker: Attacker,
  options: BenchOptions,
): Promise<ClassResult> {
  const { detector, thresholds, confirm } = options;
  const times: number[] = [];
  const drops = new Map<string, number>();
  const inEvasions = new Map<string, number>();
  const examples: ClassResult["examples"][number][] = [];
  const totals = thresholds.map(() => ({ clean: 0, lost: 0, queries: [] as number[] }));
  const sampled = { valid: 0, invalid: 0 };
  const checked = { valid: 0, invalid: 0 };
  let attacked = 0;
  for (const [number, seed] of seeds.entries()) {
    if (options.deadlineMs !== undefined && performance.now() > options.deadlineMs) break;
    attacked++;
    options.onSeed?.();
    const first = seedCandidate(seed.payload);
    const { probability } = detector.inspect(buildTransaction(first.carrier.parts(first.payload)));
    const found = thresholds.map(({ threshold }) => probability >= threshold);
    for (const [index, isFound] of found.entries()) if (isFound) totals[index]!.clean++;
    if (!found.includes(true)) continue;
    // Thresholds that the seed itself is below are no goal. The easiest one to get below comes first.
    const goals = [...thresholds.keys()].filter((index) => found[index]).reverse();
    const random = seededRandom(options.seed * 7_919 + number);
    const target = new Target({
      detector,
      thresholds: goals.map((index) => thresholds[index]!.threshold),
      proof: seed.proof,
      ...(confirm === undefined ? {} : { confirm }),
      budget: attacker.budget,
      ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
      random: seededRandom(options.seed * 104_729 + number),
      onTime: (ms) => times.push(ms),
    });
    await attacker.run({
      seed: first,
      operators: mutated.operators,
      target,
      random,
      onStep: (names, drop) => {
        for (const name of names) drops.set(name, (drops.get(name) ?? 0) + drop / names.length);
      },
    });
    for (const [position, index] of goals.entries()) {
      const evasion = target.evasions[position];
      if (evasion === undefined) continue;
      totals[index]!.lost++;
      totals[index]!.queries.push(evasion.queries);
    }
    const last = target.evasions.at(-1);
    if (last !== undefined) {
      const { payload, carrier, trail } = last.candidate;
      for (const name of new Set(trail)) inEvasions.set(name, (inEvasions.get(name) ?? 0) + 1);
      if (examples.length < shownExamples)
        examples.push({ seed: seed.payload, mutant: payload, carrier: carrier.name, trail });
    }
    for (const kind of ["valid", "invalid"] as const) {
      sampled[kind] += target.sampled[kind];
      checked[kind] += target.checked[kind];
    }
  }
  const total = [...drops.values()].reduce((sum, drop) => sum + drop, 0);
  return {
    type: mutated.type,
    attacker: attacker.name,
    seeds: attacked,
    at: thresholds.map(({ falseAlarms, threshold }, index) => {
      const { clean, lost, queries } = totals[index]!;
      return {
        falseAlarms,
        threshold,
        clean: clean / attacked,
        attacked: (clean - lost) / attacked,
        medianQueries: quantile(queries, 0.5),
      };
    }),
    validSampled: shareOf(sampled),
    validChecked: shareOf(checked),
    p99Ms: quantile(times, 0.99) ?? 0,
    operators: [...drops]
      .sort(([, a], [, b]) => b - a)
      .slice(0, shownOperators)
      .map(([name, drop]) => ({ name, share: drop / total })),
    inEvasions: [...inEvasions]
      .sort(([, a], [, b]) => b - a)
      .slice(0, shownOperators)
      .map(([name, count]) => ({ name, count })),
    examples,
  };
}

function shareOf({ valid, invalid }: { valid: number; invalid: number }): number | null {
  return valid + invalid === 0 ? null : valid / (valid + invalid);
}

/** The value below which a share of the values lies, or null without values. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
