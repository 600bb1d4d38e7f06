/**
 * A vitest reporter that says how many tests passed, failed and were skipped, in one plain line at the very end. A test
 * file that cannot be loaded and an error outside of any test count as failures.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";

/** What became of a set of tests. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** "file > suite > test" of each test that did not run. */
  readonly skipped: readonly string[];
}

/** Where the counts are written as JSON instead of being printed, for a runner that adds up several. */
export const countsFileVariable = "ARBITER_TEST_COUNTS";

/** The line that ends every run. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}

interface ReportedTest {
  readonly fullName: string;
  result(): { readonly state: "passed" | "failed" | "skipped" | "pending" };
}

interface ReportedFile {
  readonly moduleId: string;
  readonly children: { allTests(): Iterable<ReportedTest> };
  errors(): readonly unknown[];
}

/** The reporter, in the shape that vitest calls. */
export function countsReporter(): {
  onTestRunEnd(files: readonly ReportedFile[], errors: readonly unknown[]): void;
} {
  return {
    onTestRunEnd: (files, errors) => {
      const counts = countTests(files, errors);
      const file = process.env[countsFileVariable];
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
      else process.once("exit", () => process.stdout.write(`${formatCounts(counts)}\n`));
    },
  };
}

function countTests(files: readonly ReportedFile[], errors: readonly unknown[]): TestCounts {
  let passed = 0;
  let failed = errors.length;
  const skipped: string[] = [];
  for (const file of files) {
    failed += file.errors().length;
    for (const test of file.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "failed") failed += 1;
      else skipped.push(`${relative(process.cwd(), file.moduleId)} > ${test.fullName}`);
    }
  }
  return { passed, failed, skipped };
}
