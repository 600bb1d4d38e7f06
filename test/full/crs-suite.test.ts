import { describe, expect, it } from "vitest";
import { pairs } from "../../testbed/matrix.ts";
import { compareInShadow, sampleCrsTests } from "../ftw/shadow-comparison.ts";

describe.each(pairs)("$title with the plugin in shadow", (pair) => {
  it.each(["second-opinion", "scoring", "general"])(
    "treats all of CRS's own tests exactly as CRS alone does: %s",
    async (mode) => {
      const stages = await sampleCrsTests(1);
      expect(stages.length).toBeGreaterThan(4500);
      const comparison = await compareInShadow(pair, mode, stages);
      process.stdout.write(
        `${pair.title}, ${mode} in shadow: ${stages.length} tests, ${comparison.passedAlone} pass with CRS alone, ` +
          `${comparison.regressions.length} regressions, ${comparison.asked} questions\n`,
      );
      // The tests are those of CRS 4.25; most of them hold for CRS 3 as well.
      expect(comparison.passedAlone).toBeGreaterThan(pair.crs === "4" ? 4500 : 3000);
      // Scoring asks only about requests without an alarm.
      expect(comparison.asked).toBeGreaterThan(mode === "scoring" ? 300 : 3000);
      expect(comparison.regressions).toEqual([]);
      expect(comparison.differences).toEqual([]);
    },
  );
});
