/** What is known of one parameter, put together from the profiles that speak of it, for whoever judges or learns a value. */
import {
  countValue,
  describeValues,
  isKnown,
  type ParameterProfile,
  raiseOf,
  valuesOf,
} from "./parameter-profile.ts";
import type { PieceTable, Reading } from "./piece-table.ts";
import { traitsOf } from "./traits.ts";

/** What is known of one parameter, for whoever judges a value of it. */
export interface ParameterHistory {
  /** True where enough sources have sent this piece here in ordinary requests. */
  isFamiliar(reading: Reading, bucket: number): boolean;
  /** What a startling value adds to the log-odds, in [0, `largestRaise`]. */
  raiseOf(value: string): number;
  /** What its values are like, in words; undefined where too little is known. */
  describe(): string | undefined;
}

/** Takes down one ordinary value of one parameter. */
export interface Lesson extends ParameterHistory {
  notePiece(reading: Reading, bucket: number): void;
  noteValue(value: string, isStartling: boolean): void;
}

/** The profiles that speak of one parameter; undefined where there is none or no room for one. */
export interface Witnesses {
  readonly own: ParameterProfile | undefined;
  /** All endpoints next to this one together. */
  readonly siblings?: ParameterProfile | undefined;
}

/** Values from which on an endpoint's own pieces are enough; before, those of its siblings count as well. */
const valuesForPieces = 300;

/**
 * The history of a parameter: the endpoint's own once enough is known of it, which takes more values for pieces than for
 * what is odd, and before that the one that it shares with its siblings. Undefined where nothing is known.
 */
export function historyOf({ own, siblings }: Witnesses, pieces: PieceTable): ParameterHistory | undefined {
  const [near, wide] = [own ?? siblings, siblings ?? own];
  if (near === undefined || wide === undefined || !isKnown(wide)) return undefined;
  const { key } = valuesOf(near) >= valuesForPieces ? near : wide;
  const nearest = isKnown(near) ? near : wide;
  return {
    isFamiliar: (reading, bucket) => pieces.isFamiliar(key, reading, bucket),
    raiseOf: (value) => raiseOf(nearest, traitsOf(value)),
    describe: () => describeValues(nearest),
  };
}

/** As good as none: nothing is familiar yet, and nothing odd. */
const noHistory: ParameterHistory = {
  isFamiliar: () => false,
  raiseOf: () => 0,
  describe: () => undefined,
};

/** The lesson of one value, from a source of `group`; what it notes changes the profiles and the table. */
export function lessonOf(witnesses: Witnesses, pieces: PieceTable, group: number): Lesson {
  const profiles = [witnesses.own, witnesses.siblings].filter((profile) => profile !== undefined);
  return {
    ...(historyOf(witnesses, pieces) ?? noHistory),
    notePiece(reading, bucket) {
      for (const { key } of profiles) pieces.learn(key, reading, bucket, group);
    },
    noteValue(value, isStartling) {
      const traits = traitsOf(value);
      for (const profile of profiles) countValue(profile, group, isStartling, traits);
    },
  };
}
