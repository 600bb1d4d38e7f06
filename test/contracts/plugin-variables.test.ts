/**
 * The plugin's variables by name: rules, both Lua clients and the documented settings spell them alike. A misspelt name
 * is empty for ModSecurity and a setting without effect for the operator; nothing else would notice.
 */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { filesBelow, textOf } from "./source-files.ts";

const prefix = "arbiter-plugin_";

/** The names that a pattern with one group finds. */
function names(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, name]) => name!));
}

const rules = filesBelow("plugin", ".conf").map(textOf).join("\n");
const clients = filesBelow("plugin", ".lua").map((path) => ({ path, text: textOf(path) }));
const settingsFile = textOf("plugin/arbiter-config.conf");

/** Settings with the values that the settings file shows, written there as rules that are commented out. */
const settings = new Map(
  [...settingsFile.matchAll(/^#\s*setvar:'tx\.arbiter-plugin_(\w+)=([^']*)'/gm)].map(([, name, value]) => [
    name!,
    value!,
  ]),
);

const lua = clients.map(({ text }) => text).join("\n");
const read = new Set([
  ...names(rules, /TX:arbiter-plugin_(\w+)/g),
  ...names(rules, /%\{tx\.arbiter-plugin_(\w+)\}/g),
  ...names(lua, /\bsetting\("(\w+)"\)/g),
  ...names(lua, /\bget(?:Number)?\("TX\.arbiter-plugin_(\w+)"\)/g),
]);
const written = new Set([
  ...names(rules, /setvar:'!?tx\.arbiter-plugin_(\w+)/g),
  ...names(lua, /\bput\("(\w+)"/g),
]);

test("there are settings, and variables that are read and written", () => {
  for (const found of [settings, read, written]) expect(found.size).toBeGreaterThan(10);
});

test("every variable that is read is a setting or written by the plugin", () => {
  // `crs-hits` writes the list of rules into a file of its own.
  const generated = ["rule_ids"];
  expect(
    [...read].filter((name) => !settings.has(name) && !written.has(name) && !generated.includes(name)),
  ).toEqual([]);
});

test("every setting has an effect somewhere", () => {
  expect([...settings.keys()].filter((name) => !read.has(name))).toEqual([]);
});

test("no variable is written under another spelling of the prefix", () => {
  const spellings = names(`${rules}\n${lua}`, /\b(tx[.:]arbiter[-_]plugin[-_.])/gi);
  expect(
    [...spellings].map((spelling) => spelling.slice(3)).filter((spelling) => spelling !== prefix),
  ).toEqual([]);
});

describe("both clients", () => {
  test("read and write the same variables", () => {
    const [one, other] = clients.map(({ text }) => [
      ...names(text, /\b(?:setting|put)\("(\w+)"/g),
      ...names(text, /\bget(?:Number)?\("(TX\.[\w-]+)"\)/g),
    ]);
    expect(clients).toHaveLength(2);
    expect([...one!].sort()).toEqual([...other!].sort());
  });

  test.each(clients.map(({ path, text }) => [path, text] as const))(
    "%s has the defaults of the settings file",
    (_, text) => {
      const table = /local defaults = \{([\s\S]*?)\n\}/.exec(text)![1]!;
      const defaults = [...table.matchAll(/^\s*(\w+) = "?([^",\n]*)"?,/gm)].map(
        ([, name, value]) => [name!, value!] as const,
      );
      expect(defaults.length).toBeGreaterThan(5);
      for (const [name, value] of defaults) {
        expect(settings.has(name), name).toBe(true);
        if (!examples.has(name)) expect(value, name).toBe(settings.get(name));
      }
    },
  );
});

/** Settings that are off by default, for which the settings file shows an example. */
const examples = new Set(["site", "breaker"]);

test("the documents name no variable that does not exist", () => {
  const documents = [...filesBelow("docs", ".md"), ...filesBelow("plugin", ".md"), "README.md"].filter(
    exists,
  );
  const named = documents.flatMap((path) => [...names(textOf(path), /arbiter-plugin_(\w+)/g)]);
  const known = new Set([...settings.keys(), ...read, ...written]);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

function exists(path: string): boolean {
  return existsSync(new URL(`../../${path}`, import.meta.url));
}
