/**
 * Command-line options of the commands that run for long, made from the settings table.
 */
import { type Command, Option } from "commander";
import { expectation } from "../config/check-value.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import type { Setting, SettingUser } from "../config/setting.ts";
import { type SettingName, settingTable } from "../config/settings.ts";

/** Adds `--config` and an option for every setting of `user` that has a flag. */
export function addSettingOptions(command: Command, user: SettingUser): Command {
  for (const [name, setting] of flagged(user)) {
    const flags = setting.type === "switch" ? setting.flag : `${setting.flag} <${placeholder(setting)}>`;
    command.addOption(new Option(`${flags}`, `${firstSentence(setting.why)} [${name}]`));
  }
  return command.option(
    "--config <FILE>",
    "a settings file in YAML; flags and environment variables come before it",
  );
}

/** Loads the settings for the options that `addSettingOptions` parsed. Throws `config_invalid`. */
export function settingsFromOptions(
  options: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  user: SettingUser,
): LoadedSettings {
  const flags: Partial<Record<SettingName, string | true>> = {};
  for (const [name, setting] of flagged(user)) {
    const given = options[(setting.flag as string).slice(2)];
    if (typeof given === "string" || given === true) flags[name] = given;
  }
  const file = typeof options["config"] === "string" ? options["config"] : environment["ARBITER_CONFIG"];
  return loadSettings({ flags, environment, file }, user);
}

function flagged(user: SettingUser): [SettingName, Setting][] {
  return (Object.entries(settingTable) as [SettingName, Setting][]).filter(
    ([, setting]) => setting.flag !== undefined && setting.usedBy.includes(user),
  );
}

function placeholder(setting: Setting): string {
  switch (setting.type) {
    case "address":
      return "HOST:PORT";
    case "url":
      return "URL";
    case "word":
      return setting.words.join("|");
    default:
      return setting.flag === "--socket" ? "PATH" : setting.type === "path" ? "FILE" : expectation(setting);
  }
}

function firstSentence(text: string): string {
  const end = text.indexOf(". ");
  return end < 0 ? text : text.slice(0, end + 1);
}
