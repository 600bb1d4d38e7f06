import { expect, test } from "vitest";
import { adam } from "../../src/models/adam.ts";

test("the first step has the length of the learning rate, whatever the slope", () => {
  const parameters = Float64Array.of(1, 1, 1);
  adam(3, 0.1)(parameters, Float64Array.of(5, -0.001, 0));
  expect(parameters[0]).toBeCloseTo(0.9, 6);
  expect(parameters[1]).toBeCloseTo(1.1, 4);
  expect(parameters[2]).toBe(1);
});

test("the second step follows both slopes, as the paper's algorithm 1 says", () => {
  const parameters = Float64Array.of(0);
  const step = adam(1, 0.1);
  step(parameters, Float64Array.of(1));
  step(parameters, Float64Array.of(-2));
  const first = (0.9 * 0.1 - 0.1 * 2) / (1 - 0.81);
  const second = (0.999 * 0.001 + 0.001 * 4) / (1 - 0.998001);
  expect(parameters[0]).toBeCloseTo(-0.1 - (0.1 * first) / Math.sqrt(second), 7);
});
