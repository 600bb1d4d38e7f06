/**
 * The `models` of a settings file: models of the user's own, each under its name.
 */
import { checkValue } from "./check-value.ts";
import { type ModelSettings, modelSettingTable, onnxSettings, remoteSettings } from "./model-settings.ts";
import type { Setting } from "./setting.ts";
import { entries, type Fail, offsetOf, plainValue, unknown } from "./yaml-nodes.ts";

/** Models of one server: each is asked about every request. */
const mostModels = 16;

/** Reads one model; `offset` is the place of its name. */
export function readModel(name: string, node: unknown, offset: number, fail: Fail): ModelSettings {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    fail(offset, "a model's name must be 1 to 64 letters, digits, dots, dashes or underscores");
  }
  const table: Readonly<Record<string, Setting>> = modelSettingTable;
  const model: Record<string, unknown> = { name };
  for (const [key, row] of Object.entries(table)) model[key] = row.default;
  const given = new Map<string, number>();
  for (const [key, content, keyOffset] of entries(node, `models.${name}`, fail)) {
    const row = Object.hasOwn(table, key) ? table[key] : undefined;
    if (row === undefined) return unknown(key, `models.${name}.`, Object.keys(table), keyOffset, fail);
    const outcome = checkValue(row, plainValue(content, row, fail));
    if ("problem" in outcome) fail(offsetOf(content, keyOffset), `models.${name}.${key} ${outcome.problem}`);
    else model[key] = outcome.value;
    given.set(key, keyOffset);
  }
  if (given.has("onnx") === given.has("remote")) {
    fail(offset, `models.${name} needs either "onnx", a file, or "remote", an address`);
  }
  const foreign: readonly string[] = given.has("onnx") ? remoteSettings : onnxSettings;
  for (const [key, at] of given) {
    if (foreign.includes(key))
      fail(at, `models.${name}.${key} is for models with "${given.has("onnx") ? "remote" : "onnx"}" only`);
  }
  return model as unknown as ModelSettings;
}

/** What must be true of all models together. */
export function checkModels(models: readonly ModelSettings[], offset: number, fail: Fail): void {
  if (models.length > mostModels) fail(offset, `there are more than ${mostModels} models`);
  const weights = models.reduce((sum, { role, weight }) => sum + (role === "vote" ? weight : 0), 0);
  if (weights > 1 + 1e-9) fail(offset, "the weights of all voting models must not exceed 1 together");
}
