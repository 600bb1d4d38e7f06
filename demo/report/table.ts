/** The tables of the demo: fixed columns, so that a row can be printed as soon as it is known. */
import type { Comparison, ConfigurationReport, DemoReport, Tally } from "./report.ts";

const columns = [
  ["configuration", 22],
  ["benign", 8],
  ["blocked", 9],
  ["", 9],
  ["attacks", 9],
  ["blocked", 9],
  ["", 9],
  ["median +ms", 12],
  ["p99 +ms", 9],
] as const;

/** The head of the main table, with a rule below it. */
export function tableHead(): string {
  const titles = columns.map(([title, width], index) => cell(title, width, index === 0)).join("");
  return `${titles}\n${"─".repeat(titles.length)}`;
}

/** One row of the main table. */
export function tableRow(row: ConfigurationReport): string {
  const cells = [
    row.title,
    String(row.benign.requests),
    String(row.benign.blocked),
    percent(row.benign),
    String(row.attacks.requests),
    String(row.attacks.blocked),
    percent(row.attacks),
    signed(row.latency.addedMedianMs),
    signed(row.latency.addedP99Ms),
  ];
  const line = cells.map((text, index) => cell(text, columns[index]?.[1] ?? 0, index === 0)).join("");
  const failed = row.benign.failed + row.attacks.failed;
  return failed === 0 ? line : `${line}   (${failed} without a usable reply)`;
}

/** The second table: what each configuration blocked, by class of attack, by source of benign traffic, by tool. */
export function detailTable(report: DemoReport): string {
  const { configurations } = report;
  const groups: readonly (readonly [
    string,
    (row: ConfigurationReport) => Readonly<Record<string, Tally>>,
  ])[] = [
    ["attacks blocked, by class", (row) => row.attackTypes],
    ["sent by attack tools, blocked", (row) => row.tools],
    ["benign blocked, by source", (row) => row.benignSources],
  ];
  const lines: string[] = [];
  for (const [title, tallies] of groups) {
    const names = Object.keys(configurations[0] === undefined ? {} : tallies(configurations[0]));
    if (names.length === 0) continue;
    lines.push(
      "",
      cell(title, 31, true) + cell("requests", 9) + configurations.map((row) => cell(row.title, 22)).join(""),
    );
    lines.push("─".repeat(40 + 22 * configurations.length));
    for (const name of names) {
      const requests =
        configurations[0] === undefined ? 0 : (tallies(configurations[0])[name]?.requests ?? 0);
      const cells = configurations.map((row) => {
        const tally = tallies(row)[name];
        return cell(tally === undefined ? "" : `${tally.blocked} ${cell(percent(tally), 8)}`, 22);
      });
      lines.push(cell(name, 31, true) + cell(String(requests), 9) + cells.join(""));
    }
  }
  return lines.join("\n");
}

/** What Arbiter made of CRS's false alarms and catches, in sentences. */
export function conclusions(report: DemoReport): string {
  const lines: string[] = [];
  if (report.crsAlone !== null) {
    const rules = Object.keys(report.crsAlone.falseAlarmRules).length;
    lines.push(`CRS alone raised ${report.crsAlone.falseAlarms} false alarms, by ${rules} rules.`);
  }
  for (const row of report.configurations) {
    const comparison = report.comparisons[row.name];
    if (comparison !== undefined) lines.push(`${cell(`${row.title}:`, 21, true)} ${sentence(comparison)}`);
  }
  const second = report.comparisons["second-opinion"];
  if (second !== undefined) {
    const reached = second.falseAlarmShare <= 0.2 && second.keptShare >= 0.99;
    lines.push(
      `The goal of second opinion (at most 20 % left, at least 99 % kept) is ${reached ? "reached" : "missed"}.`,
    );
  }
  return lines.join("\n");
}

function sentence({ falseAlarmsLeft, falseAlarmShare, attacksKept, keptShare }: Comparison): string {
  return `${falseAlarmsLeft} of these false alarms are left (${share(falseAlarmShare)}); of the attacks that CRS blocked ${attacksKept} stay blocked (${share(keptShare)}).`;
}

function percent(tally: Tally): string {
  return tally.requests === 0 ? "" : share(tally.blocked / tally.requests);
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function signed(milliseconds: number): string {
  return Number.isNaN(milliseconds)
    ? ""
    : `${milliseconds >= 0 ? "+" : "−"}${Math.abs(milliseconds).toFixed(2)}`;
}

function cell(text: string, width: number, left = false): string {
  return left ? text.padEnd(width) : text.padStart(width);
}
