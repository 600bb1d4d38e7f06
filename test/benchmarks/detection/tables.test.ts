import { expect, test } from "vitest";
import { rateTitle, share, tunedTable } from "../../../benchmarks/detection/tables.ts";
import { formatTable } from "../../../benchmarks/report.ts";

test("a share is told with half of its interval, where there is one", () => {
  expect(share({ mean: 0.5, low: 0.4, high: 0.6 })).toBe("50.00 % ±10.00");
  expect(share({ mean: 0.5, low: null, high: null }, 1)).toBe("50.0 %");
  expect(share({ mean: Number.NaN, low: null, high: null })).toBe("-");
});

test("rules that are off are told step by step", () => {
  const steps = [
    { off: [], falseAlarms: 0.145, detection: 0.71 },
    { off: [920420], falseAlarms: 0.042, detection: 0.71 },
  ];
  expect(
    formatTable(tunedTable({ PL1: steps }))
      .split("\n")
      .slice(2),
  ).toEqual([
    "         rules off  of requests   found  switched off last",
    "-------  ---------  -----------  ------  -----------------",
    "CRS PL1          0      14.50 %  71.0 %",
    "CRS PL1          1       4.20 %  71.0 %             920420",
  ]);
});

test("rates are headings without the rounding errors of binary fractions", () => {
  expect(["0.01", "0.001", "0.0007", "0.0001"].map(rateTitle)).toEqual([
    "at 1 %",
    "at 0.1 %",
    "at 0.07 %",
    "at 0.01 %",
  ]);
});
