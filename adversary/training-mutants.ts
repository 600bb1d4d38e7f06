/**
 * Mutants for training: attacks of the corpus, rewritten by the operators, each proven by the oracle of its class. The
 * same seed and count give the same rows. No browser takes part: mutants of cross-site scripting are proven by the HTML
 * reader.
 */
import { corpusRows } from "../corpus/rows.ts";
import type { TrafficRow } from "../corpus/traffic-row.ts";
import { seededRandom } from "../src/random.ts";
import { decodeFully } from "../src/transaction/decode.ts";
import { mutateOnce, seedCandidate } from "./attackers/candidate.ts";
import { type MutatedClass, mutatedClasses } from "./classes.ts";

/** The source of the rows. */
export const mutantSource = "corpus-mutants";

/** The corpus rows that are mutated, of training's own seed: mutants of what the attackers begin with are none of these. */
const corpusSeed = 1;
/** Relative shares of the classes; the others share alike. */
const shares: Readonly<Record<string, number>> = { sqli: 4, xss: 3, cmdi: 3, "path-traversal": 2 };
/** Corpus attacks that are read for each mutant that is wanted: many have no effect that an oracle could see. */
const attacksPerMutant = 1.2;
const fewestAttacks = 4_000;
/** A parent has so many mutants at most, of one to five operators each. */
const mutantsOfParent = 8;
const mostOperators = 5;
const longestParent = 400;
const longestMutant = 1_200;

/** Makes up to `count` rows, fewer where the corpus runs dry. The same seed and count give the same rows. */
export function mutantRows(seed: number, count: number): TrafficRow[] {
  const parents = new Map<string, string[]>();
  const attacks = Math.max(fewestAttacks, Math.round(count * attacksPerMutant));
  for (const { label, attack_type: type, payload, granularity } of corpusRows({
    seed: corpusSeed,
    attacks,
    benign: 1,
  })) {
    if (label !== "attack" || granularity !== "payload" || payload === undefined || type === null) continue;
    if (payload.length <= longestParent) parents.set(type, [...(parents.get(type) ?? []), payload]);
  }
  const total = mutatedClasses.reduce((sum, { type }) => sum + (shares[type] ?? 1), 0);
  return mutatedClasses
    .flatMap((mutated, index) => {
      const wanted = Math.round((count * (shares[mutated.type] ?? 1)) / total);
      return mutantsOf(mutated, parents.get(mutated.type) ?? [], wanted, seed * 31 + index);
    })
    .map((row, number) => ({ id: `${mutantSource}:${number}`, ...row }));
}

/** Mutants of one class, without repetition. */
function mutantsOf(
  mutated: MutatedClass,
  parents: readonly string[],
  wanted: number,
  seed: number,
): Omit<TrafficRow, "id">[] {
  const random = seededRandom(seed);
  const seen = new Set(parents);
  const rows: Omit<TrafficRow, "id">[] = [];
  for (const parent of random.shuffle([...parents])) {
    if (rows.length >= wanted) break;
    const decoded = Buffer.from(
      decodeFully(Buffer.from(parent, "utf8").toString("latin1")).text,
      "latin1",
    ).toString("utf8");
    const proof = mutated.oracle.prove(decoded);
    if (proof === undefined) continue;
    for (let child = 0; child < mutantsOfParent && rows.length < wanted; child++) {
      let mutant = seedCandidate(decoded);
      for (let steps = 1 + random.below(mostOperators); steps > 0; steps--) {
        const next = mutateOnce(mutant, mutated.operators, random);
        // A step that breaks the attack is not taken, so that later ones build on what works.
        if (next !== undefined && next.payload.length <= longestMutant && proof(next.payload)) mutant = next;
      }
      const payload = mutant.payload.toWellFormed();
      if (seen.has(payload)) continue;
      seen.add(payload);
      rows.push({
        source: mutantSource,
        label: "attack",
        attack_type: mutated.type,
        payload,
        granularity: "payload",
      });
    }
  }
  return rows;
}
