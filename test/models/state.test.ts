import { describe, expect, test } from "vitest";
import type { Plain } from "../../src/models/model.ts";
import { demand, invalidModel, shaped } from "../../src/models/state.ts";

const shape = { count: "integer", rate: "number", word: "text", words: "texts", bytes: Uint8Array } as const;
const whole = { count: 3, rate: 0.5, word: "a", words: ["a", "b"], bytes: Uint8Array.of(1) };

describe("a state of its shape", () => {
  test("is what it was", () => {
    expect(shaped(whole, shape)).toBe(whole);
  });

  test.each<[string, Plain, string]>([
    ["nothing", null, "record"],
    ["a number", 1, "record"],
    ["a list", [], "record"],
    ["an array", Uint8Array.of(1), "record"],
    ["a field too few", { ...whole, rate: undefined } as unknown as Plain, "rate"],
    ["a field that is missing", { count: 3 }, "rate is missing"],
    ["a field too many", { ...whole, more: 1 }, "unknown field more"],
    ["a fraction for an integer", { ...whole, count: 0.5 }, "count"],
    ["an integer beyond all", { ...whole, count: 2 ** 60 }, "count"],
    ["a text for a number", { ...whole, rate: "1" }, "rate"],
    ["a number for a text", { ...whole, word: 1 }, "word"],
    ["a number among texts", { ...whole, words: ["a", 1] }, "words"],
    ["an array of another kind", { ...whole, bytes: Int8Array.of(1) }, "bytes"],
    ["a name of the prototype", { ...whole, toString: 1 } as unknown as Plain, "unknown field toString"],
  ])("is not %s", (_, state, reason) => {
    expect(() => shaped(state, shape)).toThrow(
      expect.objectContaining({ code: "model_invalid", message: expect.stringContaining(reason) }),
    );
  });
});

test("a demand that holds says nothing, and another throws its reason", () => {
  expect(() => demand(true, "why")).not.toThrow();
  expect(() => demand(false, "why")).toThrow(invalidModel("why"));
});
