/**
 * Detectors that have not seen a group of sources, one for each group and seed. Each is kept under a digest of all that it
 * is made from (code, corpus, data, sources, seed), so that it is trained once.
 */
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, projectDirectory } from "../../testbed/install.ts";
import type { SourceGroup } from "./groups.ts";
import type { TrainingJobs, TrainingMessage } from "./train-left-out.ts";

/** Where recordings and detectors of this benchmark are kept. */
export const benchCache: string = join(cacheDirectory, "bench-detection");

/** How detectors are trained. */
export interface TrainingPlan {
  readonly dataFolder: string;
  /** 1, 2, …, up to this one. */
  readonly seeds: number;
  /** A detector file whose fusion and thresholds are taken over, or "": each training chooses its own. */
  readonly calibratedBy: string;
  /** Processes that train at the same time. */
  readonly workers: number;
}

/** The file of the detector that was trained without a group, by seed. */
export type DetectorFiles = (group: SourceGroup, seed: number) => string;

/** Trains what is not kept yet, and tells where everything is. */
export async function trainDetectors(
  groups: readonly SourceGroup[],
  plan: TrainingPlan,
  onProgress: (done: number, total: number) => void,
): Promise<DetectorFiles> {
  await mkdir(benchCache, { recursive: true });
  const digest = digestOfMaking(plan);
  const fileOf: DetectorFiles = ({ name, sources }, seed) => {
    const hash = createHash("sha256")
      .update(digest)
      .update(JSON.stringify([sources, seed]));
    return join(benchCache, `without-${name}-${seed}-${hash.digest("hex").slice(0, 16)}.arbiter`);
  };
  const jobs = Array.from({ length: plan.seeds }, (_, index) => index + 1)
    .flatMap((seed) => groups.map((group) => ({ file: fileOf(group, seed), seed, without: group.sources })))
    .filter(({ file }) => !existsSync(file));
  const shares = new Map<string, number>();
  await Promise.all(
    Array.from({ length: Math.min(plan.workers, jobs.length) }, (_, worker) =>
      runJobs(
        {
          dataFolder: plan.dataFolder,
          calibratedBy: plan.calibratedBy,
          jobs: jobs.filter((_job, index) => index % plan.workers === worker),
        },
        ({ file, stage, done, total }) => {
          shares.set(file, shareOfWork(stage, done / total, plan.calibratedBy !== ""));
          onProgress(
            [...shares.values()].reduce((sum, share) => sum + share, 0),
            jobs.length,
          );
        },
      ),
    ),
  );
  return fileOf;
}

/** A training with folds of its own spends this share of its time in them. */
const shareOfFolds = 0.8;

function shareOfWork(stage: string, share: number, isCalibrated: boolean): number {
  if (isCalibrated) return share;
  return stage === "left-out sources" ? share * shareOfFolds : shareOfFolds + share * (1 - shareOfFolds);
}

function runJobs(jobs: TrainingJobs, onMessage: (message: TrainingMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("train-left-out.ts", import.meta.url), [JSON.stringify(jobs)]);
    child.on("message", (message) => onMessage(message as TrainingMessage));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`training left-out detectors ended with ${code}`)),
    );
  });
}

/** A digest of the code and data that any training here depends on. */
function digestOfMaking({ dataFolder, calibratedBy }: TrainingPlan): string {
  const hash = createHash("sha256");
  const files = [
    ...["src", "corpus", "adversary", "scripts"].flatMap((name) => filesBelow(join(projectDirectory, name))),
    ...filesBelow(dataFolder),
    ...(calibratedBy === "" ? [] : [calibratedBy]),
  ];
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
