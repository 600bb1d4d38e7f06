import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ForeignModel } from "../../src/foreign/foreign-model.ts";
import { loadOnnxModel } from "../../src/foreign/onnx-model.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { modelFolder, modelSettings, onnxSettings } from "./model-settings.ts";

const transactions = readFileSync(`${modelFolder}traffic.jsonl`, "utf8")
  .trim()
  .split("\n")
  .map((line) => transactionOf(parseTrafficRow(line)));
const { expected } = JSON.parse(readFileSync(`${modelFolder}scores.json`, "utf8")) as {
  expected: Record<string, number[]>;
};
const nowMs = (): number => performance.now();
const patience = 60_000;

/** Loading takes a thread and seconds: a model is loaded once for all tests. */
const loaded = new Map<string, Promise<ForeignModel>>();
const load = (...args: Parameters<typeof onnxSettings>): Promise<ForeignModel> => {
  const key = JSON.stringify(args);
  const model = loaded.get(key) ?? loadOnnxModel(onnxSettings(...args), nowMs);
  loaded.set(key, model);
  return model;
};
afterAll(async () => {
  for (const model of loaded.values()) await model.then((it) => it.close()).catch(() => {});
});

/** Each file of `scripts/reference/onnx-models.py`, with the settings that it needs. */
const files: [file: string, settings: Parameters<typeof onnxSettings>[1]][] = [
  ["boosting", {}],
  ["few", { features: ["path-entropy", "values-length", "longest-value", "arguments"] }],
  ["outliers", {}],
  ["words", {}],
  ["marks", { input: "values" }],
  ["network", { gives: "score", worse: "higher", spread: 1 }],
];

describe("a model in ONNX", () => {
  it("has a fixture of every kind", () => {
    expect(files.map(([file]) => file).sort()).toEqual(Object.keys(expected).sort());
    for (const scores of Object.values(expected)) expect(scores.length).toBe(transactions.length);
  });

  it.each(files)("%s scores as Python does, to 1e-5", async (file, settings) => {
    const model = await load(file, settings);
    const worst = { difference: 0, at: -1 };
    for (const [at, transaction] of transactions.entries()) {
      const score = (await model.score(transaction, patience)) as number;
      const difference = Math.abs(score - expected[file]![at]!);
      if (!(difference <= worst.difference)) Object.assign(worst, { difference, at });
    }
    expect(worst.difference, `request ${worst.at}`).toBeLessThan(1e-5);
    expect(new Set(expected[file]).size).toBeGreaterThan(10);
  });

  it.each([
    ["zipmap", {}, "foreign_model_invalid", /^.*zipmap\.onnx: .*no tensor.*"zipmap": False/],
    ["external", { gives: "score" }, "foreign_model_invalid", /lie in other files/],
    ["network", {}, "foreign_model_invalid", /no probability in \[0, 1\]/],
    ["no-such-file", {}, "io_failed", /no-such-file.onnx cannot be read \(ENOENT\)/],
  ] as const)("%s with %j is refused, and the message says why", async (file, settings, code, message) => {
    await expect(load(file, settings)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("says what to install where no runtime is", async () => {
    const missing = loadOnnxModel(onnxSettings("few"), nowMs, ["no-such-runtime-a", "no-such-runtime-b"]);
    await expect(missing).rejects.toMatchObject({
      code: "onnx_runtime_missing",
      message: expect.stringContaining("npm install no-such-runtime-b"),
    });
  });

  it("refuses what the runtime cannot read", async () => {
    const directory = mkdtempSync(join(tmpdir(), "arbiter-onnx-"));
    const path = join(directory, "a.onnx");
    try {
      writeFileSync(path, Buffer.from([0x3a, 0x02, 0x0a, 0x00]));
      await expect(loadOnnxModel(modelSettings({ onnx: path }), nowMs)).rejects.toMatchObject({
        code: "foreign_model_invalid",
        message: expect.stringContaining("the runtime refuses it"),
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is late where there is no time, and answers the next question", async () => {
    const model = await load("boosting");
    expect(await model.score(transactions[0]!, 0)).toBe("late");
    expect(await model.score(transactions[0]!, patience)).toBeCloseTo(expected["boosting"]![0]!, 5);
  });

  it("answers many questions at once, each with its own score, and refuses more than its share", async () => {
    const model = await load("words");
    const opinions = await Promise.all(transactions.slice(0, 70).map((t) => model.score(t, patience)));
    expect(
      opinions.slice(0, 64).map((score, i) => Math.abs((score as number) - expected["words"]![i]!) < 1e-5),
    ).toEqual(Array(64).fill(true));
    expect(opinions.slice(64)).toEqual(Array(6).fill("busy"));
  });

  it("fails after it was closed", async () => {
    const model = await loadOnnxModel(onnxSettings(...files[1]!), nowMs);
    await model.close();
    expect(await model.score(transactions[0]!, patience)).toBe("failed");
  });
});
