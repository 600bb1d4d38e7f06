/** Settings of models for tests, as a settings file would give them. */

import type { ModelSettings } from "../../src/config/model-settings.ts";
import { readSettingsFile } from "../../src/config/settings-file.ts";

/** The folder of the ONNX files. */
export const modelFolder = new URL("../fixtures/models/", import.meta.url).pathname;

/** The settings of a model with these keys. */
export function modelSettings(settings: Partial<Record<keyof ModelSettings, unknown>>): ModelSettings {
  const { name = "mine", ...rest } = settings;
  const text = JSON.stringify({ models: { [name as string]: rest } });
  return readSettingsFile(Buffer.from(text), "test.yaml").models[0] as ModelSettings;
}

/** The settings of an ONNX file among the fixtures. */
export function onnxSettings(
  file: string,
  settings: Partial<Record<keyof ModelSettings, unknown>> = {},
): ModelSettings {
  return modelSettings({ onnx: `${modelFolder}${file}.onnx`, ...settings });
}
