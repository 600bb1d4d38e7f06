import fc from "fast-check";
import { expect } from "vitest";
import { marksOf } from "../../../src/features/marks.ts";

/** How many characters `run` looks at: each method of strings counts what it has to read. */
export function stepsOf(run: () => unknown): number {
  const { charCodeAt, indexOf, includes, slice, startsWith, toLowerCase } = String.prototype;
  const at = String.prototype;
  let steps = 0;
  at.charCodeAt = function (this: string, index: number) {
    steps++;
    return charCodeAt.call(this, index);
  };
  at.indexOf = function (this: string, wanted: string, from = 0) {
    const found = indexOf.call(this, wanted, from);
    steps += 1 + Math.max(0, (found < 0 ? this.length : found) - from);
    return found;
  };
  at.includes = function (this: string, wanted: string, from = 0) {
    steps += this.length;
    return includes.call(this, wanted, from);
  };
  at.slice = function (this: string, from?: number, until?: number) {
    const part = slice.call(this, from, until);
    steps += 1 + part.length;
    return part;
  };
  at.startsWith = function (this: string, wanted: string, from = 0) {
    steps++;
    return startsWith.call(this, wanted, from);
  };
  at.toLowerCase = function (this: string) {
    steps += this.length;
    return toLowerCase.call(this);
  };
  try {
    run();
  } finally {
    Object.assign(at, { charCodeAt, indexOf, includes, slice, startsWith, toLowerCase });
  }
  return steps;
}

/** Expects of a reader that a text twice as long takes about twice the steps, whatever of these is repeated before `end`. */
export function expectLinear(read: (text: string) => unknown, pieces: readonly string[], end = ""): void {
  for (const piece of pieces) {
    const once = stepsOf(() => read(piece.repeat(4_000) + end));
    const twice = stepsOf(() => read(piece.repeat(8_000) + end));
    expect(twice, piece).toBeLessThan(once * 2.5 + 1_000);
    expect(once, piece).toBeLessThan(piece.length * 4_000 * 300);
  }
}

/** Expects of a reader that it reads whatever can be made of these, and that what it leaves out for its marks changes nothing. */
export function expectSound(read: (text: string, holds: number) => unknown, pieces: readonly string[]): void {
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary-ascii", maxLength: 3 })), {
      maxLength: 60,
    })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (all) => {
      expect(read(all, marksOf(all))).toEqual(read(all, -1));
    }),
  );
}
