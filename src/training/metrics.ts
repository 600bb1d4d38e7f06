/** Measures of a score against labels. Scores are in [0, 1], higher is worse; a row is called an attack at or above a threshold. */

/** The least number above `value`: thresholds must part scores that differ in the last bit. */
export function nextUp(value: number): number {
  const bits = new BigInt64Array(1);
  const number = new Float64Array(bits.buffer);
  number[0] = value;
  if (value === 0) return Number.MIN_VALUE;
  bits[0]! += value > 0 ? 1n : -1n;
  return number[0]!;
}

/**
 * The lowest threshold at which at most `rate` of the benign scores are false alarms. Exact with ties: equal scores
 * fall on the same side.
 */
export function thresholdAt(benign: Float64Array, rate: number): number {
  const sorted = Float64Array.from(benign).sort();
  const allowed = Math.floor(rate * sorted.length);
  const highestPassed = sorted[sorted.length - 1 - allowed];
  return highestPassed === undefined ? 1 : nextUp(highestPassed);
}

/** The highest threshold that keeps at least `share` of the attack scores. */
export function thresholdKeeping(attacks: Float64Array, share: number): number {
  const sorted = Float64Array.from(attacks).sort();
  const lost = Math.floor((1 - share) * sorted.length);
  return sorted[Math.min(lost, sorted.length - 1)] ?? 0;
}

/** The highest threshold that keeps at least `share` of the weight of the attack scores; `weights` are positive, one for each score. */
export function weightedThresholdKeeping(
  attacks: Float64Array,
  weights: Float64Array,
  share: number,
): number {
  const order = Uint32Array.from(attacks, (_, index) => index).sort((a, b) => attacks[a]! - attacks[b]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  for (const index of order) {
    below += weights[index]!;
    if (below > (1 - share) * total) return attacks[index]!;
  }
  return attacks[order.at(-1) ?? 0] ?? 0;
}

/** The share of scores at or above the threshold; 0 for none. */
export function shareAtOrAbove(scores: Float64Array, threshold: number): number {
  if (scores.length === 0) return 0;
  let count = 0;
  for (const score of scores) if (score >= threshold) count++;
  return count / scores.length;
}

/** Area under the ROC curve (Mann–Whitney U, ties count half), or null where one side is empty. */
export function areaUnderRoc(benign: Float64Array, attacks: Float64Array): number | null {
  if (benign.length === 0 || attacks.length === 0) return null;
  const b = Float64Array.from(benign).sort();
  const a = Float64Array.from(attacks).sort();
  let below = 0;
  let notAbove = 0;
  let twiceWins = 0;
  for (const score of a) {
    while (below < b.length && b[below]! < score) below++;
    while (notAbove < b.length && b[notAbove]! <= score) notAbove++;
    twiceWins += below + notAbove;
  }
  return twiceWins / 2 / a.length / b.length;
}
