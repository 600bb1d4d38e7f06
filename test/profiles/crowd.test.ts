import { expect, test } from "vitest";
import { admit } from "../../src/profiles/crowd.ts";

const isSlight = (seen: { count: number }): boolean => seen.count < 3;
const made = (): { count: number } => ({ count: 0 });

test("what is known is found, also in a full crowd", () => {
  const map = new Map([["a", { count: 9 }]]);
  expect(admit(map, "a", 1, made, isSlight)).toEqual({ count: 9 });
});

test("a full crowd gives the place of its oldest slight entry away", () => {
  const map = new Map([
    ["a", { count: 9 }],
    ["b", { count: 1 }],
    ["c", { count: 2 }],
  ]);
  expect(admit(map, "d", 3, made, isSlight)).toEqual({ count: 0 });
  expect([...map.keys()]).toEqual(["a", "c", "d"]);
});

test("what has earned its place keeps it", () => {
  const map = new Map([["a", { count: 3 }]]);
  expect(admit(map, "b", 1, made, isSlight)).toBeUndefined();
  expect([...map.keys()]).toEqual(["a"]);
});

test("nothing fits where there is no room at all", () => {
  expect(admit(new Map(), "a", 0, made, isSlight)).toBeUndefined();
});
