import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultDetectorPath, loadDetector } from "../../src/config/load-detector.ts";

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
});
