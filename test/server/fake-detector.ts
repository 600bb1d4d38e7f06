/**
 * A detector for tests that are about everything around detectors: the words `EVIL` and `ODD` in any parameter decide.
 */
import type { Detector } from "../../src/detector/detector.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";
import type { OperatingPoints } from "../../src/verdict/operating-point.ts";
import type { VerdictWord } from "../../src/verdict/verdict.ts";

/** Every transaction that a fake detector has seen, oldest first. */
export interface FakeDetector extends Detector {
  readonly seen: Transaction[];
}

const probabilities = { pass: 0.01, suspect: 0.5, attack: 0.99, unavailable: 0 } as const;

/** Makes a fake with this id. A parameter that contains `BROKEN` makes it throw. */
export function fakeDetector(id = "fake00000000"): FakeDetector {
  const seen: Transaction[] = [];
  const pointsAt = (suspect: number): OperatingPoints => {
    const point = { suspect, attack: 0.8 };
    return { "second-opinion": point, scoring: point, general: point };
  };
  return {
    id,
    seen,
    operatingPoints: { strict: pointsAt(0.2), balanced: pointsAt(0.3), lenient: pointsAt(0.4) },
    measured: [],
    provenance: { seed: 1, madeWith: "test", sources: [], dataDigest: "0".repeat(64) },
    inspect(transaction, options = {}) {
      seen.push(transaction);
      const holds = (word: string) => transaction.parameters.some(({ value }) => value.includes(word));
      if (holds("BROKEN")) throw new Error("the fake detector is broken");
      const verdict: VerdictWord = holds("EVIL") ? "attack" : holds("ODD") ? "suspect" : "pass";
      const points = { pass: 0, suspect: 3, attack: 5, unavailable: 0, ...options.points };
      return {
        id: transaction.id,
        verdict,
        probability: probabilities[verdict],
        points: points[verdict],
        attackType: verdict === "attack" ? "other" : null,
        reasons:
          verdict === "pass"
            ? []
            : [{ where: "query:q", what: 'a "quoted\\" \u0007 piece', why: "it says so" }],
        partial: transaction.problems.length > 0,
        model: id,
      };
    },
    learn(transaction, profiles) {
      if (transaction.parameters.some(({ value }) => value.includes("BROKEN")))
        throw new Error("the fake detector is broken");
      if (transaction.parameters.some(({ value }) => value.includes("EVIL"))) return false;
      profiles.learn(transaction);
      return true;
    },
  };
}
