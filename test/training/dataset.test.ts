import { describe, expect, test } from "vitest";
import { features } from "../../src/features/catalog.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";
import type { Dataset } from "../../src/training/dataset.ts";
import { datasetBuilder, featureRows, fewestRows } from "../../src/training/dataset.ts";
import { attackTypes } from "../../src/verdict/verdict.ts";
import { tinyDataset, tinyRows } from "./tiny-traffic.ts";

const enough = tinyRows(fewestRows);

/** The dataset of enough rows and the given ones. */
function datasetWith(...rows: readonly Record<string, unknown>[]): Dataset {
  const builder = datasetBuilder();
  for (const row of [...enough, ...rows.map((row) => ({ path: "/", ...row }))])
    builder.add(parseTrafficRow(JSON.stringify(row)));
  return builder.finish();
}

const kept = enough.length;

describe("an example", () => {
  const [attack] = datasetWith({
    source: "s",
    label: "attack",
    attack_type: "xss",
    query: "q=%3Cb%3E(1)",
  }).examples.slice(-1);

  test("has the numbers and both readings of its texts", () => {
    expect(attack).toMatchObject({ source: "s", attack: true, attackClass: attackTypes.indexOf("xss") });
    expect(attack!.row).toHaveLength(features.length);
    expect(attack!.texts.map(({ letters }) => Buffer.from(letters).toString("latin1"))).toEqual([
      "\x01<b>(0)\x02",
    ]);
    expect(attack!.texts[0]!.tokens.length).toBeGreaterThan(0);
  });

  test("has the alarms that it is added with, else that of its own row", () => {
    const waf = { score: 5, threshold: 5, rules: [942100, 942190] };
    const query = "q=%3Cb%3E";
    expect(datasetWith({ label: "attack", query, waf }).examples.at(-1)!.alarms).toEqual([
      { level: 1, rules: [942100, 942190] },
    ]);
    expect(
      datasetWith({ label: "attack", query, waf: { ...waf, score: 3 } }).examples.at(-1)!.alarms,
    ).toEqual([]);
    const builder = datasetBuilder();
    const alarms = [
      { level: 1, rules: [1] },
      { level: 2, rules: [2, 3] },
    ];
    for (const row of enough) builder.add(parseTrafficRow(JSON.stringify(row)), alarms);
    const given = builder.finish();
    expect(given.examples[0]!.alarms).toEqual(alarms);
    expect(given.digest).not.toBe(datasetWith().digest);
  });

  test("of an attack type that nobody knows has no class", () => {
    const { examples } = datasetWith({ label: "attack", attack_type: "sorcery", query: "q=%3Cx%3E" });
    expect(examples.at(-1)).toMatchObject({ attack: true, attackClass: -1 });
  });

  test("of a benign row has no class, whatever the row says", () => {
    const { examples } = datasetWith({ label: "benign", attack_type: "xss", query: "q=%3Cx%3E" });
    expect(examples.at(-1)).toMatchObject({ attack: false, attackClass: -1 });
  });
});

describe("rows that are left out are counted by source", () => {
  test.each([
    ["without a label", { query: "q=(1)" }],
    ["an attack of plain words", { label: "attack", query: "q=hello" }],
  ])("%s", (_, row) => {
    const { examples, leftOut } = datasetWith({ ...row, source: "odd" });
    expect(examples).toHaveLength(kept);
    expect([...leftOut]).toEqual([["odd", 1]]);
  });

  test("said before, even in another case and with other numbers", () => {
    const { examples, leftOut } = datasetWith(
      { source: "odd", label: "attack", query: "q=UNION(12345)--" },
      { source: "odd", label: "attack", query: "q=union(77)--" },
    );
    expect(examples).toHaveLength(kept + 1);
    expect(leftOut.get("odd")).toBe(1);
  });

  test("but the same text under the other label is kept", () => {
    const row = { source: "odd", query: "q=(x)" };
    expect(datasetWith({ ...row, label: "attack" }, { ...row, label: "benign" }).examples).toHaveLength(
      kept + 2,
    );
  });

  test("but ordinary rows of plain words are kept, one for each target", () => {
    const rows = ["q=red", "q=blue", "q=red"].map((query) => ({ source: "odd", label: "benign", query }));
    const { examples, leftOut } = datasetWith(...rows);
    expect(examples).toHaveLength(kept + 2);
    expect(leftOut.get("odd")).toBe(1);
  });
});

describe("too few rows are refused, with their numbers", () => {
  test.each([
    ["of both labels", enough.slice(0, 10), /5 benign and 5 attack/],
    ["of one label", enough.filter(({ label }) => label === "benign"), /50 benign and 0 attack/],
    ["at all", [], /0 benign and 0 attack/],
  ])("%s", (_, rows, message) => {
    expect(() => tinyDataset(rows)).toThrow(
      expect.objectContaining({ code: "data_invalid", message: expect.stringMatching(message) }),
    );
  });
});

test("the digest follows the rows and their order", () => {
  const rows = tinyRows(60);
  const digest = tinyDataset(rows).digest;
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(tinyDataset(rows).digest).toBe(digest);
  expect(tinyDataset(rows.slice(1)).digest).not.toBe(digest);
  expect(tinyDataset([...rows].reverse()).digest).not.toBe(digest);
});

test("feature rows stand one after the other", () => {
  const { examples } = tinyDataset(enough);
  const rows = featureRows(examples.slice(0, 3));
  expect(rows).toHaveLength(3 * features.length);
  expect([...rows.subarray(features.length, 2 * features.length)]).toEqual([...examples[1]!.row]);
});
