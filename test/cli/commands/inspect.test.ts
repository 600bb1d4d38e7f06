import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../run-command.ts";
import { trafficFolder } from "./labelled-traffic.ts";

const folder = trafficFolder();
afterAll(folder.remove);

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const inspect = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(["inspect", "--model", folder.model, ...args]);
const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const whole = inspect(folder.traffic);

describe("each row", () => {
  test("gives one line of JSON in the order of the file", () => {
    expect(whole).toMatchObject({ status: 0, stderr: "" });
    expect(lines(whole.stdout).map(({ id }) => id)).toEqual(folder.rows.map(({ id }) => id));
  });

  test("has the members of the contract and no others", () => {
    for (const line of lines(whole.stdout)) {
      expect(Object.keys(line)).toEqual(["id", "probability", "verdict", "attackType", "reasons"]);
      expect(line["probability"]).toSatisfy((p: number) => p >= 0 && p <= 1);
      expect(["pass", "suspect", "attack"]).toContain(line["verdict"]);
      for (const reason of line["reasons"] as object[])
        expect(Object.keys(reason)).toEqual(["where", "what", "why"]);
    }
  });

  test("of an attack says what it is and where", () => {
    const attack = lines(whole.stdout).find(({ verdict }) => verdict === "attack")!;
    expect(["sqli", "xss"]).toContain(attack["attackType"]);
    expect((attack["reasons"] as { where: string }[])[0]!.where).toBe("query:p");
  });
});

describe("with --min", () => {
  test("only rows at or above it are written", () => {
    const all = lines(whole.stdout);
    const probabilities = all.map(({ probability }) => probability as number).sort((a, b) => a - b);
    const min = probabilities[Math.floor(probabilities.length / 2)]!;
    const outcome = inspect("--min", String(min), folder.traffic);
    expect(lines(outcome.stdout)).toEqual(all.filter(({ probability }) => (probability as number) >= min));
  });

  test.each([["1.1"], ["-0.1"], ["x"], [""], ["NaN"]])("%j is wrong usage", (min) => {
    const outcome = inspect(`--min=${min}`, folder.traffic);
    expect(outcome).toMatchObject({ status: 2, stdout: "" });
    expect(outcome.stderr).toContain("number from 0 to 1");
  });
});

describe("how hard", () => {
  const verdicts = (...args: string[]): unknown[] =>
    lines(inspect(...args).stdout).map(({ verdict }) => verdict);

  test("a stricter preset calls no fewer rows an attack", () => {
    const attacks = ["strict", "balanced", "lenient"].map(
      (preset) => verdicts("--preset", preset, folder.traffic).filter((word) => word === "attack").length,
    );
    expect(attacks).toEqual([...attacks].sort((a, b) => b - a));
    expect(inspect("--preset", "loud", folder.traffic)).toMatchObject({ status: 2 });
  });

  test("a row with an alarm of CRS is judged as a second opinion would, where no mode is named", () => {
    const [row] = folder.rows;
    const alarm = { score: 5, threshold: 5, paranoiaLevel: 1, rules: [942100] };
    const file = folder.write("alarm.jsonl", `${JSON.stringify({ ...row, waf: alarm })}\n`);
    expect(inspect(file).stdout).toBe(inspect("--mode", "second-opinion", file).stdout);
    const calm = folder.write("calm.jsonl", `${JSON.stringify({ ...row, waf: { ...alarm, score: 4 } })}\n`);
    expect(inspect(calm).stdout).toBe(inspect("--mode", "general", calm).stdout);
  });
});

describe("traffic", () => {
  const withInput = (input: string | Uint8Array): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [main, "inspect", "--model", folder.model, "-"], { input, encoding: "utf8" });

  test.each([
    ["plain", readFileSync(folder.traffic)],
    ["gzip", gzipSync(readFileSync(folder.traffic))],
  ])("comes from standard input: %s", (_, input) => {
    expect(withInput(input)).toMatchObject({ status: 0, stdout: whole.stdout });
  });

  test("comes from several files in turn, plain or gzip", () => {
    const zipped = folder.write("traffic.jsonl.gz", gzipSync(readFileSync(folder.traffic)));
    expect(inspect(zipped, folder.traffic).stdout).toBe(whole.stdout + whole.stdout);
  });

  test("may be empty", () => {
    expect(inspect(folder.write("empty.jsonl", ""))).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("with broken lines is read to its end, and names the first five of them", () => {
    const bad = folder.write("bad.jsonl", `${"nonsense\n".repeat(8)}${readFileSync(folder.traffic)}`);
    const outcome = inspect(bad);
    expect(outcome).toMatchObject({ status: 0, stdout: whole.stdout });
    expect(outcome.stderr.split("\n").slice(0, -1)).toEqual([
      ...[1, 2, 3, 4, 5].map((line) => `arbiter: ${bad}:${line}: the line is not JSON; skipped`),
      `arbiter: ${bad}: 8 lines skipped in all`,
    ]);
  });
});

describe("what cannot be done ends with a reason and without a verdict", () => {
  test.each<[string, number, string[], RegExp]>([
    [
      "a missing file",
      1,
      ["--model", folder.model, folder.path("missing.jsonl")],
      /missing\.jsonl.*io_failed/,
    ],
    [
      "a missing model",
      1,
      ["--model", folder.path("missing.arbiter"), folder.traffic],
      /missing\.arbiter.*io_failed/,
    ],
    ["a model that is none", 1, ["--model", folder.traffic, folder.traffic], /traffic\.jsonl.*model_invalid/],
    ["a folder for a model", 1, ["--model", folder.path(""), folder.traffic], /model_invalid|io_failed/],
    ["no file at all", 2, [], /missing required argument/],
    ["an unknown option", 2, ["--nosuch", folder.traffic], /unknown option/],
    ["an unknown mode", 2, ["--mode", "loud", folder.traffic], /second-opinion, scoring, general/],
  ])("%s", (_, status, args, message) => {
    const outcome = runCommand(["inspect", ...args]);
    expect(outcome).toMatchObject({ status, stdout: "" });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/\n {4}at /);
  });
});

test("profiles may be named, and an empty file is accepted", () => {
  expect(inspect("--profiles", folder.write("profiles", ""), folder.traffic)).toMatchObject({ status: 0 });
});

test("a reader that has seen enough ends it without an error", async () => {
  const many = folder.write("many.jsonl", readFileSync(folder.traffic, "utf8").repeat(100));
  const child = spawn(process.execPath, [main, "inspect", "--model", folder.model, many]);
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.once("close", resolve));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
