import { describe, expect, it } from "vitest";
import { pairs } from "../../testbed/matrix.ts";
import { compareInShadow, sampleCrsTests } from "./shadow-comparison.ts";

describe.each(pairs)("$title with the plugin in shadow", (pair) => {
  it("treats a sample of CRS's own tests exactly as CRS alone does", async () => {
    const stages = await sampleCrsTests(10);
    expect(stages.length).toBeGreaterThan(400);
    const { regressions, differences, asked } = await compareInShadow(pair, "general", stages);
    expect(asked).toBeGreaterThan(400);
    expect(regressions).toEqual([]);
    expect(differences).toEqual([]);
  });
});
