import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatHits } from "../../src/seclang/crs-hits.ts";
import { parseDirectives } from "../../src/seclang/directives.ts";
import { collectRules } from "../../src/seclang/rules.ts";
import { findCrs, listRuleFiles } from "../../testbed/crs.ts";
import { lintRules } from "../../testbed/crs-linter.ts";
import { projectDirectory } from "../../testbed/install.ts";
import { makeWorkDirectory, removeWorkDirectory } from "../../testbed/work-directory.ts";

const plugin = path.join(projectDirectory, "plugin");

/** The configuration file with every commented default switched on, as an operator might. */
function switchOn(text: string): string {
  let isInside = false;
  return text
    .split("\n")
    .map((line) => {
      if (/^#Sec(?:Rule|Action) /.test(line)) isInside = true;
      if (!isInside) return line;
      isInside = line.endsWith("\\");
      return line.slice(1);
    })
    .join("\n");
}

let directory: string;
beforeEach(async () => {
  directory = await makeWorkDirectory("linter");
});
afterEach(() => removeWorkDirectory(directory));

/** The plugin's files in include order, with the prefix in `ver` that the linter puts before every version. */
async function copyPlugin(change: (text: string) => string): Promise<readonly string[]> {
  const texts = {
    "1-config.conf": switchOn(await readFile(path.join(plugin, "arbiter-config.conf"), "utf8")),
    "2-before.conf": await readFile(path.join(plugin, "arbiter-before.conf"), "utf8"),
    "3-after.conf": change(await readFile(path.join(plugin, "arbiter-after.conf"), "utf8")),
    "4-hits-after.conf": formatHits({
      release: "OWASP_CRS/4.25.0",
      scoredRules: [{ id: 942100, lastLink: 0 }],
    }),
  };
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(
      path.join(directory, name),
      text.replaceAll("ver:'arbiter-plugin/", "ver:'OWASP_CRS/arbiter-plugin/"),
    );
  }
  return Object.keys(texts);
}

/** What the linter says beyond what a plugin with Lua clients cannot avoid. */
async function lint(change: (text: string) => string = (text) => text): Promise<readonly string[]> {
  const files = await copyPlugin(change);
  const tags = ["OWASP_CRS", "anomaly-evaluation", ...arbiterTags];
  const problems = await lintRules(directory, { version: "arbiter-plugin/0.1.0", tags, files });
  const elsewhere = await namesElsewhere();
  const deliberate = await rulesThatLog(files);
  return problems
    .filter(({ text }) => {
      const variable = /^(?:TX variable '([^']*)' not set|unused variable: (.*)$)/.exec(text);
      if (variable !== null) return !elsewhere((variable[1] ?? variable[2] ?? "").toLowerCase());
      const loud = /^rule uses 'pass' without 'nolog'; rule id: (\d+)/.exec(text);
      return loud === null || !deliberate.has(Number(loud[1]));
    })
    .map(({ file, line, text }) => `${file}:${line} ${text}`);
}

const arbiterTags = [
  "unavailable",
  "confirmed",
  "overruled",
  "added",
  "shadow",
  "problem",
  "misconfigured",
].map((name) => `arbiter/${name}`);

/**
 * The linter sees these files alone. Variables of ours may be set or read by the Lua clients, or be left for the
 * operator's rules, and then the comments name them; the others are CRS's own. It also overlooks that `&TX:name`, which
 * counts a variable, uses it.
 */
async function namesElsewhere(): Promise<(name: string) => boolean> {
  const lua = await Promise.all(
    (await readdir(plugin))
      .filter((file) => file.endsWith(".lua"))
      .map((file) => readFile(path.join(plugin, file), "utf8")),
  );
  const rules = await Promise.all(
    ["arbiter-before.conf", "arbiter-after.conf"].map((file) => readFile(path.join(plugin, file), "utf8")),
  );
  const comments = rules.flatMap((text) => text.split("\n")).filter((line) => line.startsWith("#"));
  const crsFiles = [
    ...(await listRuleFiles((await findCrs("3")).rulesDirectory)),
    ...(await listRuleFiles((await findCrs("4")).rulesDirectory)),
  ];
  const crs = (await Promise.all(crsFiles.map((file) => readFile(file, "utf8")))).join("\n").toLowerCase();
  return (name) => {
    if (!name.startsWith("arbiter-plugin_")) return crs.includes(`tx.${name}`) || crs.includes(`tx:${name}`);
    const own = name.slice("arbiter-plugin_".length);
    const inLua = new RegExp(`(?:"|_|\\b)${own}\\b`);
    const isCounted = rules.some((text) => text.includes(`&TX:${name} `));
    return (
      isCounted ||
      lua.some((text) => inLua.test(text)) ||
      comments.some((line) => line.includes(`tx.${name}`))
    );
  };
}

/** Rules that say "log": they are there for their line in the log. */
async function rulesThatLog(files: readonly string[]): Promise<ReadonlySet<number>> {
  const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), "utf8")));
  const rules = texts.flatMap((text) => collectRules(parseDirectives(text)));
  return new Set(
    rules.filter(({ links }) => links[0]?.some(({ name }) => name === "log")).map(({ id }) => id),
  );
}

describe("the plugin's rules under CRS's linter", () => {
  it("are clean, with every default of the configuration switched on", async () => {
    expect(await lint()).toEqual([]);
  });

  it("are looked at: a rule with a misspelt action and an unknown tag is found", async () => {
    const faulty = `SecAction "id:9529999,phase:1,nolog,pass,t:none,tag:'OWASP_CRS',tag:'no-such-tag',ver:'arbiter-plugin/0.1.0'"\n`;
    const problems = await lint((text) => `${text}\n${faulty}`);
    expect(problems.join("\n")).toContain("no-such-tag");
    expect(problems.join("\n")).toContain("rule id: 9529999");
  });
});
