import { describe, expect, it } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { modelSettingTable } from "../../src/config/model-settings.ts";
import { effectiveFile, exampleFile } from "../../src/config/reference.ts";
import type { Setting } from "../../src/config/setting.ts";
import { readSettingsFile } from "../../src/config/settings-file.ts";
import { foreignFailures } from "../../src/foreign/foreign-model.ts";
import { inputKinds } from "../../src/foreign/model-input.ts";

const read = (text: string) => readSettingsFile(Buffer.from(text), "a.yaml");
const one = (settings: string) => `models:\n  mine: ${settings}\n`;

describe("the models of a settings file", () => {
  it("have defaults, and what the file says", () => {
    const { models } = read(
      "models:\n  forest: { onnx: /a.onnx, features: [hour, arguments] }\n  team:\n    remote: https://a.example/score?x=1\n    role: vote\n    weight: 0.25\n    tokenFile: /t\n",
    );
    expect(models).toMatchObject([
      { name: "forest", onnx: "/a.onnx", role: "shadow", timeoutMs: 100, features: ["hour", "arguments"] },
      { name: "team", remote: "https://a.example/score?x=1", role: "vote", weight: 0.25, tokenFile: "/t" },
    ]);
    for (const [key, row] of Object.entries<Setting>(modelSettingTable))
      if (key !== "onnx" && key !== "features")
        expect([key, models[0]![key as "role"]]).toEqual([key, row.default]);
  });

  it.each([
    [
      "neither file nor address",
      "{ role: vote }",
      /^a\.yaml:2:3: models\.mine needs either "onnx".* or "remote"/,
    ],
    ["both", "{ onnx: /a, remote: 'http://a/' }", /needs either/],
    ["an unknown key", "{ onxn: /a }", /did you mean "models\.mine\.onnx"/],
    ["__proto__", "{ __proto__: /a }", /unknown setting "models\.mine\.__proto__"/],
    ["an unknown role", "{ onnx: /a, role: veto }", /models\.mine\.role must be one of shadow, vote/],
    ["a weight above 1", "{ onnx: /a, weight: 1.5 }", /weight must be a number from 0\.01 to 1/],
    ["a weight of nothing", "{ onnx: /a, weight: 0 }", /weight must be a number from 0\.01 to 1/],
    ["a weight that is no number", "{ onnx: /a, weight: .nan }", /weight must be a number/],
    ["a weight in quotes", '{ onnx: /a, weight: "0.5" }', /weight must be a number/],
    ["a time that is no whole number", "{ onnx: /a, timeoutMs: 1.5 }", /timeoutMs must be a whole number/],
    [
      "a feature twice",
      "{ onnx: /a, features: [hour, hour] }",
      /features must be a list of names, each once/,
    ],
    ["no features", "{ onnx: /a, features: [] }", /features must be a list of names/],
    [
      "an address with a password",
      "{ remote: 'http://a:b@c/' }",
      /remote must be an http:\/\/ or https:\/\/ address/,
    ],
    ["another protocol", "{ remote: 'file:///etc/passwd' }", /remote must be an http/],
    ["a path for an address", "{ remote: /a }", /remote must be an http/],
    [
      "an output of a remote model",
      "{ remote: 'http://a/', output: p }",
      /output is for models with "onnx" only/,
    ],
    ["a token for a file", "{ onnx: /a, tokenFile: /t }", /tokenFile is for models with "remote" only/],
    ["a list for a model", "[a]", /models\.mine must be a map/],
    ["an alias", "*a", /YAML|alias|Unresolved/i],
  ])("refuse %s with its place", (_, settings, complaint) => {
    expect(() => read(one(settings))).toThrow(complaint);
    expect(() => read(one(settings))).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });

  it("refuse strange names, too many models, and votes that weigh more than 1 together", () => {
    expect(() => read("models:\n  'a b': { onnx: /a }\n")).toThrow(/^a\.yaml:2:3: a model's name/);
    const many = Array.from({ length: 17 }, (_, i) => `  m${i}: { onnx: /a }\n`).join("");
    expect(() => read(`models:\n${many}`)).toThrow(/more than 16 models/);
    const votes = (weight: number) =>
      `models:\n  a: { onnx: /a, role: vote, weight: ${weight} }\n  b: { onnx: /b, role: vote, weight: 0.7 }\n  c: { onnx: /c, weight: 1 }\n`;
    expect(() => read(votes(0.31))).toThrow(/must not exceed 1 together/);
    expect(read(votes(0.3)).models.length).toBe(3);
  });

  it("come back from the settings in force", () => {
    const file = read("models:\n  a: { onnx: /a, spread: 2, gives: score }\n  b: { remote: 'http://b/' }\n");
    const { settings } = loadSettings({ flags: {}, environment: {}, file: undefined }, "serve");
    expect(settings.models).toEqual([]);
    expect(read(effectiveFile({ ...settings, models: file.models })).models).toEqual(file.models);
  });

  it("stand in the example as they may be written", () => {
    const example = exampleFile();
    const models = example.slice(example.indexOf("# models:")).replace(/^# /gm, "");
    expect(read(models).models.map(({ name, role }) => [name, role])).toEqual([
      ["forest", "shadow"],
      ["team", "vote"],
    ]);
  });

  it("know the inputs that models read", () => {
    expect(modelSettingTable.input.words).toEqual(inputKinds);
    expect(new Set(foreignFailures).size).toBe(6);
  });
});
