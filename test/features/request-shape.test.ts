import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { fillRequestShape, requestShape } from "../../src/features/request-shape.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

interface Reference {
  readonly method: string;
  readonly path: string;
  readonly arguments: readonly (readonly [string, string])[];
  readonly hour: number;
  readonly weekday: number;
  readonly row: readonly number[];
}

const references = JSON.parse(
  readFileSync(new URL("../fixtures/request-shape.json", import.meta.url), "utf8"),
) as readonly Reference[];

const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** 7 January 2024 was a Sunday. */
const timeOf = (weekday: number, hour: number): number => Date.UTC(2024, 0, 7 + weekday, hour, 59);

function rowOf(uri: string, parts: Partial<Parameters<typeof buildTransaction>[0]> = {}): number[] {
  const row = new Float64Array(requestShape.length);
  fillRequestShape(buildTransaction({ method: "GET", uri, headers: [], ...parts }), row, 0);
  return [...row];
}

const at = (name: string): number => requestShape.findIndex((feature) => feature.name === name);

describe("against the published definition", () => {
  test("there are more than 200 reference requests of 26 numbers", () => {
    expect(references.length).toBeGreaterThan(200);
    for (const { row } of references) expect(row).toHaveLength(requestShape.length);
  });

  test.each(references.map((reference, index) => [index, reference] as const))(
    "reference request %i has the published row",
    (_, reference) => {
      const row = rowOf(bytes(reference.path), {
        method: reference.method,
        timeMs: timeOf(reference.weekday, reference.hour),
        arguments: reference.arguments.map(([name, value]) => ({
          location: "engine",
          name: bytes(name),
          value: bytes(value),
        })),
      });
      const differing = requestShape.flatMap(({ name }, index) =>
        Math.abs(row[index]! - reference.row[index]!) <= 1e-9
          ? []
          : [`${name}: ${row[index]}, published ${reference.row[index]}`],
      );
      expect(differing, JSON.stringify(reference.arguments)).toEqual([]);
    },
  );
});

describe("where the definition says nothing", () => {
  test("an unknown time counts as a Monday noon", () => {
    const row = rowOf("/");
    expect([row[at("hour")], row[at("weekday")]]).toEqual([12, 1]);
  });

  test("hour and weekday are those of UTC", () => {
    // Where it is still Saturday, and where it is already Sunday afternoon.
    for (const zone of ["America/New_York", "Pacific/Kiritimati"]) {
      vi.stubEnv("TZ", zone);
      const timeMs = Date.parse("2024-01-06T23:30:00-02:00");
      expect(new Date(timeMs).getHours(), "the zone is in force").not.toBe(1);
      const row = rowOf("/", { timeMs });
      expect([row[at("hour")], row[at("weekday")]]).toEqual([1, 0]);
    }
    vi.unstubAllEnvs();
  });

  test("of a repeated argument the last value counts, and the name counts once", () => {
    const row = rowOf("/?a=12345&a=1");
    expect([row[at("arguments")], row[at("longest-value")]]).toEqual([1, 1]);
  });

  test("headers, cookies and file names are no arguments", () => {
    const headers = [
      { name: "Cookie", value: "c=1" },
      { name: "X-Long", value: "x".repeat(99) },
    ];
    expect(rowOf("/", { headers })).toEqual(rowOf("/"));
    expect(rowOf("/", { arguments: [{ location: "file", name: "f", value: "a.txt" }] })).toEqual(rowOf("/"));
  });

  test("the row is written at the offset and nowhere else", () => {
    const row = new Float64Array(requestShape.length + 2).fill(-7);
    fillRequestShape(buildTransaction({ method: "GET", uri: "/", headers: [] }), row, 1);
    expect([row[0], row.at(-1)]).toEqual([-7, -7]);
    expect(row.slice(1, -1)).not.toContain(-7);
  });
});

describe("against a plain reading of the definition", () => {
  /** The numbers about the values, taken from the whole text at once, character by character. */
  function plainRow(text: string): number[] {
    const characters = [...text];
    const all = characters.length;
    const many = (fits: (character: string) => boolean): number => characters.filter(fits).length;
    const share = (fits: (character: string) => boolean): number => (all === 0 ? 0 : many(fits) / all);
    const isBlank = (c: string): boolean => /[\s\x1c-\x1f\x85]/.test(c) && c !== "\ufeff";
    const counts = new Map<string, number>();
    for (const c of characters) counts.set(c, (counts.get(c) ?? 0) + 1);
    let entropy = 0;
    for (const count of counts.values()) entropy -= (count / all) * Math.log2(count / all);
    // Stands in for what is a part of words in Python, and keeps the words of ASCII apart as it does.
    const words = text.replace(/[[\p{L}\p{N}]--\p{ASCII}]/gv, "z");
    const matches = (pieces: RegExp): number => words.match(pieces)?.length ?? 0;
    return [
      all,
      share((c) => /\p{Uppercase}/u.test(c)),
      share((c) => /\p{Lowercase}/u.test(c)),
      share((c) => /\p{Nd}/u.test(c)),
      share((c) => !isBlank(c) && !/[\p{L}\p{N}]/u.test(c)),
      share(isBlank),
      share((c) => c > "\x7f"),
      entropy,
      many((c) => c === "'" || c === '"'),
      many((c) => c === "<" || c === ">"),
      matches(/\b(?:select|union|insert|update|delete|drop|from|where|or|and|having|sleep|benchmark)\b/gi),
      matches(/script|onerror|onload|alert|javascript:|iframe|svg/gi),
      matches(/\/bin\/|\/etc\/|\b(?:cat|wget|curl|bash|cmd|ping|whoami|id)\b/gi),
      matches(/<\?php|eval\(|system\(|exec\(|base64_decode|\$\{|\{\{/gi),
    ];
  }

  const columns = [
    ...["values-length", "upper-share", "lower-share", "digit-share", "special-share", "blank-share"],
    ...["non-ascii-share", "values-entropy", "quotes", "angle-brackets"],
    ...["sql-words", "script-words", "shell-words", "code-words"],
  ];

  const pieces = fc.constantFrom(
    ...["or", "SELECT", "/etc/", "/bin/", "id", "{{", "${", "eval(", "javascript:", "é", "ß", "日本", "٣"],
    ...["😀", "Ω", "\u2028", "\x85", "\u0301", " ", "'", "<", "7", "x", ".", "\t", "\x1c", "\ufeff"],
  );
  const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(""));

  test.each([
    ["short values", fc.array(text, { maxLength: 4 })],
    ["a value longer than scratch memory", text.map((part) => [`${part} or `.repeat(1_500)])],
  ])("%s", (_, values) => {
    fc.assert(
      fc.property(values, (list) => {
        const row = rowOf("/", {
          arguments: list.map((value, index) => ({
            location: "engine",
            name: `n${index}`,
            value: bytes(value),
          })),
        });
        const plain = plainRow(list.join(" "));
        columns.forEach((name, index) => {
          expect(row[at(name)], name).toBeCloseTo(plain[index]!, 9);
        });
      }),
      { numRuns: 100 },
    );
  });
});
