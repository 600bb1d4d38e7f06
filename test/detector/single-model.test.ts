import { describe, expect, test } from "vitest";
import {
  isSingleModel,
  observationOf,
  readSingleModel,
  type SingleModelParts,
  writeSingleModel,
} from "../../src/detector/single-model.ts";
import { ArbiterError } from "../../src/errors.ts";
import { features } from "../../src/features/catalog.ts";
import { extract } from "../../src/features/extract.ts";
import { requestBytes } from "../../src/features/request-bytes.ts";
import { modelCatalog } from "../../src/models/catalog.ts";
import type { Plain } from "../../src/models/model.ts";
import { readModelFile, writeModelFile } from "../../src/models/model-file.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const request = (value: string) =>
  buildTransaction({
    method: "POST",
    uri: `/a?q=${encodeURIComponent(value)}`,
    headers: [{ name: "Host", value: "shop.example" }],
    body: Buffer.from(`x=${value}`),
  });
const transactions = Array.from({ length: 40 }, (_, i) =>
  request(i % 2 === 0 ? `it's ${i}` : `<b onclick=${i}>`),
);
const attacks = Uint8Array.from(transactions, (_, i) => i % 2);
const measured = {
  threshold: 0.5,
  promisedFalseAlarms: 0.01,
  falseAlarms: 0,
  normalRows: 100,
  detection: null,
  attackRows: 0,
};
const provenance = { seed: 1, madeWith: "test", normalRows: 20, attackRows: 20, dataDigest: "0".repeat(64) };

function partsOf(model: (typeof modelCatalog)[number]): SingleModelParts {
  const { state } = model.fit(transactions.map(observationOf), attacks, 1);
  return { name: model.name, state, measured, provenance };
}

function refusal(file: Uint8Array): ArbiterError {
  try {
    readSingleModel(file);
  } catch (error) {
    if (error instanceof ArbiterError) return error;
    throw error;
  }
  throw new Error("the file was read");
}

describe("what models read of a transaction", () => {
  test("is the row and the texts of the one extraction, texts as Unicode", () => {
    const { row, texts } = observationOf(request("é'"));
    expect(row).toHaveLength(features.length);
    expect(row).toEqual(extract(request("é'")).row());
    expect(texts).toContain("é'");
  });

  test("is the whole request as bytes, in their canonical form", () => {
    expect(observationOf(request("é")).bytes).toEqual(requestBytes(request("é")));
  });
});

describe.each(modelCatalog.map((model) => [model.name, model] as const))("%s", (_, model) => {
  const parts = partsOf(model);
  const file = writeSingleModel(parts);

  test("scores transactions out of its file as it did before", () => {
    const read = readSingleModel(file);
    const { score } = model.fit(transactions.map(observationOf), attacks, 1);
    expect(isSingleModel(file)).toBe(true);
    expect(read).toMatchObject({ name: model.name, measured, provenance });
    expect(transactions.map(read.score)).toEqual(transactions.map((one) => score(observationOf(one))));
  });
});

describe("a file is refused", () => {
  const file = writeSingleModel(partsOf(modelCatalog[0]!));
  const content = readModelFile(file).content as Readonly<Record<string, Plain>>;
  const { name } = modelCatalog[0]!;
  const changed = (change: Record<string, Plain>, kind = name): Uint8Array =>
    writeModelFile({ kind, content: { ...content, ...change } });

  test.each<[string, Uint8Array, string, string]>([
    [
      "of a model that this release has not",
      changed({}, "no-such-model"),
      "model_incompatible",
      "no such model",
    ],
    ["for other features", changed({ features: "0123456789abcdef" }), "model_incompatible", "features"],
    ["with a field more", changed({ more: 1 }), "model_invalid", "more"],
    ["without a record", writeModelFile({ kind: name, content: 1 }), "model_invalid", "header"],
    [
      "with a threshold beyond scores",
      changed({ measured: { ...measured, threshold: 2 } }),
      "model_invalid",
      "threshold",
    ],
    [
      "with a share beyond one",
      changed({ measured: { ...measured, falseAlarms: 2 } }),
      "model_invalid",
      "falseAlarms",
    ],
    [
      "with a digest that is none",
      changed({ provenance: { ...provenance, dataDigest: "x" } }),
      "model_invalid",
      "dataDigest",
    ],
    [
      "with the state of another model",
      changed({ model: partsOf(modelCatalog[1]!).state }),
      "model_invalid",
      "field",
    ],
    ["that is cut", file.subarray(0, -1), "model_invalid", "digest"],
    ["that is none", Buffer.from("x".repeat(100)), "model_invalid", "begin"],
  ])("%s", (_, bytes, code, message) => {
    expect(refusal(bytes)).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
