import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PieceTable } from "../../src/profiles/piece-table.ts";
import { fewestSources } from "../../src/profiles/sources.ts";

describe("a piece is familiar", () => {
  test("once enough groups of sources have sent it, and not before", () => {
    const table = new PieceTable();
    for (let group = 0; group < fewestSources; group++) {
      expect(table.isFamiliar(7, "letters", 42)).toBe(false);
      for (let times = 0; times < 100; times++) table.learn(7, "letters", 42, group);
    }
    expect(table.isFamiliar(7, "letters", 42)).toBe(true);
  });

  test("in its own parameter and reading only", () => {
    const table = new PieceTable();
    for (let group = 0; group < 8; group++) table.learn(7, "letters", 42, group);
    expect(table.isFamiliar(8, "letters", 42)).toBe(false);
    expect(table.isFamiliar(7, "tokens", 42)).toBe(false);
    expect(table.isFamiliar(7, "letters", 43)).toBe(false);
  });

  test("and stays so, whatever one loud source fills the table with", () => {
    const table = new PieceTable();
    for (let group = 0; group < 4; group++) table.learn(7, "letters", 42, group);
    for (let piece = 0; piece < 3_000_000; piece++) table.learn(99, "letters", piece, 5);
    expect(table.isFamiliar(7, "letters", 42)).toBe(true);
  });
});

test("what several sources know gives way to what as many know, and not to one source's", () => {
  const table = new PieceTable();
  const full = 1_500_000;
  for (let piece = 0; piece < full; piece++)
    for (let group = 0; group < 3; group++) table.learn(1, "tokens", piece, group);
  const known = (): number => {
    let count = 0;
    for (let piece = 0; piece < full; piece += 10) if (table.isFamiliar(1, "tokens", piece)) count++;
    return count;
  };
  const before = known();
  expect(before).toBeGreaterThan(50_000);
  for (let piece = 0; piece < full; piece++) table.learn(2, "tokens", piece, 5);
  expect(known()).toBeGreaterThan(before * 0.98);
});

test("hardly any piece is taken for another one in a full table", () => {
  const table = new PieceTable();
  for (let piece = 0; piece < 400_000; piece++)
    for (let group = 0; group < 3; group++) table.learn(1, "tokens", piece, group);
  let mistaken = 0;
  for (let piece = 0; piece < 100_000; piece++) if (table.isFamiliar(2, "tokens", piece)) mistaken++;
  expect(mistaken).toBeLessThan(5);
});

test("merging knows what either knew, in whichever order", () => {
  const note = fc.record({ piece: fc.nat(50), group: fc.nat(7) });
  fc.assert(
    fc.property(fc.array(note), fc.array(note), (mine, yours) => {
      const learnt = (notes: readonly { piece: number; group: number }[]): PieceTable => {
        const table = new PieceTable();
        for (const { piece, group } of notes) table.learn(1, "letters", piece, group);
        return table;
      };
      const both = learnt([...mine, ...yours]);
      const [a, b] = [learnt(mine), learnt(yours)];
      a.merge(learnt(yours));
      b.merge(learnt(mine));
      for (let piece = 0; piece <= 50; piece++) {
        expect(a.isFamiliar(1, "letters", piece)).toBe(both.isFamiliar(1, "letters", piece));
        expect(b.isFamiliar(1, "letters", piece)).toBe(both.isFamiliar(1, "letters", piece));
      }
    }),
    { numRuns: 8 },
  );
});
