/**
 * The warm situation: a detector has learnt the ordinary requests of a site, with or without attacks among them, and meets
 * later requests of the same site, and attacks in its parameters. Where a site has fewer requests than are to be learnt,
 * they come again in the order of time, from other clients.
 */
import type { Detector } from "../../src/detector/detector.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import type { Random } from "../../src/random.ts";
import { seededRandom } from "../../src/random.ts";
import { buildTransaction, type RequestParts } from "../../src/transaction/build.ts";
import type { VerdictWord } from "../../src/verdict/verdict.ts";
import { payloadOf, placePayload } from "./injection.ts";
import type { BenchRow, Site } from "./rows.ts";
import { evenlySpaced } from "./rows.ts";

/** What was learnt before: so many requests, of which so many in 1 are attacks; 0 requests is cold. */
export interface Lessons {
  readonly requests: number;
  readonly attackShare: number;
}

/** The conditions that are compared. */
export const lessons: readonly Lessons[] = [
  { requests: 0, attackShare: 0 },
  ...[1_000, 10_000].flatMap((requests) =>
    [0, 0.001, 0.01].map((attackShare) => ({ requests, attackShare })),
  ),
];

/** The name of a condition in tables. */
export function nameOfLessons({ requests, attackShare }: Lessons): string {
  return requests === 0 ? "cold" : `${requests} learnt, ${attackShare * 100} % attacks`;
}

/** One row after inspection. */
export interface WarmScore {
  readonly site: string;
  /** The source of an attack, "" where benign. */
  readonly source: string;
  readonly probability: number;
  readonly verdict: VerdictWord;
}

/** This share of a site's requests comes first and is learnt; the rest is measured. */
const learntShare = 0.7;
/** Most attacks of one source that are put into one site. */
const attacksOfSource = 200;

/** A site with what is to be learnt, and what is measured. */
export interface SitePlan {
  readonly name: string;
  readonly early: readonly RequestParts[];
  readonly later: readonly RequestParts[];
  /** Attacks in parameters of later requests, by source. */
  readonly attacks: readonly { readonly source: string; readonly request: RequestParts }[];
  /** Attacks in parameters of early requests, which may be learnt; none is among `attacks`. */
  readonly learntAttacks: readonly RequestParts[];
}

/** Divides a site's requests, and puts the attacks among `rows` into its parameters. */
export function planSite(site: Site, rows: readonly BenchRow[], seed: number): SitePlan {
  const random = seededRandom(seed);
  const turn = Math.floor(site.requests.length * learntShare);
  const early = site.requests.slice(0, turn);
  const later = site.requests.slice(turn);
  const bySource = Map.groupBy(
    rows.filter(({ attack }) => attack),
    ({ source }) => source,
  );
  const placed = [...bySource].flatMap(([source, own]) =>
    evenlySpaced(own, 2 * attacksOfSource).flatMap(({ request }, index) => {
      const payload = payloadOf(request);
      const isLearnt = index % 2 === 1;
      const changed =
        payload === undefined ? undefined : placeAnywhere(isLearnt ? early : later, payload, random);
      return changed === undefined ? [] : { source, isLearnt, request: changed };
    }),
  );
  return {
    name: site.name,
    early,
    later,
    attacks: placed.filter(({ isLearnt }) => !isLearnt),
    learntAttacks: placed.filter(({ isLearnt }) => isLearnt).map(({ request }) => request),
  };
}

/** Requests that are tried for one with a value to replace. */
const tries = 50;

function placeAnywhere(
  requests: readonly RequestParts[],
  payload: string,
  random: Random,
): RequestParts | undefined {
  for (let attempt = 0; attempt < tries && requests.length > 0; attempt++) {
    const request = requests[random.below(requests.length)] as RequestParts;
    const changed = placePayload(request, payload, random);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

/** What is learnt, in order: the early requests again and again, each time from other clients, and attacks among them. */
export function* lessonsOf(plan: SitePlan, { requests, attackShare }: Lessons): Generator<RequestParts> {
  const { early, learntAttacks } = plan;
  if (early.length === 0) return;
  let attacks = 0;
  for (let index = 0; index < requests; index++) {
    const round = Math.floor(index / early.length);
    if (learntAttacks.length > 0 && Math.floor((index + 1) * attackShare) > attacks) {
      yield learntAttacks[attacks % learntAttacks.length] as RequestParts;
      attacks++;
      continue;
    }
    const request = early[index % early.length] as RequestParts;
    yield round === 0 ? request : { ...request, client: otherClient(request.client ?? "", round) };
  }
}

/** Another address for the same client of another round, the same for the same round. */
function otherClient(client: string, round: number): string {
  let hash = round;
  for (let i = 0; i < client.length; i++) hash = (Math.imul(hash, 31) + client.charCodeAt(i)) >>> 0;
  return `10.${(round * 37 + (hash >>> 16)) & 255}.${(hash >>> 8) & 255}.${hash & 255}`;
}

/** Teaches fresh profiles and inspects the later requests and the attacks of one site. */
export function scoreWarm(detector: Detector, plan: SitePlan, condition: Lessons): readonly WarmScore[] {
  const profiles = new Profiles();
  for (const request of lessonsOf(plan, condition)) detector.learn(buildTransaction(request), profiles);
  const options = condition.requests === 0 ? {} : { profiles };
  const score = (request: RequestParts, source: string): WarmScore => {
    const { probability, verdict } = detector.inspect(buildTransaction(request), options);
    return { site: plan.name, source, probability, verdict };
  };
  return [
    ...plan.later.map((request) => score(request, "")),
    ...plan.attacks.map(({ request, source }) => score(request, source)),
  ];
}
