import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readDetector } from "../../../src/detector/detector.ts";
import { readSingleModel } from "../../../src/detector/single-model.ts";
import { parseTrafficRow, transactionOf } from "../../../src/traffic/traffic-row.ts";
import { tinyFile, tinyRows } from "../../training/tiny-traffic.ts";
import { runCommand } from "../run-command.ts";
import { trafficFolder } from "./labelled-traffic.ts";

const folder = trafficFolder();
afterAll(folder.remove);

const rows = tinyRows(60);
const data = folder.write("data.jsonl", tinyFile(rows));
const out = folder.path("out.arbiter");
const first = runCommand(["train", "--data", data, "--out", out, "--json"]);

describe("training", () => {
  test("writes a detector that can be read, and says which", () => {
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const file = readFileSync(out);
    const report = JSON.parse(first.stdout);
    expect(Object.keys(report)).toEqual(["model", "bytes", "evaluation"]);
    expect(report).toMatchObject({ model: readDetector(file).id, bytes: file.length });
    expect(Object.keys(report.evaluation)).toEqual([
      "thresholds",
      "overall",
      "sources",
      "attackTypes",
      "confusion",
      "reliability",
    ]);
  });

  test("leaves no other file behind", () => {
    expect(readdirSync(folder.path("")).filter((name) => name.includes("part"))).toEqual([]);
  });

  test("on the same data gives the same file byte for byte, also in parts and gzip, as a table for people", () => {
    const half = folder.write("half.jsonl.gz", gzipSync(tinyFile(rows.slice(0, 50))));
    const rest = folder.write("rest.jsonl", tinyFile(rows.slice(50)));
    const again = folder.path("again.arbiter");
    const outcome = runCommand(["train", "--data", half, rest, "--out", again, "--seed", "1"]);
    expect(outcome.status).toBe(0);
    expect(readFileSync(again).equals(readFileSync(out))).toBe(true);
    expect(outcome.stdout).toMatch(/^all /m);
    expect(outcome.stdout).toContain(`${again}: detector ${readDetector(readFileSync(out)).id}`);
  });

  test("with another seed gives another file, in the place of the one before", () => {
    const before = readFileSync(out);
    const target = folder.write("replaced.arbiter", before);
    expect(runCommand(["train", "--data", data, "--out", target, "--seed", "2"]).status).toBe(0);
    expect(readFileSync(target).equals(before)).toBe(false);
    expect(readDetector(readFileSync(target)).provenance.seed).toBe(2);
  });
});

describe("a single model", () => {
  const model = folder.path("forest.model");
  const unlabelled = folder.write(
    "unlabelled.jsonl",
    tinyFile(rows).replaceAll('"label":"benign"', '"label":null'),
  );
  const normal = ["--model", "isolation-forest", "--normal-only", "--false-alarms", "0.1"];

  test("learns from traffic without labels, and its file is read by evaluate and inspect", () => {
    const outcome = runCommand(["train", ...normal, "--seed", "3", "--output", model, unlabelled, "--json"]);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const report = JSON.parse(outcome.stdout);
    const read = readSingleModel(readFileSync(model));
    expect(report).toMatchObject({ model: read.id, name: "isolation-forest", measured: read.measured });
    expect(report.provenance).toMatchObject({ seed: 3, normalRows: 48, attackRows: 0 });
    expect(report.measured).toMatchObject({ promisedFalseAlarms: 0.1, normalRows: 12, attackRows: 60 });

    const evaluation = runCommand(["evaluate", "--model", model, "--json", data]);
    expect(evaluation.status).toBe(0);
    expect(JSON.parse(evaluation.stdout).overall).toMatchObject({ benign: 60, attack: 60 });

    const lines = runCommand(["inspect", "--model", model, data]).stdout.trim().split("\n");
    expect(lines).toHaveLength(rows.length);
    const [row, verdict] = [rows[1]!, JSON.parse(lines[1]!)];
    const probability = read.score(transactionOf(parseTrafficRow(JSON.stringify(row))));
    expect(verdict).toEqual({
      id: row.id,
      probability,
      verdict: probability >= read.measured.threshold ? "attack" : "pass",
      attackType: null,
      reasons: [],
    });
  });

  test("is told to people in three lines", () => {
    const { stdout } = runCommand(["train", ...normal, "--output", model, unlabelled]);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(stdout).toMatch(/^threshold .* of 12 held-out normal rows, .* of 60 attacks/m);
    expect(stdout).toContain(`${model}: isolation-forest ${readSingleModel(readFileSync(model)).id}`);
  });
});

describe("what cannot be done ends with a reason, and leaves the file as it was", () => {
  const target = folder.write("kept.arbiter", "kept");

  test.each<[string, number, () => string[], RegExp]>([
    ["a missing file", 1, () => ["--data", folder.path("missing")], /missing.*io_failed/],
    [
      "too few rows",
      1,
      () => ["--data", folder.traffic],
      /at least 50 distinct rows.*40 benign and 40 attack.*data_invalid/,
    ],
    ["no data", 2, () => [], /--data/],
    ["a seed that is none", 2, () => ["--data", data, "--seed", "x"], /integer/],
    ["a seed with a fraction", 2, () => ["--data", data, "--seed", "1.5"], /integer/],
    ["a seed beyond the integers", 2, () => ["--data", data, "--seed", "1e300"], /integer/],
    ["a model that there is not", 2, () => ["--data", data, "--model", "oracle"], /isolation-forest/],
    [
      "normal traffic for a model of both labels",
      1,
      () => ["--data", data, "--model", "tfidf-linear", "--normal-only"],
      /both labels.*data_invalid/,
    ],
    ["normal traffic for a detector", 2, () => ["--data", data, "--normal-only"], /belong to --model/],
    ["a share that is none", 2, () => ["--data", data, "--false-alarms", "1"], /from 0 up to/],
    ["an unknown option", 2, () => ["--data", data, "--nosuch"], /unknown option/],
  ])("%s", (_, status, args, message) => {
    const outcome = runCommand(["train", "--out", target, ...args()]);
    expect(outcome).toMatchObject({ status, stdout: "" });
    expect(outcome.stderr).toMatch(message);
    expect(readFileSync(target, "utf8")).toBe("kept");
  });

  test("no place for the file", () => {
    const nowhere = folder.path("no/such/folder/x.arbiter");
    const outcome = runCommand(["train", "--data", data, "--out", nowhere]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/cannot write .*io_failed/);
    expect(existsSync(nowhere)).toBe(false);
  });
});
