import { describe, expect, test } from "vitest";
import {
  countValue,
  describeValues,
  isKnown,
  largestRaise,
  mergeParameter,
  newParameterProfile,
  type ParameterProfile,
  raiseOf,
  valuesOf,
} from "../../src/profiles/parameter-profile.ts";
import { firstCharacter, traitCount, traitsOf } from "../../src/profiles/traits.ts";

const plain = traitsOf("12");

/** A profile of `values` values from five groups of sources, all of two digits, every so-manieth of them startling. */
function profileOf(values: number, startlingEvery = Number.POSITIVE_INFINITY): ParameterProfile {
  const profile = newParameterProfile(1);
  for (let i = 0; i < values; i++)
    countValue(profile, i % 5, i % startlingEvery === startlingEvery - 1, plain);
  return profile;
}
/** What a startling value adds that looks like all others. */
const plainRaise = (profile: ParameterProfile): number => raiseOf(profile, plain);

describe("a parameter is known", () => {
  test("after thirty values from three groups of sources", () => {
    expect(isKnown(profileOf(29))).toBe(false);
    expect(isKnown(profileOf(30))).toBe(true);
  });

  test("by no number of values from one source", () => {
    const profile = newParameterProfile(1);
    for (let i = 0; i < 10_000; i++) countValue(profile, 3, false);
    expect(isKnown(profile)).toBe(false);
  });
});

test("one source never counts for more than half of all others and a few", () => {
  const profile = profileOf(100);
  const before = valuesOf(profile);
  for (let i = 0; i < 10_000; i++) countValue(profile, 0, true);
  expect(valuesOf(profile) - before).toBeLessThanOrEqual(16 + 80 / 2);
});

describe("a startling value", () => {
  test("is judged as ever where little is known", () => {
    expect(plainRaise(profileOf(0))).toBe(0);
    expect(plainRaise(profileOf(20))).toBe(0);
  });

  test("weighs the more, the rarer such values are here, up to a bound", () => {
    const raises = [3, 10, 30, 100, Number.POSITIVE_INFINITY].map((every) =>
      plainRaise(profileOf(1_000, every)),
    );
    expect(raises).toEqual(raises.toSorted((a, b) => a - b));
    expect(raises[0]).toBe(0);
    expect(raises.at(-1)).toBe(1.5);
    expect(raises[2]).toBeCloseTo(Math.log(0.05 / (34 / 1_002)), 6);
  });
});

test("counts are halved before they overflow", () => {
  const profile = newParameterProfile(1);
  for (let i = 0; i < 300_000; i++) countValue(profile, i % 5, i % 10 < 5, plain);
  expect(valuesOf(profile)).toBeGreaterThan(100_000);
  expect(valuesOf(profile)).toBeLessThan(300_000);
  expect(Math.max(...profile.counts)).toBeLessThan(50_000);
  expect(plainRaise(profile)).toBe(0);
});

test("merging adds the counts, as far as they go", () => {
  const profile = profileOf(100, 2);
  mergeParameter(profile, profileOf(50, 2));
  expect(valuesOf(profile)).toBe(150);
  for (let i = 0; i < 30; i++) mergeParameter(profile, profileOf(20_000));
  expect(Math.max(...profile.counts)).toBe(50_000);
});

describe("the looks of a startling value", () => {
  const ordinary = (i: number): string => `${1 + (i % 90_000)}`;
  const filled = (values: number, make: (i: number) => string, groups = 5): ParameterProfile => {
    const profile = newParameterProfile(1);
    for (let i = 0; i < values; i++) countValue(profile, i % groups, false, traitsOf(make(i)));
    return profile;
  };
  const oddity = (profile: ParameterProfile, value: string): number =>
    raiseOf(profile, traitsOf(value)) - raiseOf(profile, traitsOf("17"));

  test("add to the log-odds where type, length and characters are odd, up to a bound", () => {
    const profile = filled(200, ordinary);
    expect(oddity(profile, "1-if(1=1,1,0)")).toBe(1.5);
    expect(raiseOf(profile, traitsOf("1-if(1=1,1,0)"))).toBe(largestRaise);
  });

  test("add nothing where the value is odd in one respect only", () => {
    const words = filled(200, (i) => (i % 9 === 0 ? "a word, and another" : "o'brien"));
    expect(oddity(words, "17")).toBe(0);
    expect(raiseOf(words, traitsOf("a word & another"))).toBe(
      raiseOf(words, traitsOf("a word, and another")),
    );
  });

  test("add nothing where one group of sources in three sends the like, and nothing before thirty values", () => {
    const mixed = filled(300, (i) => (i % 3 === 0 ? "1-if(1=1,1,0)" : ordinary(i)));
    expect(oddity(mixed, "1-if(1=2,1,0)")).toBe(0);
    expect(raiseOf(filled(29, ordinary), traitsOf("1-if(1=1,1,0)"))).toBe(0);
  });

  test("are not made ordinary by one loud source, and are by three", () => {
    const profile = filled(200, ordinary);
    for (let i = 0; i < 5_000; i++) countValue(profile, 6, false, traitsOf("1-if(1=1,1,0)"));
    expect(oddity(profile, "1-if(1=1,1,0)")).toBe(1.5);
    for (let i = 0; i < 300; i++) countValue(profile, i % 3, false, traitsOf("1-if(1=1,1,0)"));
    expect(oddity(profile, "1-if(1=1,1,0)")).toBe(0);
  });

  test("fade: what was seen once among many is forgotten", () => {
    const profile = newParameterProfile(1);
    for (let group = 0; group < 3; group++) countValue(profile, group, false, traitsOf("<b>"));
    expect(
      profile.traits.some((count, trait) => trait >= firstCharacter && trait < traitCount && count > 0),
    ).toBe(true);
    for (let i = 0; i < 3_000; i++) countValue(profile, i % 5, false, traitsOf(ordinary(i)));
    expect(oddity(profile, "<b>1</b> and more")).toBe(1.5);
    expect(Math.max(...profile.traits.subarray(0, traitCount))).toBeLessThanOrEqual(255);
  });

  test("merge in any order alike, and keep their shares beyond the limit", () => {
    const parts = [filled(60, ordinary), filled(50, () => "a b"), filled(40, () => "it's")];
    const merged = (order: readonly number[]): ParameterProfile => {
      const all = newParameterProfile(1);
      for (const i of order) mergeParameter(all, parts[i]!);
      return all;
    };
    expect(merged([0, 1, 2])).toEqual(merged([2, 1, 0]));
    const all = filled(200, ordinary);
    mergeParameter(all, filled(200, ordinary));
    expect(oddity(all, "1-if(1=1,1,0)")).toBe(1.5);
    expect(Math.max(...all.traits.subarray(0, traitCount))).toBeLessThanOrEqual(255);
  });

  test("are told in words", () => {
    expect(describeValues(filled(240, ordinary))).toBe(
      "240 values so far, all of them integers, of up to 6 characters",
    );
    expect(describeValues(filled(10, ordinary))).toBeUndefined();
    expect(describeValues(filled(100, (i) => (i === 0 ? "abc" : "7")))).toMatch(
      /nearly all of them integers/,
    );
    expect(describeValues(filled(100, (i) => (i % 3 === 0 ? "abc" : "7")))).toMatch(/most of them integers/);
  });
});

test("a profile takes 144 bytes and its key", () => {
  const { counts, traits } = newParameterProfile(1);
  expect(counts.byteLength + traits.byteLength).toBe(144);
});
