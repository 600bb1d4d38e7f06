import { describe, expect, test } from "vitest";
import { composeDetector } from "../../src/detector/detector.ts";
import { parseDetector, writeDetector } from "../../src/detector/detector-file.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";
import type { Trained } from "../../src/training/train.ts";
import { train } from "../../src/training/train.ts";
import { modes } from "../../src/verdict/verdict.ts";
import type { TinyRow } from "./tiny-traffic.ts";
import { tinyDataset, tinyRows } from "./tiny-traffic.ts";

/** An attack by its label alone, from a source of its own. */
const mislabelled: TinyRow = {
  id: "m",
  source: "junk",
  label: "attack",
  attack_type: "sqli",
  payload: "(new) river lamp, table",
};
const rows = [...tinyRows(120), mislabelled];
const options = { seed: 1, madeWith: "test" };
const unseen = tinyRows(60, 99);

function aucOf(trained: Trained): number {
  const detector = composeDetector(trained.parts, "test");
  const scores = (label: TinyRow["label"]): Float64Array =>
    Float64Array.from(
      unseen.filter((row) => row.label === label),
      (row) => detector.inspect(transactionOf(parseTrafficRow(JSON.stringify(row)))).probability,
    );
  return areaUnderRoc(scores("benign"), scores("attack"))!;
}

describe("training", () => {
  const stages: string[] = [];
  const trained = train(tinyDataset(rows), options, (stage, done, total) => {
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThanOrEqual(total);
    if (stages.at(-1) !== stage) stages.push(stage);
  });

  test("gives a detector that tells unseen rows apart", () => {
    expect(aucOf(trained)).toBeGreaterThan(0.99);
  });

  test("gives a file that can be read", () => {
    expect(() => parseDetector(writeDetector(trained.parts))).not.toThrow();
  });

  test("gives one scored row for each example that it kept", () => {
    const dropped = trained.parts.provenance.sources.reduce((sum, source) => sum + source.dropped, 0);
    expect(trained.leftOutRows).toHaveLength(rows.length - dropped);
    for (const { probability } of trained.leftOutRows) expect(probability > 0 && probability <= 1).toBe(true);
    expect(new Set(trained.leftOutRows.map(({ probability }) => probability)).size).toBeGreaterThan(10);
  });

  test("names attacks whose source the models had not seen", () => {
    const attacks = trained.leftOutRows.filter(({ attackType }) => attackType !== undefined);
    const named = attacks.filter(({ attackType, predictedType }) => attackType === predictedType);
    expect(named.length / attacks.length).toBeGreaterThan(0.9);
  });

  test("chooses thresholds within (0, 1) whose price is stated", () => {
    const { operatingPoints, measured } = trained.parts;
    for (const { suspect, attack } of Object.values(operatingPoints).flatMap((points) =>
      Object.values(points),
    )) {
      expect(suspect).toBeGreaterThan(0);
      expect(suspect).toBeLessThanOrEqual(attack);
      expect(attack).toBeLessThan(1);
      expect(measured.map(({ threshold }) => threshold)).toEqual(expect.arrayContaining([suspect, attack]));
    }
  });

  test("judges harder under a stricter preset", () => {
    const { strict, balanced, lenient } = trained.parts.operatingPoints;
    for (const mode of modes) {
      for (const word of ["suspect", "attack"] as const) {
        expect(strict[mode][word]).toBeLessThanOrEqual(balanced[mode][word]);
        expect(balanced[mode][word]).toBeLessThanOrEqual(lenient[mode][word]);
      }
    }
  });

  test("says where the detector comes from", () => {
    const { provenance } = trained.parts;
    expect(provenance).toMatchObject({ seed: 1, madeWith: "test" });
    expect(provenance.sources.map(({ name }) => name)).toEqual(["forum", "junk", "search", "shop", "wiki"]);
    const total = provenance.sources.reduce(
      (sum, { benign, attack, dropped }) => sum + benign + attack + dropped,
      0,
    );
    expect(total).toBe(rows.length);
  });

  test("drops an attack row that reads like ordinary traffic to models that have not seen it, and counts it", () => {
    const { sources } = trained.parts.provenance;
    expect(sources.find(({ name }) => name === "junk")).toEqual({
      name: "junk",
      benign: 0,
      attack: 0,
      dropped: 1,
    });
    expect(trained.leftOutRows.some(({ source }) => source === "junk")).toBe(false);
  });

  test("gives the same file byte for byte from the same seed and data, and another from another seed", () => {
    const fileOf = (seed: number): Uint8Array =>
      writeDetector(train(tinyDataset(rows), { ...options, seed }).parts);
    const file = writeDetector(trained.parts);
    expect(Buffer.from(fileOf(1)).equals(file)).toBe(true);
    expect(Buffer.from(fileOf(2)).equals(file)).toBe(false);
  });

  test("reports every stage in turn", () => {
    expect(stages).toEqual([...new Set(stages)]);
    expect(stages.length).toBeGreaterThanOrEqual(2);
  });
});

describe("few sources", () => {
  test.each<[string, (row: TinyRow) => string]>([
    ["one for everything", () => "all"],
    ["one for each label", ({ label }) => label],
  ])("are enough: %s", (_, sourceOf) => {
    const trained = train(
      tinyDataset(tinyRows(120).map((row) => ({ ...row, source: sourceOf(row) }))),
      options,
    );
    expect(aucOf(trained)).toBeGreaterThan(0.99);
  });
});
