/** What every benchmark prints and writes: an aligned table, the machine it ran on, and the same as JSON. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";

/** A table: names of the columns, and rows of ready-made text. The first column is text, the others are numbers. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table as lines of text with aligned columns. */
export function formatTable({ title, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [title, "", line(columns), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

/** A number with `digits` decimals, with commas between thousands. */
export function figure(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share in [0, 1] as text. */
export function percent(share: number, digits = 1): string {
  return `${figure(share * 100, digits)} %`;
}

/** Microseconds as text in milliseconds. */
export function milliseconds(us: number): string {
  return `${figure(us / 1000, 2)} ms`;
}

/** The class of machine, without names: enough to judge a figure by. */
export function describeMachine(): Readonly<Record<string, string | number>> {
  return { processors: cpus().length, node: process.versions.node, kernel: kernelVersion() };
}

/** Share of the processors' time since `before` that went to other virtual machines, in [0, 1]. */
export function stolenShare(before: readonly number[]): number {
  const spent = processorTicks().map((ticks, index) => ticks - (before[index] ?? 0));
  const total = spent.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  return (spent[7] ?? 0) / total;
}

/** Ticks of all processors together by kind; the eighth is time stolen by the host. */
export function processorTicks(): readonly number[] {
  const [, ...ticks] = (readFileSync("/proc/stat", "latin1").split("\n", 1)[0] ?? "").split(/\s+/);
  return ticks.map(Number);
}

/** Prints the tables and, where a file is named, writes `data` with the machine's description as JSON. */
export async function report(
  tables: readonly Table[],
  data: Readonly<Record<string, unknown>>,
  file: string | undefined,
): Promise<void> {
  const machine = describeMachine();
  for (const table of tables) process.stdout.write(`\n${formatTable(table)}\n`);
  process.stdout.write(`\n${machine["processors"]} processors, Node ${machine["node"]}\n`);
  if (file !== undefined) await writeFile(file, `${JSON.stringify({ machine, ...data }, null, 2)}\n`);
}

function kernelVersion(): string {
  return readFileSync("/proc/version", "latin1").split(" ")[2]?.split("-")[0] ?? "unknown";
}
