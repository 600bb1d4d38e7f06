import fc from "fast-check";
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

test("keeps the text that was asked for last where two push each other out", () => {
  const { ask, made } = asked(2);
  for (const text of ["a", "b", "a", "c", "a"]) ask(text);
  expect(made).toEqual(["a", "b", "c"]);
  // `b` made room for `c`.
  ask("b");
  expect(made).toEqual(["a", "b", "c", "b"]);
});

test("remembers most of as many texts as fill half of it, whether they differ at one end or the other", () => {
  const { ask, made } = asked(1_024);
  const texts = Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? `/images/${i}.png` : `${i}-session`));
  for (let round = 0; round < 4; round++) for (const text of texts) ask(text);
  expect(made.length).toBeLessThan(texts.length * 2);
});

test("never gives what belongs to another text", () => {
  const { ask } = asked(4);
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40 })), (texts) => {
      for (const text of texts) expect(ask(text)).toBe(text.toUpperCase());
    }),
  );
});
