/** A candidate: a mutant and how it is sent. */
import type { Random } from "../../src/random.ts";
import { anyCarrier, type Carrier, plainCarrier } from "../carriers.ts";
import { type Operator, oneOf } from "../mutate/operator.ts";

/** A mutant, its carrier, and the operators that led to it. */
export interface Candidate {
  readonly payload: string;
  readonly carrier: Carrier;
  /** Names of the operators in order; a change of carrier has the carrier's name. */
  readonly trail: readonly string[];
}

/** A mutant longer than this is given up: requests have limits. */
export const longestPayload = 4_000;
/** Of ten mutations so many change the carrier. */
const carrierShare = 1;
const mostTries = 12;

/** A seed as it is sent first. */
export function seedCandidate(payload: string): Candidate {
  return { payload, carrier: plainCarrier, trail: [] };
}

/** Applies one operator to a candidate; undefined where none of a dozen fits. Advances the generator. */
export function mutateOnce(
  candidate: Candidate,
  operators: readonly Operator[],
  random: Random,
): Candidate | undefined {
  for (let tries = 0; tries < mostTries; tries++) {
    if (random.below(10) < carrierShare) {
      const carrier = anyCarrier(random);
      if (carrier !== candidate.carrier)
        return { ...candidate, carrier, trail: [...candidate.trail, carrier.name] };
      continue;
    }
    const chosen = oneOf(random, operators);
    const payload = chosen.apply(candidate.payload, random);
    if (payload !== undefined && payload.length <= longestPayload)
      return { payload, carrier: candidate.carrier, trail: [...candidate.trail, chosen.name] };
  }
  return undefined;
}

/** Applies one to three operators. Advances the generator. */
export function mutate(candidate: Candidate, operators: readonly Operator[], random: Random): Candidate {
  let mutant = candidate;
  for (let count = 1 + random.below(3); count > 0; count--)
    mutant = mutateOnce(mutant, operators, random) ?? mutant;
  return mutant;
}
