import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extract } from "../../../src/features/extract.ts";
import { featureNames } from "../../../src/foreign/model-input.ts";
import { parseTrafficRow, transactionOf } from "../../../src/traffic/traffic-row.ts";
import { runCommand } from "../run-command.ts";

const rows = [
  { id: 'a,"b"', source: "=cmd", label: "attack", attack_type: "sqli", payload: "1' or 1=1" },
  { id: "2", path: "/x", query: "q=%00caf%C3%A9" },
].map((row) => JSON.stringify(row));

describe("arbiter features", () => {
  let directory: string;
  let file: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-features-"));
    file = join(directory, "t.jsonl");
    writeFileSync(file, `${rows.join("\n")}\n`);
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const features = (...args: string[]) => runCommand(["features", ...args, file]);
  const json = (...args: string[]) =>
    features(...args)
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);

  it("writes the row that models read, as CSV that no spreadsheet takes for a formula", () => {
    const { status, stdout } = features();
    expect(status).toBe(0);
    const row = (at: number): string =>
      [...extract(transactionOf(parseTrafficRow(rows[at]!))).row()].join(",");
    expect(stdout.split("\n")).toEqual([
      `id,source,label,attack_type,${featureNames.join(",")}`,
      `"a,""b""",'=cmd,attack,sqli,${row(0)}`,
      `2,unknown,,,${row(1)}`,
      "",
    ]);
  });

  it("writes texts, values and bytes as JSON Lines with the label", () => {
    expect(json("--input", "text")).toEqual([
      { id: 'a,"b"', source: "=cmd", label: "attack", attack_type: "sqli", text: "GET /\nquery:p=1' or 1=1" },
      { id: "2", source: "unknown", label: "", attack_type: "", text: "GET /x\nquery:q=\ufffdcafé" },
    ]);
    expect(json("--input", "values")).toMatchObject([
      { values: ["1' or 1=1"] },
      { values: ["/x", "\ufffdcafé"] },
    ]);
    expect(json("--input", "bytes", "--length", "7")).toMatchObject([
      { bytes: Buffer.from("GET /\nq").toString("base64") },
      { bytes: Buffer.from("GET /x\n").toString("base64") },
    ]);
  });

  it("refuses what it does not know", () => {
    expect(features("--input", "pixels").status).toBe(2);
    expect(features("--input", "bytes", "--length", "0").status).toBe(1);
  });
});
