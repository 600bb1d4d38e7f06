/**
 * Several probabilities → one: the weighted average of their log-odds, the logarithmic opinion pool (Genest and Zidek,
 * "Combining probability distributions", 1986).
 */

/** What a model of the user's own says, and what that counts for. */
export interface Vote {
  readonly name: string;
  /** Probability of an attack in [0, 1], higher is worse. */
  readonly score: number;
  /** Its share of the average, in (0, 1]. */
  readonly weight: number;
}

/** The log-odds beyond which no vote goes, ±: a model that says 0 or 1 is taken to be wrong once in a thousand times. */
const surest = Math.log(999);

/**
 * The average of `own` log-odds and the votes; `own` has whatever share the votes leave of 1. Without votes it is `own`.
 * It never lies outside of what is averaged, and no vote that rises makes it fall.
 */
export function poolVotes(own: number, votes: readonly Vote[]): number {
  let pooled = 0;
  let share = 0;
  for (const { score, weight } of votes) {
    const logit = Math.log(score / (1 - score));
    pooled += weight * Math.min(surest, Math.max(-surest, logit));
    share += weight;
  }
  return votes.length === 0 ? own : pooled + Math.max(0, 1 - share) * own;
}
