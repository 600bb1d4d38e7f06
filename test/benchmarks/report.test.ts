import { expect, test } from "vitest";
import { figure, formatTable, milliseconds, percent } from "../../benchmarks/report.ts";

test("columns are as wide as their widest cell, text to the left and numbers to the right", () => {
  const table = {
    title: "A table",
    columns: ["", "µs"],
    rows: [
      ["one", "5"],
      ["eleven", "1,250"],
    ],
  };
  expect(formatTable(table).split("\n")).toEqual([
    "A table",
    "",
    "           µs",
    "------  -----",
    "one         5",
    "eleven  1,250",
  ]);
});

test("numbers are written for people", () => {
  expect(figure(1234.5, 1)).toBe("1,234.5");
  expect(percent(0.2951)).toBe("29.5 %");
  expect(milliseconds(1234)).toBe("1.23 ms");
});
