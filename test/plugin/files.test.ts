/** What the plugin's files must agree on: the two Lua clients, the configuration, the rules and the reference page. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const project = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(project, file), "utf8");
const clients = ["plugin/arbiter-modsecurity2.lua", "plugin/arbiter-modsecurity3.lua"].map(read);
const configuration = read("plugin/arbiter-config.conf");
const rules = read("plugin/arbiter-before.conf") + read("plugin/arbiter-after.conf");
const reference = read("docs/reference/plugin.md");

/** The settings in the configuration file, with the value that each rule would set. */
const settings = new Map(
  [...configuration.matchAll(/^# {4}setvar:'tx\.arbiter-plugin_(\w+)=(.*)'"/gm)].map(
    ([, name = "", value = ""]) => [name, value],
  ),
);

describe("the Lua clients", () => {
  it("are the same, byte for byte, between their rulers", () => {
    const shared = clients.map(
      (text) =>
        /\n(-- The part from here to the next ruler[\s\S]*?\n-{100,}\n[\s\S]*?\n-{100,})\n/.exec(text)?.[1],
    );
    expect(shared[0]?.length).toBeGreaterThan(10_000);
    expect(shared[1]).toBe(shared[0]);
  });

  it("read variables by literal names, save for the operator's own settings and rule ids", () => {
    for (const text of clients) {
      const reads = [...text.matchAll(/\b(?:get|getNumber|m\.getvars?)\(([^()]*)\)/g)].map(
        ([, name = ""]) => name,
      );
      const built = reads.filter((name) => !/^"[A-Za-z_.-]+"$/.test(name)).sort();
      expect([...new Set(built)]).toEqual(
        text === clients[0]
          ? [
              '"TX." .. name',
              '"TX.arbiter-hit_" .. id',
              '"TX.arbiter-plugin_" .. name',
              "collection",
              "name",
              "variable",
            ]
          : ['"TX." .. name', '"TX.arbiter-hit_" .. id', '"TX.arbiter-plugin_" .. name', "name", "variable"],
      );
    }
  });

  it("load no library but socket.unix, and run no program", () => {
    for (const text of clients) {
      expect([...text.matchAll(/require,? ?\(?"?([\w.]*)/g)].map(([, name]) => name)).toEqual([
        "socket.unix",
      ]);
      expect(text).toContain('pcall(require, "socket.unix")');
      expect(text).not.toMatch(/os\.execute|io\.popen|os\.remove|loadstring|dofile|loadfile/);
    }
  });
});

describe("the settings", () => {
  const luaDefaults = new Map(
    [
      ...(/local defaults = \{([\s\S]*?)\n\}/.exec(clients[0] ?? "")?.[1] ?? "").matchAll(
        /(\w+) = "?([^",]*)"?,/g,
      ),
    ].map(([, name = "", value = ""]) => [name, value]),
  );

  it("have the defaults in the clients that the configuration file states", () => {
    expect(luaDefaults.size).toBeGreaterThan(8);
    for (const [name, value] of luaDefaults) expect([name, settings.get(name)]).toEqual([name, value]);
  });

  it("are all used, and all that is used is in the configuration file", () => {
    const code = rules + clients.join("");
    for (const name of settings.keys())
      expect(code).toMatch(new RegExp(`arbiter-plugin_${name}\\b|setting\\("${name}"\\)`));
    for (const [, name] of code.matchAll(/setting\("(\w+)"\)/g)) expect([...settings.keys()]).toContain(name);
  });

  it("leave a value alone that was set before", () => {
    const guarded = [...configuration.matchAll(/^#SecRule &TX:arbiter-plugin_(\w+) "@eq 0"/gm)].map(
      ([, name]) => name,
    );
    expect(guarded).toEqual([...settings.keys()]);
  });

  it("are all on the reference page, with their defaults", () => {
    for (const name of settings.keys()) expect(reference).toContain(`\`${name}\``);
    for (const [name, value] of luaDefaults)
      expect(reference).toMatch(new RegExp(`\`${name}\`[^\\n]*\`${value}\``));
  });
});

describe("the rules", () => {
  const ids = [...(configuration + rules).matchAll(/^#? {4}"id:(\d+)/gm)].map(([, id]) => Number(id));

  it("have ids of their own, within the plugin's block", () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(Math.floor(id / 1000)).toBe(9529);
  });

  it("are on the reference page when they write a log line", () => {
    for (const rule of rules.split(/^(?=SecRule|SecAction)/m)) {
      if (!/\n {4}log,/.test(rule)) continue;
      expect(reference).toContain(/id:(\d+)/.exec(rule)?.[1]);
    }
  });
});
