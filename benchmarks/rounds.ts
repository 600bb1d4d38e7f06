/**
 * Measures several contestants in turn, round after round, so that whatever else happens on the machine meets all of
 * them alike. The order is reversed in every other round: nobody always comes first.
 */
import { type Load, type Measured, measure } from "./load.ts";

/** One thing to measure. */
export interface Contestant {
  readonly name: string;
  readonly load: Load;
  /** CPU seconds that its server has used so far. */
  readonly cpuSeconds: () => Promise<number>;
  /** The only statuses that its replies may have; anything else is another measurement than the one that was meant. */
  readonly statuses: readonly number[];
}

/** Runs `rounds` rounds and gives what each contestant measured, by its name, in the order of the rounds. */
export async function runRounds(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const found = new Map<string, Measured[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const contestant of order) found.get(contestant.name)?.push(await runOnce(contestant));
  }
  return found;
}

/** Measures one contestant once; throws where a reply has a status that was not meant. */
export async function runOnce({ name, load, cpuSeconds, statuses }: Contestant): Promise<Measured> {
  const measured = await measure(load, cpuSeconds);
  for (const status of Object.keys(measured.statuses)) {
    if (!statuses.includes(Number(status)))
      throw new Error(`${name}: unexpected replies: ${JSON.stringify(measured.statuses)}`);
  }
  return measured;
}

/** The values of one contestant over those of another, round by round. */
export function ratios(of: readonly Measured[], over: readonly Measured[]): readonly number[] {
  return of.map(({ cpuUs }, round) => cpuUs / (over[round]?.cpuUs ?? Number.NaN));
}
