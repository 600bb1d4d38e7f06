import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readDetector } from "../../../src/detector/detector.ts";
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
    expect(Object.keys(report.evaluation)).toEqual(["thresholds", "overall", "sources", "attackTypes"]);
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
