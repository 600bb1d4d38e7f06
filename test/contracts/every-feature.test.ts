import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { features } from "../../src/features/catalog.ts";
import { extract } from "../../src/features/extract.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";
import { tinyRows } from "../training/tiny-traffic.ts";

test("names are unique and in kebab-case", () => {
  const names = features.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
});

test("a meaning says what a number means, and a range has two ends", () => {
  for (const { name, meaning, range } of features) {
    expect(meaning.length, name).toBeGreaterThan(10);
    expect(range[0], name).toBeLessThan(range[1]);
  }
});

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString("latin1"));
const text = fc
  .string({ unit: "binary", maxLength: 40 })
  .map((value) => encodeURIComponent(value.toWellFormed()));

const transactions: fc.Arbitrary<Transaction> = fc
  .record({
    method: fc.oneof(fc.constantFrom("GET", "POST"), bytes),
    uri: fc.oneof(
      bytes,
      fc.tuple(text, text, text).map(([path, name, value]) => `/${path}?${name}=${value}`),
    ),
    timeMs: fc.integer({ min: 0, max: 4e12 }),
    headers: fc.array(fc.record({ name: bytes, value: bytes }), { maxLength: 3 }),
    body: fc.uint8Array({ maxLength: 100 }),
  })
  .map(buildTransaction);

describe.each(features.map((feature, index) => [feature.name, feature, index] as const))(
  "%s",
  (_, feature, index) => {
    test("stays in its range on any transaction", () => {
      fc.assert(
        fc.property(transactions, (transaction) => {
          const value = extract(transaction).row()[index]!;
          expect(value >= feature.range[0] && value <= feature.range[1], String(value)).toBe(true);
          if (["flag", "count", "characters", "hour", "weekday"].includes(feature.unit))
            expect(Number.isInteger(value)).toBe(true);
        }),
      );
    });

    test("is not the same for every request", () => {
      const requests = [
        ...tinyRows(40).map((row) => `/?p=${encodeURIComponent(row.payload)}`),
        "/a.b/c%20d/?Name=VALUE%20123%20%C3%A9&cmd=cat%20/etc/passwd&x=%3C?php%20eval(1)",
        `/${"long/".repeat(30)}`,
      ].flatMap((uri, i) =>
        ["GET", "POST", "PUT"].map((method) =>
          buildTransaction({ method, uri, headers: [], timeMs: i * 11 * 3_600_000 }),
        ),
      );
      const values = new Set(requests.map((transaction) => extract(transaction).row()[index]!));
      expect(values.size).toBeGreaterThan(1);
    });
  },
);
