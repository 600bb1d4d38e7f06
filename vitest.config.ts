import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/integration/**", "test/full/**"],
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
