import { expect, test } from "vitest";
import { bitsSet, hashText, sourceGroup, sourceGroups } from "../../src/profiles/sources.ts";

test("the clients of one network are one source", () => {
  for (const [a, b] of [
    ["192.0.2.1", "192.0.2.254"],
    ["2001:db8:7:1::1", "2001:db8:7:ffff::2"],
  ] as const) {
    expect(sourceGroup(a, 0)).toBe(sourceGroup(b, 5));
  }
});

test("networks spread over all groups", () => {
  const groups = new Set<number>();
  for (let i = 0; i < 200; i++) groups.add(sourceGroup(`10.0.${i}.1`, 0));
  expect([...groups].sort()).toEqual(Array.from({ length: sourceGroups }, (_, i) => i));
});

test("requests of clients that nobody knows count one by one", () => {
  expect([0, 1, 7, 8].map((ordinal) => sourceGroup(undefined, ordinal))).toEqual([0, 1, 7, 0]);
});

test("bits of a byte", () => {
  expect([bitsSet[0], bitsSet[0b1010_0001], bitsSet[255]]).toEqual([0, 3, 8]);
});

test("a hash depends on its text, and fits into 32 bits", () => {
  expect(hashText("a")).not.toBe(hashText("b"));
  for (const text of ["", "a", "é".repeat(999)]) {
    expect(hashText(text)).toBeGreaterThanOrEqual(0);
    expect(hashText(text)).toBeLessThan(2 ** 32);
  }
});
