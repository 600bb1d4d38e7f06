import { describe, expect, test } from "vitest";
import { fillByteNgrams } from "../../src/models/byte-ngrams.ts";
import { seededRandom } from "../../src/random.ts";

const vectorOf = (text: string, buckets = 1024): Float64Array => {
  const vector = new Float64Array(buckets).fill(9);
  fillByteNgrams(Buffer.from(text, "latin1"), vector);
  return vector;
};

describe("the vector", () => {
  test("of three bytes has two pairs and one triple", () => {
    const values = [...vectorOf("abc")].filter((value) => value !== 0);
    expect(values).toHaveLength(3);
    for (const value of values) expect(value).toBeCloseTo(Math.sqrt(1 / 3), 12);
  });

  test.each(["ab", "abc", "aaaaaaaa", "GET /?q=1", "\0\xff\0\xff"])("of %j has a length of 1", (text) => {
    expect(vectorOf(text).reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 12);
  });

  test.each(["", "a"])("of %j is empty", (text) => {
    expect(vectorOf(text).every((value) => value === 0)).toBe(true);
  });

  test("tells the order of bytes, and bytes above 127 apart", () => {
    const vectors = ["abcd", "abdc", "ab\xe4d", "ab\xe5d"].map((text) => vectorOf(text).join());
    expect(new Set(vectors).size).toBe(4);
  });

  test("has buckets that n-grams share evenly", () => {
    const random = seededRandom(1);
    const all = String.fromCharCode(...Array.from({ length: 12_800 }, () => random.below(256)));
    const counts = vectorOf(all, 64).map((value) => value * value * 64);
    expect(Math.min(...counts)).toBeGreaterThan(0.8);
    expect(Math.max(...counts)).toBeLessThan(1.2);
  });
});
