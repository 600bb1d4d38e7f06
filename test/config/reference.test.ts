import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { configurationReference, effectiveFile, exampleFile } from "../../src/config/reference.ts";
import { settingTable } from "../../src/config/settings.ts";
import { readSettingsFile } from "../../src/config/settings-file.ts";

const reference = (name: string) =>
  readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), "utf8");

describe("texts from the settings table", () => {
  it("are what the documentation holds", () => {
    expect(reference("configuration.md")).toBe(configurationReference());
    expect(reference("arbiter.example.yaml")).toBe(exampleFile());
  });

  it("name every setting", () => {
    for (const name of Object.keys(settingTable)) expect(configurationReference()).toContain(`\`${name}\``);
  });

  it("hold an example that is a settings file and sets nothing", () => {
    expect(readSettingsFile(Buffer.from(exampleFile()), "example")).toEqual({
      values: new Map(),
      sites: [],
      models: [],
    });
  });

  it("hold an example whose lines are right when they are uncommented", () => {
    const uncommented = exampleFile().replace(/^ {2}#([a-zA-Z]+): (?=\S)/gm, "  $1: ");
    const { values } = readSettingsFile(Buffer.from(uncommented), "example");
    const defaults = Object.entries(settingTable).filter(([, row]) => row.default !== undefined);
    expect(Object.fromEntries(values)).toEqual(
      Object.fromEntries(defaults.map(([name, row]) => [name, row.default])),
    );
  });

  it("say what is in force in a form that can be read back", () => {
    const { settings } = loadSettings(
      { flags: { "server.socket": "/a" }, environment: {}, file: undefined },
      "serve",
    );
    const { values, sites } = readSettingsFile(Buffer.from(effectiveFile(settings)), "effective");
    expect(values.get("server.socket")).toBe("/a");
    expect(values.get("server.socketMode")).toBe("0660");
    expect(sites).toEqual(settings.sites);
  });
});
