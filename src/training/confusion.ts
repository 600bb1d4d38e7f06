/** Which type an attack was taken for. */
import type { ScoredRow } from "./scored-row.ts";

/** Rows by true type, and within these by the type that they were taken for; both in the order of their names. */
export type Confusion = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Counts the attacks at or above `threshold` whose type is known and that were taken for some type. */
export function confusionOf(rows: readonly ScoredRow[], threshold: number): Confusion {
  const counts = new Map<string, Map<string, number>>();
  for (const { label, attackType, predictedType, probability } of rows) {
    if (label !== "attack" || probability < threshold) continue;
    if (attackType === undefined || predictedType === undefined) continue;
    const own = counts.get(attackType) ?? new Map<string, number>();
    counts.set(attackType, own.set(predictedType, (own.get(predictedType) ?? 0) + 1));
  }
  return Object.fromEntries([...counts].sort(byName).map(([type, own]) => [type, namedCounts(own)]));
}

/** All types that attacks were taken for, in the order of their names: the columns of the matrix. */
export function predictedTypes(confusion: Confusion): string[] {
  return [...new Set(Object.values(confusion).flatMap((own) => Object.keys(own)))].sort();
}

function namedCounts(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(byName));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
