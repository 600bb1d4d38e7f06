import { describe, expect, test } from "vitest";
import { readSingleModel, writeSingleModel } from "../../src/detector/single-model.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import type { ModelTrainingOptions, TrainedModel } from "../../src/training/train-model.ts";
import { fewestModelRows, modelNames, modelTrainer } from "../../src/training/train-model.ts";
import { tinyRows } from "./tiny-traffic.ts";

const options: ModelTrainingOptions = {
  name: "isolation-forest",
  seed: 1,
  madeWith: "test",
  normalOnly: false,
  falseAlarms: 0.05,
};
const rows = tinyRows(100);
const benign = rows.filter(({ label }) => label === "benign");
const attacks = rows.filter(({ label }) => label === "attack");
const unlabelled = benign.map((row) => ({ ...row, label: null }));

function trained(traffic: readonly object[], change: Partial<ModelTrainingOptions> = {}): TrainedModel {
  const trainer = modelTrainer({ ...options, ...change });
  for (const row of traffic) trainer.add(parseTrafficRow(JSON.stringify(row)));
  return trainer.finish();
}

describe.each(modelNames)("%s", (name) => {
  const { parts, auc } = trained(rows, { name });
  const supervised = parts.provenance.attackRows > 0;

  test("holds a fifth of the rows out, and measures its threshold there", () => {
    const { threshold, falseAlarms, normalRows, detection, attackRows } = parts.measured;
    expect(normalRows).toBe(20);
    expect(parts.provenance.normalRows).toBe(80);
    expect([attackRows, parts.provenance.attackRows]).toEqual(supervised ? [20, 80] : [100, 0]);
    expect(falseAlarms).toBeLessThanOrEqual(0.05);
    expect(detection).not.toBeNull();
    expect(auc).toBeGreaterThan(0.5);
    const model = readSingleModel(writeSingleModel(parts));
    const alarms = benign.filter((row) => {
      const transaction = transactionOf(parseTrafficRow(JSON.stringify(row)));
      return model.score(transaction) >= threshold;
    });
    expect(alarms.length).toBeLessThan(20);
  });

  test("the same rows and seed give the same bytes, and another seed others", () => {
    const bytes = writeSingleModel(parts);
    expect(writeSingleModel(trained(rows, { name }).parts)).toEqual(bytes);
    expect(writeSingleModel(trained(rows, { name, seed: 2 }).parts)).not.toEqual(bytes);
  });

  test("rows without a label teach nothing", () => {
    const { state, provenance } = trained([...rows, ...unlabelled], { name }).parts;
    expect(state).toEqual(parts.state);
    expect(provenance).toEqual(parts.provenance);
  });
});

describe("normal traffic only", () => {
  const normalOnly = true;

  test("takes rows without a label for normal", () => {
    const { parts, auc } = trained(unlabelled, { normalOnly });
    expect(parts.state).toEqual(trained(benign).parts.state);
    expect(parts.measured).toMatchObject({ detection: null, attackRows: 0 });
    expect(auc).toBeNull();
  });

  test("attacks change neither model nor threshold: they measure it", () => {
    const without = trained(unlabelled, { normalOnly }).parts;
    const { parts } = trained([...unlabelled, ...attacks], { normalOnly });
    expect(parts.state).toEqual(without.state);
    expect(parts.measured.threshold).toBe(without.measured.threshold);
    expect(parts.measured.attackRows).toBe(attacks.length);
  });

  test("is not for models that learn from attacks", () => {
    expect(() => modelTrainer({ ...options, name: "tfidf-linear", normalOnly })).toThrow(
      expect.objectContaining({ code: "data_invalid", message: expect.stringContaining("both labels") }),
    );
  });
});

test("a threshold that may cost more lies lower", () => {
  const of = (falseAlarms: number): number => trained(rows, { falseAlarms }).parts.measured.threshold;
  expect(of(0.5)).toBeLessThan(of(0.05));
  expect(of(0.05)).toBeLessThan(of(0));
});

describe("too few rows", () => {
  test.each([
    ["isolation-forest", benign.slice(0, fewestModelRows - 1)],
    ["tfidf-linear", [...benign, ...attacks.slice(0, fewestModelRows - 1)]],
    ["tfidf-linear", attacks],
  ])("for %s", (name, traffic) => {
    expect(() => trained(traffic, { name })).toThrow(
      expect.objectContaining({ code: "data_invalid", message: expect.stringContaining("at least 50") }),
    );
  });

  test("and a name that is none lists those that are", () => {
    expect(() => trained(rows, { name: "oracle" })).toThrow(/isolation-forest, one-class-svm/);
  });
});
