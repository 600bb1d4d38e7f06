import { describe, expect, test } from "vitest";
import { mutatedClasses } from "../../adversary/classes.ts";
import { mutantRows, mutantSource } from "../../adversary/training-mutants.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";

const rows = mutantRows(1, 240);

test("rows are attacks in the schema of traffic files, each once", () => {
  expect(rows.length).toBeGreaterThan(200);
  for (const row of rows) {
    expect(row).toMatchObject({ source: mutantSource, label: "attack", granularity: "payload" });
    expect(() => parseTrafficRow(JSON.stringify(row))).not.toThrow();
  }
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(new Set(rows.map(({ payload }) => payload)).size).toBe(rows.length);
});

test("the same seed gives the same rows, another seed others", () => {
  expect(mutantRows(1, 240)).toEqual(rows);
  const others = mutantRows(2, 240).map(({ payload }) => payload);
  expect(others.filter((payload) => rows.some((row) => row.payload === payload)).length).toBeLessThan(60);
});

describe.each(mutatedClasses.map((mutated) => [mutated.type, mutated] as const))("%s", (type, { oracle }) => {
  test("has rows, of which most attack by themselves", () => {
    const own = rows.filter(({ attack_type }) => attack_type === type);
    expect(own.length).toBeGreaterThan(3);
    const seen = own.filter(({ payload }) => oracle.prove(payload!) !== undefined);
    expect(seen.length / own.length).toBeGreaterThan(0.6);
  });
});
