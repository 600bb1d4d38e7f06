import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  areaUnderRoc,
  nextUp,
  shareAtOrAbove,
  thresholdAt,
  thresholdKeeping,
  weightedThresholdKeeping,
} from "../../src/training/metrics.ts";

const scores = (minLength: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1)), {
      minLength,
      maxLength: 60,
    })
    .map((list) => Float64Array.from(list));
const share = fc.double({ min: 0, max: 0.99, noNaN: true });

describe("the next number", () => {
  test.each([
    [1, 1 + Number.EPSILON],
    [0, Number.MIN_VALUE],
    [0.5, 0.5 + Number.EPSILON / 2],
    [-Number.MIN_VALUE, -0],
  ])("above %d", (value, next) => {
    expect(nextUp(value)).toBe(next);
  });

  test("is above, with nothing in between", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        const next = nextUp(value);
        expect(next).toBeGreaterThan(value);
        const middle = value + (next - value) / 2;
        expect(middle === value || middle === next).toBe(true);
      }),
    );
  });
});

describe("the threshold at a rate of false alarms", () => {
  const tenth = Float64Array.of(0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0);

  test.each([
    [0, 0.9],
    [0.1, 0.8],
    [0.19, 0.8],
    [0.2, 0.7],
  ])("%d of ten scores lies just above %d", (rate, below) => {
    expect(thresholdAt(tenth, rate)).toBe(nextUp(below));
  });

  test("keeps equal scores on one side", () => {
    expect(thresholdAt(Float64Array.of(0.1, 0.5, 0.5, 0.5), 0.5)).toBe(nextUp(0.5));
  });

  test("is one where there is nothing to measure", () => {
    expect(thresholdAt(new Float64Array(0), 0.01)).toBe(1);
  });

  test("is never exceeded by more than the rate, and is the lowest such", () => {
    fc.assert(
      fc.property(scores(1), share, (benign, rate) => {
        const threshold = thresholdAt(benign, rate);
        expect(shareAtOrAbove(benign, threshold)).toBeLessThanOrEqual(rate);
        const highestPassed = Math.max(...benign.filter((score) => score < threshold));
        expect(shareAtOrAbove(benign, highestPassed)).toBeGreaterThan(rate);
      }),
    );
  });
});

describe("the threshold that keeps a share of the attacks", () => {
  test("keeps at least that, and the next score above would not", () => {
    fc.assert(
      fc.property(scores(1), share, (attacks, kept) => {
        const threshold = thresholdKeeping(attacks, kept);
        expect(shareAtOrAbove(attacks, threshold)).toBeGreaterThanOrEqual(kept);
        expect(attacks).toContain(threshold);
      }),
    );
  });

  test("loses one of a hundred at 99 %", () => {
    const attacks = Float64Array.from({ length: 100 }, (_, index) => index / 100);
    expect(thresholdKeeping(attacks, 0.99)).toBe(0.01);
  });

  test("is zero where there is nothing to keep", () => {
    expect(thresholdKeeping(new Float64Array(0), 0.99)).toBe(0);
  });
});

describe("the threshold that keeps weight", () => {
  test("is the other one where all weigh the same", () => {
    fc.assert(
      fc.property(scores(1), share, (attacks, kept) => {
        const even = new Float64Array(attacks.length).fill(1);
        const threshold = weightedThresholdKeeping(attacks, even, kept);
        expect(shareAtOrAbove(attacks, threshold)).toBeGreaterThanOrEqual(kept - 1e-9);
        expect(attacks).toContain(threshold);
      }),
    );
  });

  test("loses light scores sooner than heavy ones", () => {
    const attacks = Float64Array.of(0.1, 0.2, 0.9);
    expect(weightedThresholdKeeping(attacks, Float64Array.of(1, 1, 8), 0.75)).toBe(0.9);
    expect(weightedThresholdKeeping(attacks, Float64Array.of(8, 1, 1), 0.75)).toBe(0.1);
  });

  test("is zero where there is nothing to keep", () => {
    expect(weightedThresholdKeeping(new Float64Array(0), new Float64Array(0), 0.99)).toBe(0);
  });
});

describe("the area under the curve", () => {
  test.each([
    ["parted", [0.1, 0.2], [0.8, 0.9], 1],
    ["parted the wrong way", [0.8, 0.9], [0.1, 0.2], 0],
    ["all equal", [0.5, 0.5], [0.5], 0.5],
    ["one of four pairs wrong", [0.1, 0.6], [0.5, 0.9], 0.75],
    ["one of four pairs tied", [0.1, 0.5], [0.5, 0.9], 0.875],
  ])("%s", (_, benign, attacks, area) => {
    expect(areaUnderRoc(Float64Array.from(benign), Float64Array.from(attacks))).toBe(area);
  });

  test("is null where one side is empty", () => {
    expect(areaUnderRoc(new Float64Array(0), Float64Array.of(1))).toBeNull();
    expect(areaUnderRoc(Float64Array.of(1), new Float64Array(0))).toBeNull();
  });

  test("is the share of pairs in the right order, ties half", () => {
    fc.assert(
      fc.property(scores(1), scores(1), (benign, attacks) => {
        let wins = 0;
        for (const b of benign) for (const a of attacks) wins += a > b ? 1 : a === b ? 0.5 : 0;
        expect(areaUnderRoc(benign, attacks)).toBeCloseTo(wins / benign.length / attacks.length, 10);
      }),
    );
  });
});

test("measuring leaves the scores in their order", () => {
  const given = Float64Array.of(0.9, 0.1, 0.5);
  thresholdAt(given, 0.1);
  thresholdKeeping(given, 0.9);
  areaUnderRoc(given, given);
  expect([...given]).toEqual([0.9, 0.1, 0.5]);
});

test("of no scores no share lies above", () => {
  expect(shareAtOrAbove(new Float64Array(0), 0)).toBe(0);
});
