/**
 * The attacker who has the detector's file, as everybody has: it computes the log-odds itself, tries every operator and
 * carrier on what it has, and takes the step that lowers them most. Only what it believes to evade is sent.
 */
import type { Detector } from "../../src/detector/detector.ts";
import { composeDetector } from "../../src/detector/detector.ts";
import { type DetectorParts, detectorId, parseDetector } from "../../src/detector/detector-file.ts";
import { textJudge } from "../../src/detector/text-judge.ts";
import { extract } from "../../src/features/extract.ts";
import { scoreIsolationForest } from "../../src/models/isolation-forest.ts";
import { logisticLogit } from "../../src/models/logistic-regression.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import { carriers } from "../carriers.ts";
import type { Attacker } from "./attacker.ts";
import { type Candidate, longestPayload } from "./candidate.ts";

/** Log-odds of an attack as the models in the file give them, not cut where a probability would be 1. */
export type LogOddsOf = (candidate: Candidate) => number;

/** Reads the log-odds off the weights in a detector's file. */
export function readLogOdds(file: Uint8Array): LogOddsOf {
  const parts: DetectorParts = parseDetector(file);
  const judge = textJudge(parts);
  return ({ payload, carrier }) => {
    const { texts, row } = extract(buildTransaction(carrier.parts(payload)));
    const worst = judge.findWorst(texts);
    const fused = logisticLogit(parts.fusion, [
      worst.letters,
      worst.tokens,
      scoreIsolationForest(parts.forest, row()),
    ]);
    return fused + worst.structure;
  };
}

/** The log-odds that a detector's answers show, for where its file is not at hand. */
export function logOddsOfAnswers(detector: Pick<Detector, "inspect">): LogOddsOf {
  return ({ payload, carrier }) => {
    const { probability } = detector.inspect(buildTransaction(carrier.parts(payload)));
    return Math.log(probability / Math.max(1 - probability, 1e-16));
  };
}

/** Steps after which it gives up. */
const mostSteps = 60;
/** Mutants by each operator in a step. */
const samples = 4;
/** Of a step's mutants, lowest first, so many are asked of the oracle. */
const mostChecked = 12;
/** Carriers that cost little. */
const cheapCarriers = carriers.slice(0, -3);

/** Greedy descent on the weights. It sends at most one query a step. */
export function whiteBoxAttacker(logOddsOf: LogOddsOf): Attacker {
  return {
    name: "white-box",
    budget: mostSteps,
    async run({ seed, operators, target, random, onStep }) {
      let best = seed;
      let lowest = logOddsOf(seed);
      for (let step = 0; step < mostSteps && !target.isOver; step++) {
        const tried: { readonly candidate: Candidate; readonly score: number }[] = [];
        for (const operator of operators)
          for (let sample = 0; sample < samples; sample++) {
            const payload = operator.apply(best.payload, random);
            if (payload === undefined || payload.length > longestPayload) continue;
            const candidate = { payload, carrier: best.carrier, trail: [...best.trail, operator.name] };
            tried.push({ candidate, score: logOddsOf(candidate) });
          }
        for (const carrier of cheapCarriers) {
          if (carrier === best.carrier) continue;
          const candidate = { ...best, carrier, trail: [...best.trail, carrier.name] };
          tried.push({ candidate, score: logOddsOf(candidate) });
        }
        tried.sort((a, b) => a.score - b.score);
        const next = tried
          .slice(0, mostChecked)
          .find(({ candidate, score }) => score < lowest && target.isValid(candidate));
        // Nothing goes down: it looks once more with other random choices.
        if (next === undefined) continue;
        onStep?.(next.candidate.trail.slice(best.trail.length), lowest - next.score);
        best = next.candidate;
        lowest = next.score;
        await target.ask(best);
      }
    },
  };
}

/** A detector and its weights from one file. */
export function openDetector(file: Uint8Array): {
  readonly detector: Detector;
  readonly logOddsOf: LogOddsOf;
} {
  return { detector: composeDetector(parseDetector(file), detectorId(file)), logOddsOf: readLogOdds(file) };
}
