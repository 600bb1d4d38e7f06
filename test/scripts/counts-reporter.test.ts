import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countsFileVariable, countsReporter, formatCounts } from "../../scripts/counts-reporter.ts";

type State = "passed" | "failed" | "skipped" | "pending";

const fileOf = (states: readonly State[], errors: readonly unknown[] = []) => ({
  moduleId: path.join(process.cwd(), "test/x.test.ts"),
  children: {
    allTests: () => states.map((state, at) => ({ fullName: `case ${at}`, result: () => ({ state }) })),
  },
  errors: () => errors,
});

let directory: string;
let before: string | undefined;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "counts-"));
  before = process.env[countsFileVariable];
  process.env[countsFileVariable] = path.join(directory, "counts.json");
});
afterEach(async () => {
  if (before === undefined) delete process.env[countsFileVariable];
  else process.env[countsFileVariable] = before;
  await rm(directory, { recursive: true });
});

describe("the counts of a run", () => {
  it("name each test that did not run, and take everything broken for a failure", async () => {
    const files = [
      fileOf(["passed", "failed", "skipped", "pending"]),
      fileOf([], [new Error("cannot be loaded")]),
    ];
    countsReporter().onTestRunEnd(files, [new Error("outside of any test")]);
    const counts = JSON.parse(await readFile(path.join(directory, "counts.json"), "utf8"));
    expect(counts).toEqual({
      passed: 1,
      failed: 3,
      skipped: ["test/x.test.ts > case 2", "test/x.test.ts > case 3"],
    });
    expect(formatCounts(counts)).toBe("1 passed, 3 failed, 2 skipped");
  });
});
