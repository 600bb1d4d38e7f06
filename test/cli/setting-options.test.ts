import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addSettingOptions, settingsFromOptions } from "../../src/cli/setting-options.ts";
import type { Setting } from "../../src/config/setting.ts";
import { settingTable } from "../../src/config/settings.ts";

describe("options from the settings table", () => {
  it.each(["serve", "gateway"] as const)("exist for every setting of %s that has a flag", (user) => {
    const command = addSettingOptions(new Command(user), user);
    const flags = command.options.map((option) => option.long);
    const expected = (Object.values(settingTable) as Setting[])
      .filter((row) => row.flag !== undefined && row.usedBy.includes(user))
      .map((row) => row.flag);
    expect(flags).toEqual([...expected, "--config"]);
  });

  it("reach the settings, switches too", () => {
    const { values } = settingsFromOptions(
      { listen: "127.0.0.1:0", upstream: "http://127.0.0.1:1", shadow: true },
      {},
      "gateway",
    ).settings;
    expect(values["gateway.listen"]).toBe("127.0.0.1:0");
    expect(values["gateway.shadow"]).toBe(true);
    expect(values["server.listen"]).toBeUndefined();
  });
});
