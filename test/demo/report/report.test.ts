import { describe, expect, it } from "vitest";
import type { Fate, Outcome } from "../../../demo/replay.ts";
import { startProgress } from "../../../demo/report/progress.ts";
import {
  type ConfigurationReport,
  compare,
  type DemoReport,
  quantile,
  tallyBy,
  tallyOf,
} from "../../../demo/report/report.ts";
import { conclusions, detailTable, tableHead, tableRow } from "../../../demo/report/table.ts";

const outcomes = (fates: string): Outcome[] => {
  const names: Record<string, Fate> = { p: "passed", b: "blocked", f: "failed" };
  return [...fates].map((letter) => ({ fate: names[letter]!, status: 0, milliseconds: 0 }));
};

describe("the sums", () => {
  it("count what was blocked and what failed", () => {
    expect(tallyOf(outcomes("ppbf"))).toEqual({ requests: 4, blocked: 1, failed: 1 });
    expect(tallyOf([])).toEqual({ requests: 0, blocked: 0, failed: 0 });
    expect(tallyBy(outcomes("pbb"), (index) => (index === 0 ? "x" : "y")).get("y")?.blocked).toBe(2);
  });

  it("compare a mode with CRS request by request, not sum by sum", () => {
    const crs = { benign: outcomes("bbbbp"), attacks: outcomes("bbp") };
    const mode = { benign: outcomes("bpppb"), attacks: outcomes("bpb") };
    expect(compare(crs, mode)).toEqual({
      falseAlarmsLeft: 1,
      falseAlarmShare: 0.25,
      attacksKept: 1,
      keptShare: 0.5,
    });
  });

  it("take quantiles by nearest rank", () => {
    const numbers = [5, 1, 4, 2, 3];
    expect([quantile(numbers, 0.5), quantile(numbers, 0.99), quantile(numbers, 0.2)]).toEqual([3, 5, 1]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

const row = (name: "crs" | "second-opinion", title: string, blocked: number): ConfigurationReport => ({
  name,
  title,
  benign: { requests: 3_000, blocked, failed: 0 },
  attacks: { requests: 800, blocked: 600, failed: 0 },
  latency: { requests: 300, medianMs: 2, p99Ms: 9, addedMedianMs: 1.256, addedP99Ms: -0.4 },
  attackTypes: { sqli: { requests: 100, blocked: 75, failed: 0 } },
  benignSources: { "demo-writing": { requests: 3_000, blocked, failed: 0 } },
  tools: {},
});
const report: DemoReport = {
  engine: "apache",
  crs: "3.3.4",
  paranoiaLevel: 1,
  refusedByServer: 0,
  leftOut: [],
  configurations: [row("crs", "CRS alone", 400), row("second-opinion", "second opinion", 40)],
  crsAlone: { falseAlarms: 400, attacksBlocked: 600, falseAlarmRules: { "942100": 30, "932100": 20 } },
  comparisons: {
    "second-opinion": { falseAlarmsLeft: 40, falseAlarmShare: 0.1, attacksKept: 596, keptShare: 0.9933 },
  },
  seconds: 90,
};

describe("the tables", () => {
  it("line up", () => {
    const [titles = "", rule = ""] = tableHead().split("\n");
    const rows = report.configurations.map(tableRow);
    expect(new Set([titles.length, rule.length, ...rows.map(({ length }) => length)]).size).toBe(1);
    expect(rows[0]).toContain("13.3 %");
    expect(rows[0]).toContain("+1.26");
    expect(rows[0]).toContain("−0.40");
  });

  it("say so when requests got no usable reply", () => {
    const failed = { ...row("crs", "CRS alone", 1), benign: { requests: 3_000, blocked: 1, failed: 7 } };
    expect(tableRow(failed)).toContain("(7 without a usable reply)");
  });

  it("give details by class and leave out groups that are empty", () => {
    const details = detailTable(report);
    expect(details).toMatch(/sqli +100 +75 {3}75\.0 %/);
    expect(details).not.toContain("attack tools");
  });

  it("end with what is left and what is kept, and whether that is the goal", () => {
    expect(conclusions(report)).toContain("400 false alarms, by 2 rules");
    expect(conclusions(report)).toContain("40 of these false alarms are left (10.0 %)");
    expect(conclusions(report)).toContain("is reached");
  });
});

describe("progress", () => {
  it("names the step, the share done and the time left, a line each where there is no terminal", () => {
    const lines: string[] = [];
    const progress = startProgress(
      [
        ["one", 30],
        ["two", 10],
      ],
      (text) => void lines.push(text),
      false,
    );
    progress.enter("one");
    progress.part(0.5);
    progress.enter("two");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\[ {2}0 %\] one, about 40 s left\n$/);
    expect(lines[1]).toMatch(/^\[ 75 %\] two, about \d+ s left\n$/);
  });
});
