/** Steals a detector: asks it about mutants and ordinary values, and fits a copy to its answers. */
import { corpusRows } from "../../corpus/rows.ts";
import type { Detector } from "../../src/detector/detector.ts";
import { seededRandom } from "../../src/random.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { AttackType } from "../../src/verdict/verdict.ts";
import { mutatedClasses } from "../classes.ts";
import { mutate, seedCandidate } from "./candidate.ts";
import { fitSurrogate, type Surrogate, stolenAnswers } from "./surrogate.ts";

/** Another one than training's and the seeds'. */
const benignSeed = 978;
/** Of the answers so many are about ordinary values, and so many of the rest about mutants in place of payloads as they are. */
const benignShare = 0.4;
const mutantShare = 0.5;

/** Asks for 5,000 answers at a threshold and fits a copy. `payloads` are those that the attacker knows, by class. The same seed gives the same copy. */
export function stealDetector(
  detector: Pick<Detector, "inspect">,
  threshold: number,
  payloads: ReadonlyMap<AttackType, readonly { readonly payload: string }[]>,
  seed: number,
): Surrogate {
  const random = seededRandom(seed);
  const asked: string[] = [];
  for (const row of corpusRows({ seed: benignSeed, attacks: 1, benign: stolenAnswers * benignShare * 3 }))
    if (row.label === "benign" && row.granularity === "payload" && asked.length < stolenAnswers * benignShare)
      asked.push(row.payload!);
  const known = mutatedClasses.filter(({ type }) => (payloads.get(type)?.length ?? 0) > 0);
  while (asked.length < stolenAnswers && known.length > 0) {
    const { type, operators } = known[random.below(known.length)]!;
    const rows = payloads.get(type)!;
    const { payload } = rows[random.below(rows.length)]!;
    asked.push(
      random.next() < mutantShare ? mutate(seedCandidate(payload), operators, random).payload : payload,
    );
  }
  const answers = asked.map((payload) => {
    const { probability } = detector.inspect(buildTransaction(seedCandidate(payload).carrier.parts(payload)));
    return { payload, refused: probability >= threshold };
  });
  return fitSurrogate(answers, seed);
}
