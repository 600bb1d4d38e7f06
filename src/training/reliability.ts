/** Whether probabilities mean what they say: among rows that got 0.9, nine of ten should be attacks. */
import type { ScoredRow } from "./scored-row.ts";

/** Rows of similar probability. Each label weighs the same in all, since probabilities are calibrated at even odds. */
export interface ReliabilityBin {
  /** Mean probability of the rows, in [0, 1]. */
  readonly probability: number;
  /** Share of attacks among them, in [0, 1]. */
  readonly observed: number;
  readonly count: number;
}

/**
 * Bins are as wide as one step of log-odds, and the outer two are open. Most rows are clearly one or the other, so bins of
 * equal count, or of equal width in probability, would all lie at the ends and tell nothing of the doubtful ones.
 */
const bins = 10;
const lowestEdge = -bins / 2;

/** The bins that hold any row, from low probability to high; none where one label is missing. */
export function reliabilityOf(rows: readonly ScoredRow[]): ReliabilityBin[] {
  const attacks = rows.filter(({ label }) => label === "attack").length;
  const ordinary = rows.length - attacks;
  if (attacks === 0 || ordinary === 0) return [];
  const sums = Array.from({ length: bins }, () => ({ attack: 0, benign: 0, ofAttacks: 0, ofBenign: 0 }));
  // In the order of probability, so that the sums do not depend on the order of rows.
  for (const { label, probability } of rows.toSorted((a, b) => a.probability - b.probability)) {
    const logit = Math.log(probability) - Math.log1p(-probability);
    const bin = sums[Math.max(0, Math.min(bins - 1, Math.floor(logit - lowestEdge)))]!;
    bin[label]++;
    bin[label === "attack" ? "ofAttacks" : "ofBenign"] += probability;
  }
  return sums.flatMap(({ attack, benign, ofAttacks, ofBenign }) => {
    if (attack + benign === 0) return [];
    const weight = attack / attacks + benign / ordinary;
    return {
      probability: (ofAttacks / attacks + ofBenign / ordinary) / weight,
      observed: attack / attacks / weight,
      count: attack + benign,
    };
  });
}
