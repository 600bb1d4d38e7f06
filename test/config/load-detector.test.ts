import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultDetectorPath, loadDetector, loadDetectorOrModel } from "../../src/config/load-detector.ts";
import { writeSingleModel } from "../../src/detector/single-model.ts";
import { modelCatalog } from "../../src/models/catalog.ts";

describe("loading a detector file", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-detector-"));
    file = join(directory, "d.arbiter");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("gives the default one where none is named", () => {
    expect(loadDetector(undefined).id).toBe(loadDetector(defaultDetectorPath).id);
  });

  it("names the file in every refusal", () => {
    const refusal = (path: string) => {
      try {
        loadDetector(path);
      } catch (error) {
        return [
          (error as { code: string }).code,
          (error as Error).message.startsWith(`${path}: `) || (error as Error).message.includes(path),
        ];
      }
      return [];
    };
    expect(refusal(file)).toEqual(["io_failed", true]);
    expect(refusal(directory)).toEqual(["model_invalid", true]);
    writeFileSync(file, "");
    expect(refusal(file)).toEqual(["model_invalid", true]);
    writeFileSync(file, readFileSync(defaultDetectorPath).subarray(0, 5_000));
    expect(refusal(file)).toEqual(["model_invalid", true]);
  });

  it("refuses a huge file before reading it", () => {
    closeSync(openSync(file, "w"));
    truncateSync(file, 1_073_741_824);
    expect(() => loadDetector(file)).toThrow(/larger than/);
  });

  it("reads a file of a single model where one may stand, and refuses it where a detector must", () => {
    const { state } = modelCatalog[0]!.fit(
      [1, 2, 3, 4].map((value) => ({ row: Float64Array.of(value, 0), texts: [], bytes: new Uint8Array(0) })),
      new Uint8Array(4),
      1,
    );
    const measured = {
      threshold: 0.5,
      promisedFalseAlarms: 0,
      falseAlarms: 0,
      normalRows: 0,
      detection: null,
      attackRows: 0,
    };
    const provenance = {
      seed: 1,
      madeWith: "test",
      normalRows: 4,
      attackRows: 0,
      dataDigest: "0".repeat(64),
    };
    writeFileSync(file, writeSingleModel({ name: modelCatalog[0]!.name, state, measured, provenance }));
    expect(loadDetectorOrModel(file)).toMatchObject({ name: modelCatalog[0]!.name, measured });
    expect(() => loadDetector(file)).toThrow(/does not begin as a detector file/);
    expect(loadDetectorOrModel(undefined)).toHaveProperty("operatingPoints");
  });
});
