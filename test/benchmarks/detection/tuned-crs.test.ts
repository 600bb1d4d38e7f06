import { expect, test } from "vitest";
import {
  blockedShares,
  chooseExclusions,
  halfOf,
  type TunedRow,
  tuneCrs,
} from "../../../benchmarks/detection/tuned-crs.ts";

const worths = new Map([
  [1, { level: 1, points: 5 }],
  [2, { level: 1, points: 5 }],
  [3, { level: 1, points: 3 }],
  [4, { level: 2, points: 5 }],
]);
const row = (attack: boolean, ...ids: readonly number[]): TunedRow => ({
  attack,
  weight: 1,
  hits: new Map(ids.map((id) => [id, 1])),
});
const times = (count: number, one: TunedRow): TunedRow[] => Array.from({ length: count }, () => one);

/** Rule 1 frees 10 benign rows and loses 9 attacks, rule 2 frees 5 and loses none. */
const table = [
  ...times(10, row(false, 1)),
  ...times(5, row(false, 2)),
  ...times(9, row(true, 1)),
  ...times(6, row(true, 1, 2)),
  ...times(3, row(false, 3)),
  ...times(2, row(false, 4)),
];

test("the rule that frees most benign rows for the attacks that it loses goes first", () => {
  expect(chooseExclusions(table, worths, 1, 1)).toEqual([2]);
  // With rule 2 off, rule 1 alone holds all 15 attacks; it goes last, and nothing is left to free after it.
  expect(chooseExclusions(table, worths, 1, 9)).toEqual([2, 1]);
});

test("rules above the level neither score nor go", () => {
  expect(chooseExclusions(table, worths, 2, 9)).toEqual([2, 4, 1]);
  expect(blockedShares(table, worths, 1, new Set())).toEqual({ falseAlarms: 15 / 20, detection: 1 });
  expect(blockedShares(table, worths, 2, new Set([1]))).toEqual({ falseAlarms: 7 / 20, detection: 6 / 15 });
});

test("a rule above the level does not go, however often it matches beside others", () => {
  const higher = new Map([...worths, [0, { level: 2, points: 5 }]]);
  expect(chooseExclusions(times(3, row(false, 0, 1)), higher, 1, 9)).toEqual([1]);
});

test("where several rules hold each row, the one on most of them is a step towards freedom", () => {
  const tied = [...times(4, row(false, 1, 2)), ...times(2, row(false, 1, 4))];
  expect(chooseExclusions(tied, worths, 2, 1)).toEqual([1]);
});

test("what is chosen on one half is measured on the other", () => {
  const one = [...times(4, row(false, 1)), row(true, 1, 2)];
  const other = [...times(4, row(false, 2)), row(true, 1, 2)];
  expect(tuneCrs([one, other], worths, 1, [0, 1])).toEqual([
    { off: [], falseAlarms: 1, detection: 1 },
    { off: [1], falseAlarms: 1, detection: 1 },
  ]);
  expect(tuneCrs([one, one], worths, 1, [1])).toEqual([{ off: [1], falseAlarms: 0, detection: 1 }]);
});

test("endpoints fall into both halves, each always into the same", () => {
  const halves = Array.from({ length: 1000 }, (_, index) => halfOf(`/page/${index}`));
  const first = halves.filter((half) => half === 0).length;
  expect(first).toBeGreaterThan(400);
  expect(first).toBeLessThan(600);
  expect(halfOf("/page/7")).toBe(halves[7]);
});
