/**
 * `arbiter settings`: what is in force, or the texts that are made from the settings table.
 */
import { Command, Option } from "commander";
import { configurationReference, effectiveFile, exampleFile } from "../../config/reference.ts";
import { addSettingOptions, settingsFromOptions } from "../setting-options.ts";

/** The command. */
export function settingsCommand(): Command {
  const command = new Command("settings").description("print the settings of the server that are in force");
  return addSettingOptions(command, "serve")
    .addOption(new Option("--reference", "print the reference page of all settings instead"))
    .addOption(
      new Option("--example", "print a settings file that holds every default as a comment").conflicts(
        "reference",
      ),
    )
    .action((options: Record<string, unknown>) => {
      if (options["reference"] === true) process.stdout.write(configurationReference());
      else if (options["example"] === true) process.stdout.write(exampleFile());
      else process.stdout.write(effectiveFile(settingsFromOptions(options, process.env, "serve").settings));
    });
}
