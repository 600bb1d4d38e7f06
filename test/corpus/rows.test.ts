import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { postRules, readPosts } from "../../corpus/generate/written-posts.ts";
import { corpusDefaults, corpusRows } from "../../corpus/rows.ts";
import type { TrafficRow } from "../../corpus/traffic-row.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { attackTypes } from "../../src/verdict/verdict.ts";

const sizes = { seed: 7, attacks: 6000, benign: 12_000 };
let rows: TrafficRow[];
let attacks: TrafficRow[];
let benign: TrafficRow[];

beforeAll(() => {
  rows = [...corpusRows(sizes)];
  attacks = rows.filter(({ label }) => label === "attack");
  benign = rows.filter(({ label }) => label === "benign");
});

const rowSchema = z.strictObject({
  id: z.string().min(1),
  source: z.string().regex(/^corpus-[a-z-]+$/),
  label: z.enum(["benign", "attack"]),
  attack_type: z.enum(attackTypes).nullable(),
  method: z
    .string()
    .regex(/^[A-Z]+$/)
    .optional(),
  path: z.string().startsWith("/").optional(),
  query: z.string().min(1).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().min(1).optional(),
  payload: z.string().optional(),
  granularity: z.enum(["request", "payload"]),
});

/** The bare values, which are what a row is about. */
const valuesOf = (list: readonly TrafficRow[]): string[] =>
  list.filter(({ granularity }) => granularity === "payload").map(({ payload }) => payload!);

const shareOf = (values: readonly string[], piece: string): number =>
  values.filter((value) => value.toLowerCase().includes(piece)).length / values.length;

describe("the rows of the corpus", () => {
  it("have the schema of traffic files", () => {
    for (const row of rows) {
      const result = rowSchema.safeParse(row);
      expect(result.success, `${JSON.stringify(row)} ${result.error}`).toBe(true);
      expect(row.attack_type === null).toBe(row.label === "benign");
      if (row.granularity === "request") expect(row.path).toBeDefined();
      else
        expect(Object.keys(row).sort()).toEqual([
          "attack_type",
          "granularity",
          "id",
          "label",
          "payload",
          "source",
        ]);
    }
  });

  it("are read back by the traffic reader as they were written, headers and line breaks included", () => {
    for (const row of rows.filter((_, index) => index % 7 === 0)) {
      const transaction = transactionOf(parseTrafficRow(JSON.stringify(row)));
      for (const { name, value } of transaction.headers) expect(`${name}${value}`).not.toMatch(/[\r\n\0]/);
    }
  });

  it("are the same for the same seed, and others for another seed", () => {
    const digest = (seed: number): string =>
      JSON.stringify([...corpusRows({ seed, attacks: 1500, benign: 2500 })]);
    expect(digest(3)).toBe(digest(3));
    expect(digest(3)).not.toBe(digest(4));
  });

  it("come in the sizes that were asked for, a third or more of them as whole requests", () => {
    expect(attacks.length).toBeGreaterThan(sizes.attacks * 0.97);
    expect(attacks.length).toBeLessThanOrEqual(sizes.attacks * 1.01);
    expect(benign.length).toBeGreaterThan(sizes.benign * 0.97);
    expect(benign.length).toBeLessThanOrEqual(sizes.benign * 1.01);
    for (const side of [attacks, benign])
      expect(side.filter(({ granularity }) => granularity === "request").length).toBeGreaterThan(
        side.length / 3,
      );
    expect(corpusDefaults.attacks).toBeGreaterThanOrEqual(60_000);
    expect(corpusDefaults.benign).toBeGreaterThanOrEqual(120_000);
  });

  it("hold every attack class, by hand and by grammar", () => {
    for (const type of attackTypes) {
      const ofType = attacks.filter(({ attack_type }) => attack_type === type);
      const byHand = ofType.filter(({ source }) => source === "corpus-basics");
      expect(byHand.length, type).toBeGreaterThanOrEqual(60);
      expect(ofType.length - byHand.length, type).toBeGreaterThan(100);
    }
  });

  it("hold at least one hand-written benign sibling for each hand-written attack", () => {
    const count = (source: string): number => rows.filter((row) => row.source === source).length;
    expect(count("corpus-siblings")).toBeGreaterThanOrEqual(count("corpus-basics"));
  });

  it("have distinct ids and distinct contents, also without regard to case", () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const generated = rows.filter(({ source }) => source !== "corpus-basics" && source !== "corpus-siblings");
    const contents = generated.map(({ label, method, path, query, body, payload }) =>
      [label, method, path, query, body, payload].join("\u0001").toLowerCase(),
    );
    expect(new Set(contents).size).toBe(generated.length);
  });

  it("never call the same value an attack here and benign there", () => {
    const folded = (value: string): string => value.toLowerCase().replace(/[0-9]+/g, "0");
    const payloads = (list: readonly TrafficRow[]): Set<string> =>
      new Set(list.flatMap(({ payload }) => (payload === undefined ? [] : [folded(payload)])));
    const attackPayloads = payloads(attacks);
    const both = [...payloads(benign)].filter((payload) => attackPayloads.has(payload));
    expect(both).toEqual([]);
  });
});

describe("what would give the label away", () => {
  const provocative = [
    "'",
    '"',
    "<",
    ">",
    "(",
    ";",
    "|",
    "`",
    "%",
    "&",
    "=",
    "/",
    "\\",
    "$",
    "#",
    "--",
    "\n",
    "select",
    "union",
    "script",
    "alert",
    "or",
    "and",
    "where",
    "from",
    "drop",
    "cat",
    "system",
    "{{",
    "${",
    "../",
    "/etc/",
    "passwd",
    "sleep",
    "exec",
    "http://",
    "https://",
    "javascript:",
  ];

  it.each(provocative)("%j stands on both sides, in at least one value of 2,500", (piece) => {
    expect(shareOf(valuesOf(attacks), piece)).toBeGreaterThan(1 / 2500);
    expect(shareOf(valuesOf(benign), piece)).toBeGreaterThan(1 / 2500);
  });

  it("no presence of one of them separates the labels: Youden's index stays below 0.4", () => {
    for (const piece of provocative)
      expect(
        Math.abs(shareOf(valuesOf(attacks), piece) - shareOf(valuesOf(benign), piece)),
        piece,
      ).toBeLessThan(0.4);
  });

  it("the lengths of both sides overlap: the middle half of each holds the other's median", () => {
    const quantile = (values: readonly string[], share: number): number =>
      values.map(({ length }) => length).sort((a, b) => a - b)[Math.floor(values.length * share)]!;
    for (const [one, other] of [
      [valuesOf(attacks), valuesOf(benign)],
      [valuesOf(benign), valuesOf(attacks)],
    ] as const) {
      expect(quantile(other, 0.5)).toBeGreaterThan(quantile(one, 0.25));
      expect(quantile(other, 0.5)).toBeLessThan(quantile(one, 0.75));
    }
  });

  it("posts that were written by hand stand on both sides", () => {
    const openings = (postRules(readPosts()).get("writtenProse") ?? [])
      .map((text) => text.slice(0, 40))
      .filter((text) => text.length === 40);
    const share = (list: readonly TrafficRow[]): number =>
      list.filter(({ payload }) => payload !== undefined && openings.some((text) => payload.includes(text)))
        .length / list.length;
    expect(share(attacks)).toBeGreaterThan(1 / 500);
    expect(share(benign)).toBeGreaterThan(1 / 50);
  });

  it("white space at the ends stands on both sides", () => {
    const share = (values: readonly string[]): number =>
      values.filter((value) => value.trim() !== value).length / values.length;
    expect(share(valuesOf(benign))).toBeGreaterThan(0.002);
    expect(share(valuesOf(attacks))).toBeGreaterThan(0.002);
  });

  it("requests of both sides have the same methods, headers, and content types", () => {
    const namesOf = (list: readonly TrafficRow[]): Map<string, number> => {
      const counts = new Map<string, number>();
      const requests = list.filter(({ granularity }) => granularity === "request");
      for (const { headers, method } of requests)
        for (const name of [method!, ...Object.keys(headers!)]) counts.set(name, (counts.get(name) ?? 0) + 1);
      return new Map([...counts].map(([name, count]) => [name, count / requests.length]));
    };
    const attackNames = namesOf(attacks);
    for (const [name, share] of namesOf(benign))
      if (share > 0.03)
        expect(Math.abs(share - (attackNames.get(name) ?? 0)), `${name} in ${share}`).toBeLessThan(0.2);
  });
});
