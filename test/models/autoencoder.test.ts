import { describe, expect, test } from "vitest";
import type { Autoencoder } from "../../src/models/autoencoder.ts";
import { autoencoderScorer, reconstructionError } from "../../src/models/autoencoder.ts";
import { parameterCount } from "../../src/models/dense-network.ts";

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("a network that says nothing", () => {
  const sizes = [8, 2, 8];
  const parameters = new Float32Array(parameterCount(sizes));

  test("has the length of the vector, which is 1, times the root of seven n-grams as its error", () => {
    const error = reconstructionError(sizes, Float64Array.from(parameters));
    expect(error(bytesOf("GET /"))).toBeCloseTo(Math.sqrt(7), 12);
    expect(error(bytesOf(""))).toBe(0);
  });

  test("is scored by the rank of that error", () => {
    const model: Autoencoder = { sizes: Int32Array.from(sizes), parameters, errors: Float64Array.of(2, 3) };
    const score = autoencoderScorer(model);
    expect(score(bytesOf("GET /"))).toBeCloseTo((1 + (Math.sqrt(7) - 2)) / 3, 12);
    expect(score(bytesOf(""))).toBe(0);
  });
});
