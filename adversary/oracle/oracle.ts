/**
 * An oracle proves that a mutant still attacks: it finds out what a seed does to a vulnerable application of its kind,
 * and whether a mutant does the same there.
 */

/** True where a mutant does what its seed does. */
export type Proof = (mutant: string) => boolean;

/** Proves mutants of one class of attacks. Pure but for scratch memory; payloads are decoded, as the application sees them. */
export interface Oracle {
  /** How it proves, in a few words, for reports. */
  readonly method: string;
  /** Runs a seed: undefined where it does nothing that this oracle could see. */
  prove(seed: string): Proof | undefined;
}
