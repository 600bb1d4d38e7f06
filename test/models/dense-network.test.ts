import { describe, expect, test } from "vitest";
import {
  activationsFor,
  drawParameters,
  parameterCount,
  runBackward,
  runForward,
} from "../../src/models/dense-network.ts";
import { seededRandom } from "../../src/random.ts";

describe("a network by hand", () => {
  // Two inputs, one tanh unit, two outputs.
  const sizes = [2, 1, 2];
  const parameters = Float64Array.of(0.5, -1, 0.25, 2, -3, 0.1, 0.2);

  test("computes what its numbers say", () => {
    const activations = activationsFor(sizes);
    activations.values[0]!.set([2, 0.75]);
    const inner = Math.tanh(2 * 0.5 - 0.75 + 0.25);
    expect([...runForward(parameters, activations)]).toEqual([0.1 + inner * 2, 0.2 + inner * -3]);
  });

  test("has as many numbers as its layers need", () => {
    expect(parameterCount(sizes)).toBe(parameters.length);
    expect(parameterCount([1024, 128, 32, 128, 1024])).toBe(271_648);
  });
});

describe("derivatives", () => {
  const sizes = [6, 5, 3, 4, 6];
  const random = seededRandom(3);
  const parameters = drawParameters(sizes, random).map((weight) => weight + 0.2 * (random.next() - 0.5));
  // One input is 0: forward and backward leave it out.
  const input = [0.3, 0, -0.7, 0.9, 0.1, -0.4];
  const wanted = [1, -1, 0.5, 0, 2, 0.25];
  const activations = activationsFor(sizes);

  const lossAt = (numbers: Float64Array): number => {
    activations.values[0]!.set(input);
    return runForward(numbers, activations).reduce((sum, x, i) => sum + (x - wanted[i]!) ** 2, 0);
  };

  test("are those of finite differences, for every number of the network", () => {
    lossAt(parameters);
    const output = activations.values.at(-1)!;
    activations.slopes.at(-1)!.set(output.map((x, i) => 2 * (x - wanted[i]!)));
    const gradient = new Float64Array(parameters.length);
    runBackward(parameters, activations, gradient);
    const step = 1e-5;
    for (let i = 0; i < parameters.length; i++) {
      const numeric =
        (lossAt(parameters.with(i, parameters[i]! + step)) -
          lossAt(parameters.with(i, parameters[i]! - step))) /
        (2 * step);
      expect(Math.abs(gradient[i]! - numeric), `number ${i}`).toBeLessThan(1e-8);
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.5);
  });

  test("are added to what is there", () => {
    lossAt(parameters);
    activations.slopes.at(-1)!.fill(1);
    const once = new Float64Array(parameters.length);
    runBackward(parameters, activations, once);
    const twice = once.slice();
    runBackward(parameters, activations, twice);
    expect(twice).toEqual(once.map((slope) => 2 * slope));
  });
});

test("weights are drawn within their reach, biases are 0, and equal seeds give equal numbers", () => {
  const drawn = drawParameters([4, 2, 3], seededRandom(1));
  expect(drawn.subarray(0, 8).every((weight) => weight !== 0 && Math.abs(weight) <= 1)).toBe(true);
  expect([...drawn.subarray(8, 10), ...drawn.subarray(16)]).toEqual([0, 0, 0, 0, 0]);
  expect(drawParameters([4, 2, 3], seededRandom(1))).toEqual(drawn);
  expect(drawParameters([4, 2, 3], seededRandom(2))).not.toEqual(drawn);
});
