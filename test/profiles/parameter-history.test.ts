import { describe, expect, test } from "vitest";
import { historyOf, lessonOf, type Witnesses } from "../../src/profiles/parameter-history.ts";
import {
  newParameterProfile,
  type ParameterProfile,
  valuesOf,
} from "../../src/profiles/parameter-profile.ts";
import { PieceTable } from "../../src/profiles/piece-table.ts";

const pieces = new PieceTable();
/** Gives so many values from eight groups of sources to all who witness them, each with the piece `piece`. */
function give(witnesses: Witnesses, values: number, value: string, piece: number): void {
  for (let i = 0; i < values; i++) {
    const lesson = lessonOf(witnesses, pieces, i % 8);
    lesson.noteValue(value, false);
    lesson.notePiece("tokens", piece);
  }
}
const [own, siblings]: ParameterProfile[] = [newParameterProfile(1), newParameterProfile(2)];
const both = { own, siblings };

describe("what is known of a parameter", () => {
  test("is nothing where nobody speaks of it", () => {
    expect(historyOf({ own: undefined }, pieces)).toBeUndefined();
    expect(historyOf(both, pieces)).toBeUndefined();
  });

  test("is what its siblings are like, while it is new", () => {
    give({ own: undefined, siblings }, 100, "12", 7);
    for (const witnesses of [both, { own: undefined, siblings }]) {
      const history = historyOf(witnesses, pieces)!;
      expect(history.describe()).toMatch(/^100 values so far, all of them integers/);
      expect(history.isFamiliar("tokens", 7)).toBe(true);
      expect(history.raiseOf("1-if(1=1,1,0)")).toBeGreaterThan(history.raiseOf("17"));
    }
  });

  test("is what itself is like from thirty values on, and its own pieces from three hundred on", () => {
    give({ own }, 200, "a word & another", 8);
    const young = historyOf(both, pieces)!;
    expect(young.describe()).toMatch(/all of them texts with syntax/);
    expect([7, 8].map((piece) => young.isFamiliar("tokens", piece))).toEqual([true, false]);
    give({ own }, 100, "a word & another", 8);
    const grown = historyOf(both, pieces)!;
    expect([7, 8].map((piece) => grown.isFamiliar("tokens", piece))).toEqual([false, true]);
  });
});

test("a lesson is told to all who witness the value", () => {
  const [near, wide] = [newParameterProfile(3), newParameterProfile(4)];
  give({ own: near, siblings: wide }, 20, "x", 9);
  expect([valuesOf(near), valuesOf(wide)]).toEqual([20, 20]);
});
