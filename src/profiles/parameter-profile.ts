/**
 * What is known of one parameter of one endpoint: how many ordinary values it had, and how many of them were startling,
 * by group of sources, so that no group speaks for all.
 */
import { sourceGroups } from "./sources.ts";

/** Counts of one parameter; `countValue` changes them. */
export interface ParameterProfile {
  /** Names the parameter in the table of pieces: a hash of site, endpoint, location and name. */
  readonly key: number;
  /** Ordinary values, and then startling ones among them, by group of sources. Shape (2 × sourceGroups). */
  readonly counts: Uint16Array;
}

/** A parameter is known once it had so many values from so many groups of sources. */
const fewestValues = 30;
const fewestGroups = 3;
/** Counts are halved when one reaches this, so that what a site was like long ago fades. */
const mostCounted = 50_000;
/** What a group may always count, beyond half of what all others have. */
const freeCounts = 16;

/** Makes the profile of a parameter that nothing is known of. */
export function newParameterProfile(
  key: number,
  counts = new Uint16Array(2 * sourceGroups),
): ParameterProfile {
  return { key, counts };
}

/** All values, from all groups of sources. */
export function valuesOf({ counts }: ParameterProfile): number {
  let sum = 0;
  for (let group = 0; group < sourceGroups; group++) sum += counts[group]!;
  return sum;
}

function startlingOf({ counts }: ParameterProfile): number {
  let sum = 0;
  for (let group = 0; group < sourceGroups; group++) sum += counts[sourceGroups + group]!;
  return sum;
}

/** True where enough is known of the parameter to say what is odd in it. */
export function isKnown(profile: ParameterProfile): boolean {
  let groups = 0;
  for (let group = 0; group < sourceGroups; group++) groups += profile.counts[group]! > 0 ? 1 : 0;
  return groups >= fewestGroups && valuesOf(profile) >= fewestValues;
}

/** Counts one ordinary value. A group that has more than its share already is not counted. */
export function countValue(profile: ParameterProfile, group: number, isStartling: boolean): void {
  const { counts } = profile;
  const others = valuesOf(profile) - counts[group]!;
  if (counts[group]! >= freeCounts + others / 2) return;
  counts[group]!++;
  if (isStartling) counts[sourceGroups + group]!++;
  if (counts[group]! < mostCounted) return;
  for (let i = 0; i < counts.length; i++) counts[i]! >>>= 1;
}

/** Adds the counts of the same parameter on another node. */
export function mergeParameter(into: ParameterProfile, other: ParameterProfile): void {
  for (let i = 0; i < into.counts.length; i++)
    into.counts[i] = Math.min(mostCounted, into.counts[i]! + other.counts[i]!);
}

/** Share of startling values in a parameter of which little is known. */
const usualShare = 0.05;
/** The most that a startling value adds to the log-odds where such values are rare. */
export const largestRaise = 1.5;

/**
 * What a startling value adds to the log-odds, in [0, 1.5]: how much rarer such values are in this parameter than in one of
 * which little is known.
 */
export function raiseOf(profile: ParameterProfile): number {
  if (!isKnown(profile)) return 0;
  return Math.min(largestRaise, Math.max(0, Math.log(usualShare / startlingShare(profile))));
}

/** Share of startling values among the ordinary ones, by Laplace's rule of succession. */
function startlingShare(profile: ParameterProfile): number {
  return (startlingOf(profile) + 1) / (valuesOf(profile) + 2);
}
