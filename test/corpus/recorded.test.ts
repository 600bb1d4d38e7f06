import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { collectSecrets, isMaskedRun } from "../../corpus/recorded/masking.ts";
import {
  type RecordedRow,
  readRecording,
  recordedRows,
  recordingFiles,
} from "../../corpus/recorded/recording.ts";
import { sites } from "../../corpus/recorded/sites.ts";
import { networkOf } from "../../corpus/recorded/visitors.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";

const files = recordingFiles();
/** Rows, dynamic or not, and networks that every recording has at least. */
const fewestRows = 500;
const fewestNetworks = 12;
/** All recordings together, bytes. */
const budget = 1_500_000;

const bodyOf = ({ body = "", body_b64 = "" }: RecordedRow): Buffer =>
  body_b64 === "" ? Buffer.from(body) : Buffer.from(body_b64, "base64");

test("every recording is of a site that is recorded, and they keep to their budget", () => {
  const names = sites.map(({ application }) => `${application.name}.jsonl.gz`);
  for (const file of files) expect(names).toContain(path.basename(file.pathname));
  expect(files.length).toBeGreaterThanOrEqual(3);
  const bytes = files.map((file) => readFileSync(file).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(budget);
});

describe.each(files.map((file) => [path.basename(file.pathname, ".jsonl.gz"), file] as const))(
  "%s",
  (name, file) => {
    const rows = readRecording(file);
    const application = sites.find((site) => site.application.name === name)!.application;

    test("has rows enough, from networks enough", () => {
      expect(rows.length).toBeGreaterThanOrEqual(fewestRows);
      expect(new Set(rows.map(({ client }) => networkOf(client))).size).toBeGreaterThanOrEqual(
        fewestNetworks,
      );
    });

    test("holds benign rows of one site, each with its own id, a time and what CRS said", () => {
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const row of rows) {
        expect(row).toMatchObject({ source: `recorded-${name}`, label: "benign", attack_type: null });
        expect(row.headers.filter(([field]) => field === "Host")).toEqual([["Host", application.host]]);
        expect(new Date(row.time).toISOString()).toBe(row.time);
        const rules = row.waf!.rules;
        expect(rules).toEqual([...new Set(rules)].sort((a, b) => a - b));
        expect(rules.every((id) => id >= 910_000 && id < 950_000)).toBe(true);
        expect(row.waf).toMatchObject({ threshold: 5, paranoiaLevel: 1 });
        expect(row.headers.some(([field]) => field === "X-Row")).toBe(false);
      }
      // Somebody who looks at the recordings wants false alarms in them.
      expect(rows.some(({ waf }) => waf!.score >= 5)).toBe(true);
      expect(rows.some(({ waf }) => waf!.rules.length === 0)).toBe(true);
    });

    test("becomes transactions, body and all", () => {
      for (const row of rows) {
        const transaction = transactionOf(parseTrafficRow(JSON.stringify(row)));
        expect(transaction.method).toBe(row.method);
        expect(Buffer.from(transaction.body ?? []).equals(bodyOf(row))).toBe(true);
      }
    });

    test("has no secret that was not masked", () => {
      const drafts = rows.map((row) => ({ query: "", ...row, body_b64: bodyOf(row).toString("base64") }));
      const secrets = [...collectSecrets(drafts)];
      expect(secrets.length).toBeGreaterThan(0);
      expect(secrets.filter((run) => !isMaskedRun(run))).toEqual([]);
    });

    test("tells nothing of the machine that it was made on", () => {
      const text = rows
        .map((row) => `${JSON.stringify({ ...row, body_b64: "" })}${bodyOf(row).toString("latin1")}`)
        .join("\n");
      for (const place of ["arbiter-testbed", "/work/", "/.cache/", "%2Fwork%2F"])
        expect(text.includes(place), place).toBe(false);
      expect(text).not.toMatch(/(?:127\.0\.0\.1|localhost):(?:[3-6]\d{4})\b/);
    });
  },
);

test("all rows come in order of time", () => {
  const rows = [...recordedRows()];
  expect(rows.length).toBe(files.reduce((sum, file) => sum + readRecording(file).length, 0));
  for (let i = 1; i < rows.length; i++) expect(rows[i]!.time >= rows[i - 1]!.time).toBe(true);
});
