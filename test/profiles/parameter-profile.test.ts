import { describe, expect, test } from "vitest";
import {
  countValue,
  isKnown,
  largestRaise,
  mergeParameter,
  newParameterProfile,
  type ParameterProfile,
  raiseOf,
  valuesOf,
} from "../../src/profiles/parameter-profile.ts";

/** A profile of `values` values from five groups of sources, every so-manieth of them startling. */
function profileOf(values: number, startlingEvery = Number.POSITIVE_INFINITY): ParameterProfile {
  const profile = newParameterProfile(1);
  for (let i = 0; i < values; i++) countValue(profile, i % 5, i % startlingEvery === startlingEvery - 1);
  return profile;
}

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
    expect(raiseOf(profileOf(0))).toBe(0);
    expect(raiseOf(profileOf(20))).toBe(0);
  });

  test("weighs the more, the rarer such values are here, up to a bound", () => {
    const raises = [3, 10, 30, 100, Number.POSITIVE_INFINITY].map((every) =>
      raiseOf(profileOf(1_000, every)),
    );
    expect(raises).toEqual(raises.toSorted((a, b) => a - b));
    expect(raises[0]).toBe(0);
    expect(raises.at(-1)).toBe(largestRaise);
    expect(raises[2]).toBeCloseTo(Math.log(0.05 / (34 / 1_002)), 6);
  });
});

test("counts are halved before they overflow", () => {
  const profile = newParameterProfile(1);
  for (let i = 0; i < 300_000; i++) countValue(profile, i % 5, i % 10 < 5);
  expect(valuesOf(profile)).toBeGreaterThan(100_000);
  expect(valuesOf(profile)).toBeLessThan(300_000);
  expect(Math.max(...profile.counts)).toBeLessThan(50_000);
  expect(raiseOf(profile)).toBe(0);
});

test("merging adds the counts, as far as they go", () => {
  const profile = profileOf(100, 2);
  mergeParameter(profile, profileOf(50, 2));
  expect(valuesOf(profile)).toBe(150);
  for (let i = 0; i < 30; i++) mergeParameter(profile, profileOf(20_000));
  expect(Math.max(...profile.counts)).toBe(50_000);
});
