import { describe, expect, test } from "vitest";
import { catalogModel, modelCatalog } from "../../src/models/catalog.ts";
import type { Observation } from "../../src/models/model.ts";

const observation = (value: number): Observation => ({
  row: Float64Array.of(value, 1),
  texts: [`text ${value}`],
  bytes: Uint8Array.of(value),
});
const observations = Array.from({ length: 20 }, (_, i) => observation(i));

test("names are kebab-case, in a list without repetition, and found by name", () => {
  const names = modelCatalog.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(catalogModel(name)?.name).toBe(name);
  }
  expect(catalogModel("no-such-model")).toBeUndefined();
});

describe.each(modelCatalog.map((model) => [model.name, model] as const))("%s", (_, model) => {
  test("reads the one part that it says", () => {
    const labels = Uint8Array.from(observations, (_, i) => (model.kind === "supervised" ? i % 2 : 0));
    const only = observations.map(
      (whole) => ({ [model.reads]: whole[model.reads] }) as unknown as Observation,
    );
    const fitted = model.fit(only, labels, 1);
    expect(only.map(fitted.score)).toEqual(observations.map(model.fit(observations, labels, 1).score));
  });

  test("says which label it lacks", () => {
    const attacks = new Uint8Array(observations.length).fill(1);
    expect(() => model.fit(observations, attacks, 1)).toThrow(
      expect.objectContaining({ code: "data_invalid", message: expect.stringContaining(model.name) }),
    );
    expect(() => model.fit([], new Uint8Array(0), 1)).toThrow(
      expect.objectContaining({ code: "data_invalid" }),
    );
  });

  test("refuses a state that is none", () => {
    for (const state of [null, 1, "x", [], {}, { columns: 2 }])
      expect(() => model.restore(state)).toThrow(expect.objectContaining({ code: "model_invalid" }));
  });
});
