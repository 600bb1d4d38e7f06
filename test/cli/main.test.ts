import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

describe("the command line", () => {
  it("lists its commands and ends with 0 for help and version", () => {
    const help = runCommand(["--help"]);
    expect(help.status).toBe(0);
    for (const name of ["serve", "gateway", "inspect", "evaluate", "train", "crs-hits"])
      expect(help.stdout).toContain(name);
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(runCommand(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(runCommand(["serve", "--help"]).status).toBe(0);
  });

  it.each([
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["serve", "--sokcet", "/a"], /unknown option '--sokcet'/],
    [["serve", "--socket"], /argument missing/],
    [["serve", "extra"], /too many arguments/],
    [[], /Usage: arbiter/],
  ])("ends with 2 for the wrong usage %j", (args, message) => {
    const { status, stdout, stderr } = runCommand(args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
  });

  it("ends with 78 for a bad configuration and with 1 for what fails, and says why in one line", () => {
    expect(runCommand(["serve", "--listen", "0.0.0.0:0"])).toEqual({
      status: 78,
      stdout: "",
      stderr:
        "arbiter: 0.0.0.0:0 can be reached from other machines: set server.tokenFile, or listen on 127.0.0.1 (config_invalid)\n",
    });
    expect(runCommand(["serve", "--listen", "127.0.0.1:0", "--model", "/nowhere"])).toEqual({
      status: 1,
      stdout: "",
      stderr: "arbiter: the detector file /nowhere cannot be read (ENOENT) (io_failed)\n",
    });
  });
});
