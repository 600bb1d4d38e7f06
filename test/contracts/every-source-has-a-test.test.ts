import { expect, test } from "vitest";
import { filesBelow, sourceFiles } from "./source-files.ts";

/** Sources without a test of their own, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "src/cli/package-version.ts": "one constant; test/cli/main.test.ts reads it through --version",
  "src/cli/recorded-verdicts.ts": "covered by test/cli/commands/models.test.ts",
  "src/cli/traffic-input.ts": "covered by the commands that read traffic, in test/cli/commands",
  "src/config/model-settings.ts": "a table; test/config/model-section.test.ts reads all of it",
  "src/config/setting.ts": "types and three lists of words",
  "src/config/settings.ts":
    "a table; test/config/load.test.ts and test/config/reference.test.ts read all of it",
  "src/features/feature.ts": "a type",
  "src/foreign/foreign-model.ts": "a contract and a list of words",
  "src/foreign/onnx-worker.ts": "a thread; test/foreign/onnx-model.test.ts runs it",
  "src/index.ts": "held by test/contracts/public-surface.test.ts",
  "src/training/scored-row.ts": "a type",
  "src/verdict/verdict.ts": "types and two lists of words",
};

/** Tests of a whole folder, each with what it holds. */
const catalogues: Readonly<Record<string, string>> = {
  "test/cli/commands/models.test.ts": "models of the user's own in all commands that ask them",
  "test/detector/learning.test.ts": "what a site teaches the detector, and the poisoning protocols",
  "test/detector/redesign.test.ts": "a redesign of the demo's shop, before and after it is learnt",
  "test/server/bad-input.test.ts": "the catalogue of bad input for the verdict API",
};

const tests = new Set(filesBelow("test", ".test.ts"));
const testOf = (path: string): string => path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");

test("every source file has a test file in its place, or a reason why not", () => {
  const without = sourceFiles.map(({ path }) => path).filter((path) => !tests.has(testOf(path)));
  expect(without.filter((path) => exceptions[path] === undefined)).toEqual([]);
});

test("every exception is one", () => {
  const paths = new Set(sourceFiles.map(({ path }) => path));
  for (const path of Object.keys(exceptions)) {
    expect(paths).toContain(path);
    expect(tests).not.toContain(testOf(path));
  }
});

test("every test that mirrors a source has one", () => {
  const folders = new Set(sourceFiles.map(({ folder }) => folder));
  const mirrored = new Set(sourceFiles.map(({ path }) => testOf(path)));
  const orphans = [...tests].filter((path) => folders.has(path.split("/")[1]!) && !mirrored.has(path));
  expect(orphans.filter((path) => catalogues[path] === undefined)).toEqual([]);
});
