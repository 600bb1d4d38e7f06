import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poolVotes } from "../../src/verdict/opinion-pool.ts";

const logit = (p: number): number => Math.log(p / (1 - p));
const vote = (score: number, weight: number) => ({ name: "m", score, weight });

describe("the pool of opinions", () => {
  it("is one's own without votes", () => {
    for (const own of [-30, 0, 2.5]) expect(poolVotes(own, [])).toBe(own);
  });

  it("averages log-odds by weight", () => {
    expect(poolVotes(2, [vote(0.5, 0.5)])).toBeCloseTo(1, 12);
    expect(poolVotes(2, [vote(0.9, 0.25)])).toBeCloseTo(1.5 + 0.25 * logit(0.9), 12);
    expect(poolVotes(1, [vote(0.9, 0.2), vote(0.2, 0.3)])).toBeCloseTo(
      0.5 + 0.2 * logit(0.9) + 0.3 * logit(0.2),
      12,
    );
    expect(poolVotes(-9, [vote(0.75, 1)])).toBeCloseTo(logit(0.75), 12);
  });

  it("lets nobody be surer than a thousand to one", () => {
    expect(poolVotes(0, [vote(1, 1)])).toBeCloseTo(Math.log(999), 12);
    expect(poolVotes(0, [vote(0, 1)])).toBeCloseTo(-Math.log(999), 12);
  });

  const votes = fc.array(
    fc.record({
      name: fc.constant("m"),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      weight: fc.double({ min: 0.01, max: 0.25, noNaN: true }),
    }),
    { maxLength: 4 },
  );
  const own = fc.double({ min: -40, max: 40, noNaN: true });

  it("never lies outside of what is averaged", () => {
    fc.assert(
      fc.property(own, votes, (mine, others) => {
        const all = [mine, ...others.map(({ score }) => Math.min(Math.max(logit(score), -7), 7))];
        const pooled = poolVotes(mine, others);
        expect(pooled).toBeGreaterThanOrEqual(Math.min(...all) - 0.1);
        expect(pooled).toBeLessThanOrEqual(Math.max(...all) + 0.1);
      }),
    );
  });

  it("never falls when a vote rises", () => {
    fc.assert(
      fc.property(own, votes, fc.double({ min: 0, max: 1, noNaN: true }), (mine, others, raise) => {
        const [first, ...rest] = others;
        if (first === undefined) return;
        const raised = { ...first, score: first.score + (1 - first.score) * raise };
        expect(poolVotes(mine, [raised, ...rest])).toBeGreaterThanOrEqual(poolVotes(mine, others) - 1e-9);
      }),
    );
  });
});
