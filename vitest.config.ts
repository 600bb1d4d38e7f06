import { defineConfig } from "vitest/config";
import { countsReporter } from "./scripts/counts-reporter.ts";

/** Unit and contract tests: no server, no installed program. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/integration/**", "test/ftw/**", "test/full/**"],
    reporters: ["default", countsReporter()],
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
