import { describe, expect, it } from "vitest";
import { runCommand } from "../run-command.ts";

describe("arbiter settings", () => {
  it("prints what is in force", () => {
    const { status, stdout } = runCommand(["settings", "--socket", "/a.sock"], {
      ARBITER_SERVER_DRAIN_MS: "7",
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^server:\n {2}socket: \/a\.sock\n/);
    expect(stdout).toContain("drainMs: 7\n");
  });

  it("prints the reference page or the example file", () => {
    expect(runCommand(["settings", "--reference"]).stdout).toMatch(/^# Configuration\n/);
    expect(runCommand(["settings", "--example"]).stdout).toMatch(/^# Settings of Arbiter/);
    expect(runCommand(["settings", "--example", "--reference"]).status).toBe(2);
  });
});
