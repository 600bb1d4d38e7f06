/**
 * Detector files on disk: the default one that ships with the package, or the one that an operator names.
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Detector, readDetector } from "../detector/detector.ts";
import { maxFileBytes } from "../detector/detector-file.ts";
import { isSingleModel, readSingleModel, type SingleModel } from "../detector/single-model.ts";
import { ArbiterError } from "../errors.ts";

/** The detector file that ships with the package. */
export const defaultDetectorPath = fileURLToPath(new URL("../../detectors/default.arbiter", import.meta.url));

/**
 * Reads the detector file at `path`; undefined stands for the default one. Throws `io_failed`, `model_invalid` or
 * `model_incompatible`, naming the file.
 */
export function loadDetector(path: string | undefined): Detector {
  return load(path, readDetector);
}

/** The same for a file that may hold a detector or a single model. */
export function loadDetectorOrModel(path: string | undefined): Detector | SingleModel {
  return load(path, (bytes) => (isSingleModel(bytes) ? readSingleModel(bytes) : readDetector(bytes)));
}

/** The file is opened once, so that what was measured is what is read. */
function load<T>(path: string | undefined, read: (bytes: Uint8Array) => T): T {
  const file = path ?? defaultDetectorPath;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new ArbiterError("model_invalid", "it is not a regular file");
    if (stats.size > maxFileBytes)
      throw new ArbiterError("model_invalid", `it is larger than ${maxFileBytes} bytes`);
    return read(readFileSync(descriptor));
  } catch (cause) {
    if (cause instanceof ArbiterError)
      throw new ArbiterError(cause.code, `${file}: ${cause.message}`, { cause });
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ArbiterError("io_failed", `the detector file ${file} cannot be read (${code})`, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
