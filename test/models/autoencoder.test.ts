import { describe, expect, test } from "vitest";
import type { Autoencoder } from "../../src/models/autoencoder.ts";
import { autoencoderScorer, reconstructionError } from "../../src/models/autoencoder.ts";
import { parameterCount } from "../../src/models/dense-network.ts";

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("a network that says nothing", () => {
  const sizes = [8, 2, 8];
  const parameters = new Float32Array(parameterCount(sizes));

  test("has the length of the vector as its error, which is 1", () => {
    const error = reconstructionError(sizes, Float64Array.from(parameters));
    expect(error(bytesOf("GET /"))).toBeCloseTo(1, 12);
    expect(error(bytesOf(""))).toBe(0);
  });

  test("is scored by the rank of that error", () => {
    const model: Autoencoder = { sizes: Int32Array.from(sizes), parameters, errors: Float64Array.of(0.5, 2) };
    const score = autoencoderScorer(model);
    expect(score(bytesOf("GET /"))).toBeCloseTo((1 + 0.5 / 1.5) / 3, 12);
    expect(score(bytesOf(""))).toBe(0);
  });
});
