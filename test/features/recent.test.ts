import { expect, test } from "vitest";
import { Recent } from "../../src/features/recent.ts";

function asked(limit: number): { ask(text: string): string; made: string[] } {
  const recent = new Recent<string>(limit);
  const made: string[] = [];
  const ask = (text: string): string =>
    recent.get(text, () => {
      made.push(text);
      return text.toUpperCase();
    });
  return { ask, made };
}

test("computes once, and gives the same again", () => {
  const { ask, made } = asked(8);
  expect([ask("a"), ask("a"), ask("b"), ask("a")]).toEqual(["A", "A", "B", "A"]);
  expect(made).toEqual(["a", "b"]);
});

test("forgets what was not asked for while two generations went by", () => {
  const { ask, made } = asked(2);
  for (const text of ["a", "b", "c", "a", "d", "e"]) ask(text);
  expect(made).toEqual(["a", "b", "c", "d", "e"]);
  // `a` was asked for in between and is still known; `b` is not.
  ask("a");
  ask("b");
  expect(made).toEqual(["a", "b", "c", "d", "e", "b"]);
});
