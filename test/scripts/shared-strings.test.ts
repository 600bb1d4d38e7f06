import { describe, expect, it } from "vitest";
import { folded, sharedStringFinder } from "../../scripts/shared-strings.ts";

const isShared = (ours: string, theirs: string): boolean =>
  sharedStringFinder([ours]).find(theirs).length > 0;

describe("shared strings", () => {
  it("are found under encodings, case, digits and blanks", () => {
    expect(folded("A%2527+1234\n B")).toBe("a' 0 b");
    expect(isShared("x' OR colour=17 -- y", "X%27%20or%20colour=4%20--%20Y")).toBe(true);
  });

  it("are found where one holds the other", () => {
    expect(
      isShared("a long sentence with <svg onload=start(1)> inside", "<svg onload=start(2)> inside"),
    ).toBe(true);
    expect(isShared("<svg onload=start(1)>", "before <svg onload=start(22)> after")).toBe(true);
  });

  it("are not words of the trade within a longer text, nor anything short, nor mere dots", () => {
    expect(
      isShared("Write a UNION ALL SELECT to glue two lists of vegetables together", "union all select"),
    ).toBe(false);
    expect(isShared("UNION ALL SELECT 4", "union all select")).toBe(true);
    expect(isShared("rm -rf /", "rm -rf /")).toBe(false);
    expect(isShared("../../../../../../yard", "../../../../../../")).toBe(false);
  });
});
