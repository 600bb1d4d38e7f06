import { expect, test } from "vitest";
import type { OperatingPoints } from "../../src/verdict/operating-point.ts";
import { pointFor } from "../../src/verdict/operating-point.ts";

const points: OperatingPoints = {
  "second-opinion": { suspect: 0.1, attack: 0.9 },
  scoring: { suspect: 0.5, attack: 0.8 },
  general: { suspect: 0.6, attack: 0.95 },
};

test.each([
  ["second-opinion", 1, { suspect: 0.1, attack: 0.9 }],
  // A wide net: only what would be denied without it.
  ["second-opinion", 2, { suspect: 0.95, attack: 0.95 }],
  ["second-opinion", 4, { suspect: 0.95, attack: 0.95 }],
  ["scoring", 4, { suspect: 0.5, attack: 0.8 }],
  ["general", 4, { suspect: 0.6, attack: 0.95 }],
] as const)("%s at paranoia level %i", (mode, level, expected) => {
  expect(pointFor(points, mode, level)).toEqual(expected);
});
