/**
 * Runs everything that `npm test` (or, with `matrix`, `npm run test:full`) stands for: types, lint, unit and contract
 * tests, then the tests on real web servers. One step that fails does not keep the others from running. Ends with the
 * sum of all tests in one line; types and lint count as one test each. A skipped test fails the run unless
 * `test/allowed-skips.json` gives a reason for it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { countsFileVariable, formatCounts, type TestCounts } from "./counts-reporter.ts";

const project = path.resolve(import.meta.dirname, "..");
const isMatrix = process.argv[2] === "matrix";
const scratch = mkdtempSync(path.join(tmpdir(), "arbiter-tests-"));

const steps: readonly TestCounts[] = [
  await check("types", "tsc", "-p", "tsconfig.json"),
  await check("lint", "biome", "check", "."),
  await vitest("unit and contracts", "vitest.config.ts"),
  await vitest("real servers", isMatrix ? "vitest.matrix.config.ts" : "vitest.integration.config.ts"),
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

async function check(title: string, command: string, ...args: string[]): Promise<TestCounts> {
  const status = await run(title, command, args);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: [] };
}

async function vitest(title: string, config: string): Promise<TestCounts> {
  const countsFile = path.join(scratch, `${config}.json`);
  const status = await run(title, "vitest", ["run", "--config", config], {
    [countsFileVariable]: countsFile,
    ...(isMatrix ? { ARBITER_TEST_MATRIX: "full" } : {}),
  });
  if (!existsSync(countsFile)) return { passed: 0, failed: 1, skipped: [] };
  const counts = JSON.parse(readFileSync(countsFile, "utf8")) as TestCounts;
  // Whatever makes vitest itself unhappy is a failure, even if no test is.
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Runs one step to its end and gives its exit code. A signal that ends us ends the step first. */
async function run(
  title: string,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  process.stdout.write(`\n== ${title}\n`);
  const step = spawn(command, args, {
    cwd: project,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const stop = (signal: NodeJS.Signals) => {
    step.kill(signal);
    step.once("exit", () => process.exit(1));
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  const [code] = (await once(step, "exit")) as [number | null];
  process.off("SIGTERM", stop).off("SIGINT", stop);
  return code ?? 1;
}

function unexpectedSkips(skipped: readonly string[]): readonly string[] {
  const list = readFileSync(path.join(project, "test/allowed-skips.json"), "utf8");
  const allowed = new Set((JSON.parse(list) as { test: string; reason: string }[]).map(({ test }) => test));
  return skipped.filter((test) => !allowed.has(test));
}

function sum(count: (step: TestCounts) => number): number {
  return steps.reduce((total, step) => total + count(step), 0);
}
