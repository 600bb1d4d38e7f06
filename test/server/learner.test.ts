import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadProfiles } from "../../src/config/load-profiles.ts";
import { type Learner, type LearnerOptions, startLearner } from "../../src/server/learner.ts";
import { createMetrics } from "../../src/server/metrics.ts";
import type { VerdictRequest } from "../../src/server/verdict-request.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import { fakeDetector } from "./fake-detector.ts";

const detector = fakeDetector();
const request = (uri: string): VerdictRequest => ({
  parts: { method: "GET", uri, headers: [] },
  site: undefined,
  mode: undefined,
  deadlineMs: undefined,
  unknownFields: 0,
});
/** Has the learner take what a request teaches the fake detector. */
const take = (learner: Learner, uri: string): void =>
  learner.take(request(uri), (profiles) => detector.learn(buildTransaction(request(uri).parts), profiles));

describe("the learner", () => {
  let folder: string;
  let file: string;
  let log: string[];
  let metrics: ReturnType<typeof createMetrics>;
  const start = (over: Partial<LearnerOptions> = {}) =>
    startLearner({
      file,
      frozen: false,
      metrics,
      log: pino({ base: null }, { write: (line) => void log.push(line) }),
      ...over,
    });
  const count = async (outcome: string): Promise<number> =>
    Number(
      new RegExp(`arbiter_lessons_total\\{outcome="${outcome}"\\} ([0-9]+)`).exec(
        await metrics.text(),
      )?.[1] ?? 0,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "arbiter-learner-"));
    file = join(folder, "profiles");
    log = [];
    metrics = createMetrics();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("learns off the path, and saves what it has learnt at the end", async () => {
    const learner = await start();
    take(learner, "/a");
    take(learner, "/?q=EVIL");
    expect(learner.profiles?.requests).toBe(0);
    await learner.stop();
    expect((await loadProfiles(file)).requests).toBe(1);
    expect([await count("learnt"), await count("refused")]).toEqual([1, 1]);
  });

  it("goes on from what an earlier run has learnt", async () => {
    for (const requests of [1, 2]) {
      const learner = await start();
      take(learner, "/a");
      await learner.stop();
      expect((await loadProfiles(file)).requests).toBe(requests);
    }
  });

  it("writes no file where it has learnt nothing", async () => {
    await (await start()).stop();
    expect(existsSync(file)).toBe(false);
  });

  it("drops what does not fit into its queue, and what is too large", async () => {
    const learner = await start();
    for (let i = 0; i < 300; i++) take(learner, "/a");
    take(learner, `/?q=${"x".repeat(200_000)}`);
    expect(await count("dropped")).toBe(300 - 256 + 1);
    await learner.stop();
    expect(await count("learnt")).toBe(256);
  });

  it("goes on where one request breaks the detector", async () => {
    const learner = await start();
    take(learner, "/?q=BROKEN");
    take(learner, "/a");
    await learner.stop();
    expect(await count("learnt")).toBe(1);
    expect(log.join("")).toContain("could not be learnt from");
  });

  it("puts a bad file aside and learns anew", async () => {
    writeFileSync(file, "no profiles");
    const learner = await start();
    expect(log.join("")).toContain("profiles_invalid");
    take(learner, "/a");
    await learner.stop();
    expect((await loadProfiles(file)).requests).toBe(1);
    expect(readFileSync(`${file}.bad`, "utf8")).toBe("no profiles");
  });

  it("leaves the file alone where it is frozen, bad or not", async () => {
    writeFileSync(file, "no profiles");
    const learner = await start({ frozen: true });
    take(learner, "/a");
    await learner.stop();
    expect(learner.profiles?.requests).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("no profiles");
  });

  it("says so where what was learnt cannot be saved", async () => {
    const learner = await start();
    mkdirSync(`${file}.unfinished`);
    take(learner, "/a");
    await learner.stop();
    expect(log.join("")).toContain("what was learnt is not saved");
  });

  it("does without where there is no file", async () => {
    const learner = await start({ file: undefined });
    take(learner, "/a");
    await learner.stop();
    expect(learner.profiles).toBeUndefined();
  });
});
