import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EvidenceRow } from "../../src/models/evidence.ts";
import { evidenceBound, fitEvidence, scoreEvidence, weightOf } from "../../src/models/evidence.ts";
import { seededRandom } from "../../src/random.ts";

/** Sign 1 stands with four attacks in five rows, 2 with as many attacks as not, 3 with one in ten, 4 with attacks alone. */
function rows(count: number, seed: number): EvidenceRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const attack = index % 2 === 0;
    const signs: number[] = [];
    if (random.next() < (attack ? 0.8 : 0.2)) signs.push(1);
    if (random.next() < 0.5) signs.push(2);
    if (random.next() < (attack ? 0.1 : 0.9)) signs.push(3);
    if (attack && random.next() < 0.3) signs.push(4);
    return { offset: 0, signs, attack, weight: 1 };
  });
}

describe("fitting", () => {
  const model = fitEvidence(rows(4_000, 1));

  test("weighs a sign by how much more attacks have it, and none below 0", () => {
    expect(model.signs).toEqual([1, 4]);
    expect(weightOf(model, 1)).toBeGreaterThan(1.5);
    expect(weightOf(model, 2)).toBe(0);
    expect(weightOf(model, 3)).toBe(0);
  });

  test("gives no sign more than the bound, however certain it is", () => {
    expect(weightOf(model, 4)).toBeLessThanOrEqual(evidenceBound);
    expect(weightOf(model, 4)).toBeGreaterThan(2);
  });

  test("comes to the log-odds ratio of a single sign", () => {
    // Three in four rows with the sign are attacks, one in four without: the weight is log(3) - log(1/3), less the ridge.
    const count = (attack: boolean, signs: number[], n: number): EvidenceRow[] =>
      Array.from({ length: n }, () => ({ offset: 0, signs, attack, weight: 1 }));
    const single = fitEvidence([
      ...count(true, [7], 3_000),
      ...count(false, [7], 1_000),
      ...count(true, [], 1_000),
      ...count(false, [], 3_000),
    ]);
    expect(Math.abs(weightOf(single, 7) - 2 * Math.log(3))).toBeLessThan(0.03);
  });

  test("leaves out what the offsets know already", () => {
    const worth = weightOf(model, 1);
    const told = rows(4_000, 1).map((row) => ({ ...row, offset: row.signs.includes(1) ? worth : 0 }));
    expect(weightOf(fitEvidence(told), 1)).toBeLessThan(0.1);
  });

  test("leaves out a sign that hardly any row has", () => {
    const few = [...rows(200, 1), { offset: 0, signs: [9], attack: true, weight: 1 }];
    expect(fitEvidence(few).signs).not.toContain(9);
  });

  test("is no more than chance on shuffled labels", () => {
    const random = seededRandom(5);
    const shuffled = rows(4_000, 1).map((row) => ({ ...row, attack: random.next() < 0.5 }));
    expect(Math.max(0, ...fitEvidence(shuffled).weights)).toBeLessThan(0.4);
  });

  test("gives the same model for the same rows, and nothing for none", () => {
    expect(fitEvidence(rows(500, 2))).toEqual(fitEvidence(rows(500, 2)));
    expect(fitEvidence([])).toEqual({ signs: [], weights: [] });
  });
});

describe("scoring", () => {
  const model = { signs: [3, 930130, 942100], weights: [0.5, 2, 1.25] };

  test("adds the weights of the signs that are known, each once", () => {
    expect(scoreEvidence(model, [942100, 930130])).toBe(3.25);
    expect(scoreEvidence(model, [942100, 942100, 7])).toBe(1.25);
    expect(scoreEvidence(model, [])).toBe(0);
  });

  test("never falls when a sign is added", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, 3, 930130, 942100, 999)), fc.integer(), (signs, more) => {
        expect(scoreEvidence(model, [...signs, more])).toBeGreaterThanOrEqual(scoreEvidence(model, signs));
      }),
    );
  });
});
