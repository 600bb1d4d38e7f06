import { defineConfig } from "vitest/config";
import { countsReporter } from "./scripts/counts-reporter.ts";

/** The whole matrix on real web servers. Tests learn from `testbed/matrix.ts` that they have more time. */
export default defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts", "test/ftw/**/*.test.ts", "test/full/**/*.test.ts"],
    reporters: ["default", countsReporter()],
    maxWorkers: 2,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
});
