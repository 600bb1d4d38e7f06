import { defineConfig } from "vitest/config";
import { countsReporter } from "./scripts/counts-reporter.ts";

/** Tests on real web servers. Two files at a time: each starts servers of its own. */
export default defineConfig({
  test: {
    include: ["test/integration/**/*.test.ts", "test/ftw/**/*.test.ts"],
    reporters: ["default", countsReporter()],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
  },
});
