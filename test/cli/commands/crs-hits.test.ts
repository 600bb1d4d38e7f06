import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../run-command.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "crs-hits-"));
});
afterEach(() => rm(directory, { recursive: true }));

const rule = `SecRule ARGS "@rx x" "id:942999,phase:2,block,ver:'OWASP_CRS/4.0.0',setvar:'tx.inbound_anomaly_score_pl1=+5'"\n`;

describe("arbiter crs-hits", () => {
  it("writes the file and says for what", async () => {
    await writeFile(path.join(directory, "REQUEST-942.conf"), rule);
    const out = path.join(directory, "arbiter-hits-after.conf");
    const { status, stdout, stderr } = runCommand(["crs-hits", "--rules", directory, "--out", out]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`${out}: 1 scored rule of OWASP_CRS/4.0.0\n`);
    expect(await readFile(out, "utf8")).toContain("SecRuleUpdateActionById 942999 ");
  });

  it("refuses a folder without the rule set", () => {
    const out = path.join(directory, "out.conf");
    const { status, stderr } = runCommand(["crs-hits", "--rules", directory, "--out", out]);
    expect(status).toBe(1);
    expect(stderr).toContain(`expected the rule files of the Core Rule Set in ${directory}`);
  });

  it("asks for the file to write", () => {
    expect(runCommand(["crs-hits", "--rules", directory]).status).toBe(2);
  });
});
