import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { Evaluation } from "../../../src/training/evaluate.ts";
import { runCommand } from "../run-command.ts";
import { trafficFolder } from "./labelled-traffic.ts";

const folder = trafficFolder();
afterAll(folder.remove);

const evaluate = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(["evaluate", "--model", folder.model, ...args]);
const rates = ["0.01", "0.001", "0.0001"];

describe("as JSON", () => {
  const outcome = evaluate(folder.traffic, "--json");
  const evaluation = JSON.parse(outcome.stdout) as Evaluation;

  test("it has the members of the contract and no others", () => {
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(Object.keys(evaluation)).toEqual([
      "thresholds",
      "overall",
      "sources",
      "attackTypes",
      "confusion",
      "reliability",
    ]);
    expect(Object.keys(evaluation.thresholds)).toEqual(rates);
    expect(Object.keys(evaluation.overall)).toEqual(["benign", "attack", "falseAlarms", "detection", "auc"]);
    for (const source of Object.values(evaluation.sources)) {
      expect(Object.keys(source.falseAlarms!)).toEqual(rates);
      expect(Object.keys(source.detection!)).toEqual(rates);
    }
    for (const type of Object.values(evaluation.attackTypes))
      expect(Object.keys(type)).toEqual(["benign", "attack", "detection", "auc"]);
  });

  test("it counts the rows", () => {
    expect(evaluation.overall).toMatchObject({ benign: 40, attack: 40 });
    expect(Object.keys(evaluation.sources)).toEqual(
      [...new Set(folder.rows.map(({ source }) => source))].sort(),
    );
    expect(Object.keys(evaluation.attackTypes)).toEqual(["sqli", "xss"]);
  });

  test("it says what attacks were taken for, and whether probabilities hold", () => {
    expect(evaluation.confusion["sqli"]!["sqli"]).toBeGreaterThan(10);
    expect(evaluation.confusion["xss"]!["xss"]).toBeGreaterThan(10);
    expect(evaluation.reliability.reduce((sum, { count }) => sum + count, 0)).toBe(80);
  });

  test("it measures a detector that has learnt something", () => {
    expect(evaluation.overall.auc!).toBeGreaterThan(0.99);
  });

  test("it is the same for the rows in gzip", () => {
    const zipped = folder.write("traffic.jsonl.gz", gzipSync(readFileSync(folder.traffic)));
    expect(evaluate(zipped, "--json").stdout).toBe(outcome.stdout);
  });

  test("rows without a label count for nothing", () => {
    const unlabelled = folder.write("unlabelled.jsonl", '{"path":"/","source":"odd"}\n');
    expect(evaluate(folder.traffic, unlabelled, "--json").stdout).toBe(outcome.stdout);
  });
});

test("without --json it is a table with a line for each source and attack type", () => {
  const { status, stdout } = evaluate(folder.traffic);
  expect(status).toBe(0);
  for (const name of ["thresholds", "all", "shop", "wiki", "forum", "search", "sqli", "xss"])
    expect(stdout).toMatch(new RegExp(`^${name}\\b`, "m"));
  expect(stdout).toMatch(/were taken for:\n +sqli +xss\n/);
  expect(stdout).toContain("both labels weigh the same");
  for (const rate of ["1 %", "0.10 %", "0.010 %"]) expect(stdout).toContain(rate);
});

describe("what cannot be done ends with a reason", () => {
  test.each<[string, number, () => string[], RegExp]>([
    ["a missing file", 1, () => [folder.path("missing")], /missing.*io_failed/],
    [
      "no labelled row",
      1,
      () => [folder.write("none.jsonl", '{"path":"/"}\n')],
      /no labelled row.*data_invalid/,
    ],
    ["no file", 2, () => [], /missing required argument/],
    ["an unknown option", 2, () => ["--nosuch", folder.traffic], /unknown option/],
  ])("%s", (_, status, args, message) => {
    const outcome = evaluate(...args());
    expect(outcome).toMatchObject({ status, stdout: "" });
    expect(outcome.stderr).toMatch(message);
  });
});
