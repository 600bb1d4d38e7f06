/** The figures of the warm situation: false alarms and detection on all sites, for each condition. */
import { capWeights, mean, sharesBy, weightedShare, weightedThresholdAt } from "./rates.ts";
import type { WarmScore } from "./warm.ts";

/** A site counts as if it had at most this many later requests. */
const siteCap = 3_000;
/** Rates of false alarms of later requests at which detection is read off. */
export const warmRates = ["0.01", "0.001", "0.0007"] as const;

/** One condition. */
export interface WarmFigures {
  /** At the detectors' own threshold `attack`: of later requests, pooled and by site. */
  readonly falseAlarms: number;
  readonly sites: Readonly<Record<string, number>>;
  /** Means over the attacks' sources. */
  readonly found: number;
  readonly atRates: Readonly<Record<string, number>>;
}

/** Measures the scores of one condition. */
export function measureWarm(scores: readonly WarmScore[]): WarmFigures {
  const benign = scores.filter(({ source }) => source === "");
  const attacks = scores.filter(({ source }) => source !== "");
  const weights = capWeights(
    benign.map(({ site }) => site),
    siteCap,
  );
  const probabilities = Float64Array.from(benign, ({ probability }) => probability);
  const foundBy = (isCaught: (score: WarmScore) => boolean): number =>
    mean(
      Object.values(
        sharesBy(
          attacks.map(({ source }) => source),
          (index) => isCaught(attacks[index] as WarmScore),
        ),
      ),
    );
  const isAlarm = (index: number): boolean => benign[index]?.verdict === "attack";
  return {
    falseAlarms: weightedShare(weights, isAlarm),
    sites: sharesBy(
      benign.map(({ site }) => site),
      isAlarm,
    ),
    found: foundBy(({ verdict }) => verdict === "attack"),
    atRates: Object.fromEntries(
      warmRates.map((rate) => {
        const threshold = weightedThresholdAt(probabilities, weights, Number(rate));
        return [rate, foundBy(({ probability }) => probability >= threshold)];
      }),
    ),
  };
}
