import { describe, expect, it } from "vitest";
import { blockPage } from "../../src/gateway/block-page.ts";

describe("the block page", () => {
  it("differs by the id alone", () => {
    expect(blockPage("aaaa").replace("aaaa", "bbbb")).toBe(blockPage("bbbb"));
  });

  it("holds no script and loads nothing", () => {
    expect(blockPage("x")).not.toMatch(/<script|src=|href=|url\(/);
  });
});
