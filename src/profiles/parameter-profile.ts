/**
 * What is known of one parameter of one endpoint: how many values it had, how many of them were startling, by group of
 * sources, so that no group speaks for all, and what traits they had. 144 bytes.
 */
import { bitsSet, fewestSources, sourceGroups } from "./sources.ts";
import { firstCharacter, firstLength, lengths, type Traits, traitCount, types } from "./traits.ts";

/** Counts of one parameter; `countValue` changes them. */
export interface ParameterProfile {
  /** Names the parameter in the table of pieces: a hash of site, endpoint, location and name. */
  readonly key: number;
  /** Values, and then startling ones among them, by group of sources. Shape (2 × sourceGroups). */
  readonly counts: Uint16Array;
  /**
   * For each trait how many values had it, all halved when one count reaches 255, and then for each trait a bit for each
   * group of sources that sent it. Shape (2 × traitCount).
   */
  readonly traits: Uint8Array;
}

/** A parameter is known once it had so many values from so many groups of sources. */
const fewestValues = 30;
const fewestGroups = 3;
/** Counts are halved when one reaches this, so that what a site was like long ago fades. */
const mostCounted = 50_000;
const mostTraits = 255;
/** What a group may always count, beyond half of what all others have. */
const freeCounts = 16;

/** Makes the profile of a parameter that nothing is known of. */
export function newParameterProfile(
  key: number,
  counts = new Uint16Array(2 * sourceGroups),
  traits = new Uint8Array(2 * traitCount),
): ParameterProfile {
  return { key, counts, traits };
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

/** Counts one value, and its traits where they are given. A group that has more than its share already is not counted. */
export function countValue(
  profile: ParameterProfile,
  group: number,
  isStartling: boolean,
  traits?: Traits,
): void {
  const { counts } = profile;
  const others = valuesOf(profile) - counts[group]!;
  if (counts[group]! >= freeCounts + others / 2) return;
  if (traits !== undefined) countTraits(profile.traits, group, traits);
  counts[group]!++;
  if (isStartling) counts[sourceGroups + group]!++;
  if (counts[group]! < mostCounted) return;
  for (let i = 0; i < counts.length; i++) counts[i]! >>>= 1;
}

function countTraits(table: Uint8Array, group: number, traits: Traits): void {
  visitTraits(traits, (trait) => {
    if (table[trait] === mostTraits) halveTraits(table);
    table[trait]!++;
    table[traitCount + trait]! |= 1 << group;
  });
}

/** What was seen only once is forgotten, and with it who sent it. */
function halveTraits(table: Uint8Array): void {
  for (let trait = 0; trait < traitCount; trait++) {
    table[trait]! >>>= 1;
    if (table[trait] === 0) table[traitCount + trait] = 0;
  }
}

/** Visits the places of the traits of one value: its type, its length, and each kind of characters in it. */
function visitTraits({ type, length, characters }: Traits, visit: (trait: number) => void): void {
  visit(type);
  visit(firstLength + length);
  for (let rest = characters; rest !== 0; rest &= rest - 1) visit(firstCharacter + lowestBit(rest));
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/**
 * Adds what the same parameter was like on another node. In whatever order nodes are merged the counts are the same, until
 * one reaches its limit.
 */
export function mergeParameter(into: ParameterProfile, other: ParameterProfile): void {
  for (let i = 0; i < into.counts.length; i++)
    into.counts[i] = Math.min(mostCounted, into.counts[i]! + other.counts[i]!);
  const sums = Array.from({ length: traitCount }, (_, trait) => into.traits[trait]! + other.traits[trait]!);
  const halvings = Math.max(...sums) > mostTraits ? 1 : 0;
  for (const [trait, sum] of sums.entries()) {
    into.traits[trait] = sum >>> halvings;
    into.traits[traitCount + trait]! |= other.traits[traitCount + trait]!;
    if (into.traits[trait] === 0) into.traits[traitCount + trait] = 0;
  }
}

/** Share of startling values in a parameter of which little is known. */
const usualShare = 0.05;
/** The most that a startling value adds to the log-odds where such values are rare. */
const largestStartle = 1.5;
/** The most that the looks of a startling value add, and the rarity, in natural logarithms, from which on they do. */
const largestOddity = 1.5;
const usualRarity = 2;
/** The most that a startling value adds to the log-odds in all. */
export const largestRaise = largestStartle + largestOddity;

/**
 * What a startling value adds to the log-odds, in [0, 3]: how much rarer such values are in this parameter than in one of
 * which little is known, and how odd this one looks here.
 */
export function raiseOf(profile: ParameterProfile, traits: Traits): number {
  if (!isKnown(profile)) return 0;
  const startle = Math.log(usualShare / startlingShare(profile));
  return bounded(startle, largestStartle) + bounded(oddityOf(profile, traits) - usualRarity, largestOddity);
}

function bounded(raise: number, most: number): number {
  return Math.min(most, Math.max(0, raise));
}

/** Share of startling values among all, by Laplace's rule of succession. */
function startlingShare(profile: ParameterProfile): number {
  return (startlingOf(profile) + 1) / (valuesOf(profile) + 2);
}

/**
 * How odd a value looks: -log of the shares of values that have its type, that are as long as it or longer, and that hold
 * the rarest of its characters; of these three the middle one, so that one oddity alone is none. What fewer than three
 * groups of sources have sent was never seen.
 */
function oddityOf({ traits: table }: ParameterProfile, { type, length, characters }: Traits): number {
  let total = 0;
  for (let each = 0; each < types.length; each++) total += table[each]!;
  const seen = (trait: number): number =>
    bitsSet[table[traitCount + trait]!]! < fewestSources ? 0 : table[trait]!;
  let longer = 0;
  for (let each = length; each < lengths; each++) longer += seen(firstLength + each);
  let rarest = total;
  for (let rest = characters; rest !== 0; rest &= rest - 1)
    rarest = Math.min(rarest, seen(firstCharacter + lowestBit(rest)));
  const middle = [seen(type), longer, rarest].sort((a, b) => a - b)[1]!;
  return -Math.log((middle + 1) / (total + 2));
}

/** Share of the values that are of the type that is named, where it is named at all. */
const mostOf = 0.95;

/**
 * What the values of a parameter are like, in words: "240 values so far, all of them integers of up to 6 characters".
 * Undefined where too little is known.
 */
export function describeValues(profile: ParameterProfile): string | undefined {
  if (!isKnown(profile)) return undefined;
  const { traits: table } = profile;
  const counts = [...table.subarray(0, types.length)];
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const most = counts.indexOf(Math.max(...counts));
  const longest = table.subarray(firstLength, firstCharacter).findLastIndex((count) => count > 0);
  const share = counts[most]! / total;
  const which = share === 1 ? "all" : share >= mostOf ? "nearly all" : share >= 0.5 ? "most" : "some";
  const upTo = longest === lengths - 1 ? "" : `, of up to ${2 ** (longest + 1) - 2} characters`;
  return `${valuesOf(profile)} values so far, ${which} of them ${types[most]}${upTo}`;
}
