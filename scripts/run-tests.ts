/**
 * Runs everything that `npm test` (or, with `matrix`, `npm run test:full`) stands for: types, lint, unit and contract
 * tests, then the tests on real web servers. One step that fails does not keep the others from running. Ends with the
 * sum of all tests in one line; types and lint count as one test each. A skipped test fails the run unless
 * `test/allowed-skips.json` gives a reason for it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { countsFileVariable, formatCounts, type TestCounts } from "./counts-reporter.ts";

const project = path.resolve(import.meta.dirname, "..");
const isMatrix = process.argv[2] === "matrix";
const scratch = mkdtempSync(path.join(tmpdir(), "arbiter-tests-"));

const steps: readonly TestCounts[] = [
  check("types", "tsc", "-p", "tsconfig.json"),
  check("lint", "biome", "check", "."),
  vitest("unit and contracts", "vitest.config.ts"),
  vitest("real servers", isMatrix ? "vitest.matrix.config.ts" : "vitest.integration.config.ts"),
];
rmSync(scratch, { recursive: true, force: true });

const total: TestCounts = {
  passed: sum((step) => step.passed),
  failed: sum((step) => step.failed),
  skipped: steps.flatMap((step) => step.skipped),
};
const surprises = unexpectedSkips(total.skipped);
for (const test of surprises) process.stdout.write(`skipped without a reviewed reason: ${test}\n`);
process.exitCode = total.failed > 0 || surprises.length > 0 || total.passed === 0 ? 1 : 0;
process.stdout.write(`${formatCounts(total)}\n`);

function check(title: string, command: string, ...args: string[]): TestCounts {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(command, args, { cwd: project, stdio: "inherit" });
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: [] };
}

function vitest(title: string, config: string): TestCounts {
  process.stdout.write(`\n== ${title}\n`);
  const countsFile = path.join(scratch, `${config}.json`);
  const { status } = spawnSync("vitest", ["run", "--config", config], {
    cwd: project,
    stdio: "inherit",
    env: {
      ...process.env,
      [countsFileVariable]: countsFile,
      ...(isMatrix ? { ARBITER_TEST_MATRIX: "full" } : {}),
    },
  });
  if (!existsSync(countsFile)) return { passed: 0, failed: 1, skipped: [] };
  const counts = JSON.parse(readFileSync(countsFile, "utf8")) as TestCounts;
  // Whatever makes vitest itself unhappy is a failure, even if no test is.
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function unexpectedSkips(skipped: readonly string[]): readonly string[] {
  const list = readFileSync(path.join(project, "test/allowed-skips.json"), "utf8");
  const allowed = new Set((JSON.parse(list) as { test: string; reason: string }[]).map(({ test }) => test));
  return skipped.filter((test) => !allowed.has(test));
}

function sum(count: (step: TestCounts) => number): number {
  return steps.reduce((total, step) => total + count(step), 0);
}
