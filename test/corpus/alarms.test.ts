import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { type Alarms, alarmKey, formatAlarms, readAlarms } from "../../corpus/alarms.ts";
import { corpusRows } from "../../corpus/rows.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";

const request = { method: "GET", uri: "/?p=1", headers: [{ name: "Host", value: "a" }] };

describe("the key of a request", () => {
  test("is the same for the same request, whatever else is known of it", () => {
    expect(alarmKey({ ...request, id: "x", client: "192.0.2.1" })).toBe(alarmKey(request));
    expect(alarmKey(request)).toMatch(/^[0-9a-f]{12}$/);
  });

  test.each([
    ["method", { method: "POST" }],
    ["target", { uri: "/?p=2" }],
    ["headers", { headers: [] }],
    ["body", { body: Buffer.from("a") }],
  ])("changes with the %s", (_, change) => {
    expect(alarmKey({ ...request, ...change })).not.toBe(alarmKey(request));
  });
});

test("a recording survives its file, whose bytes depend on nothing but its content", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "arbiter-alarms-"));
  const file = path.join(folder, "alarms.jsonl.gz");
  const alarms = new Map<string, Alarms>([
    ["b", [{ level: 2, rules: [1, 2] }]],
    [
      "a",
      [
        { level: 1, rules: [942100] },
        { level: 1, rules: [942100, 949111] },
        { level: 2, rules: [942100, 942430] },
      ],
    ],
  ]);
  writeFileSync(file, formatAlarms(alarms));
  expect(readAlarms(pathToFileURL(file))).toEqual(alarms);
  expect(formatAlarms(new Map([...alarms].reverse()))).toEqual(formatAlarms(alarms));
  rmSync(folder, { recursive: true });
});

describe("the recording that is kept", () => {
  const alarms = readAlarms();

  test("names scored request rules of CRS, in order", () => {
    expect(alarms.size).toBeGreaterThan(10_000);
    for (const { rules } of [...alarms.values()].flat()) {
      expect(rules.every((id) => id >= 910_000 && id < 950_000)).toBe(true);
      expect(rules).toEqual([...new Set(rules)].sort((a, b) => a - b));
    }
  });

  test("is of the corpus as it is now", () => {
    let known = 0;
    for (const row of corpusRows())
      if (alarms.has(alarmKey(parseTrafficRow(JSON.stringify(row)).request))) known++;
    // About one row in eight comes from the corpus, was sampled and raised an alarm; a corpus that has changed since has none.
    expect(known).toBeGreaterThan(alarms.size / 2);
  });
});
