import { describe, expect, test } from "vitest";
import { groupSymbol, wordHashFactor, wordHashStart } from "../../src/features/lexicon.ts";

function symbolOf(word: string): number {
  let hash = wordHashStart;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), wordHashFactor);
  return groupSymbol(hash);
}

describe("words of one group have one symbol", () => {
  test.each([
    ["sleep", "benchmark"],
    ["alert", "prompt"],
    ["curl", "wget"],
    ["onerror", "onload"],
  ])("%s and %s", (one, other) => {
    expect(symbolOf(one)).toBeGreaterThanOrEqual(0x80);
    expect(symbolOf(one)).toBe(symbolOf(other));
  });
});

test("words of different groups have different symbols", () => {
  const symbols = ["select", "union", "script", "alert", "curl", "localhost", "jndi"].map(symbolOf);
  expect(new Set(symbols).size).toBe(symbols.length);
});

test.each(["garden", "hello", "", "selec", "selectt", "SELECT"])("%j is in no group", (word) => {
  expect(symbolOf(word)).toBe(0);
});
