/**
 * Detectors that have not seen a group of sources, one for each group and seed. Each is kept under a digest of all that it
 * is made from (code, corpus, data, sources, seed), so that it is trained once.
 */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Detector, readDetector } from "../../src/detector/detector.ts";
import { cacheDirectory, projectDirectory } from "../../testbed/install.ts";
import type { SourceGroup } from "./groups.ts";

/** Where recordings and detectors of this benchmark are kept. */
export const benchCache: string = join(cacheDirectory, "bench-detection");

/** Tells how far the training is. */
export type TrainingProgress = (stage: string, done: number, total: number) => void;

/** The detector trained without the sources of `group`; trained first where it is not kept yet. */
export async function detectorWithout(
  group: SourceGroup,
  seed: number,
  dataFolder: string,
  onProgress: TrainingProgress,
): Promise<Detector> {
  const key = createHash("sha256")
    .update(digestOfMaking(dataFolder))
    .update(JSON.stringify([group.sources, seed]))
    .digest("hex")
    .slice(0, 16);
  const file = join(benchCache, `without-${group.name}-${seed}-${key}.arbiter`);
  if (!existsSync(file)) {
    await mkdir(benchCache, { recursive: true });
    await trainLeftOut([dataFolder, String(seed), file, ...group.sources], onProgress);
  }
  return readDetector(readFileSync(file));
}

function trainLeftOut(args: readonly string[], onProgress: TrainingProgress): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("train-left-out.ts", import.meta.url), args);
    child.on("message", (message) => {
      const { stage, done, total } = message as { stage: string; done: number; total: number };
      onProgress(stage, done, total);
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`training without ${args.slice(3).join(", ")} failed`)),
    );
  });
}

let known: { readonly dataFolder: string; readonly digest: string } | undefined;

/** A digest of the code and data that any training here depends on. */
function digestOfMaking(dataFolder: string): string {
  if (known?.dataFolder === dataFolder) return known.digest;
  const hash = createHash("sha256");
  const files = [
    ...filesBelow(join(projectDirectory, "src")),
    ...filesBelow(join(projectDirectory, "corpus")),
    ...["training-rows.ts", "held-out.ts", "shared-strings.ts"].map((name) =>
      join(projectDirectory, "scripts", name),
    ),
    ...filesBelow(dataFolder),
  ];
  for (const file of files) hash.update(readFileSync(file));
  known = { dataFolder, digest: hash.digest("hex") };
  return known.digest;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
