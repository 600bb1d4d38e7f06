/**
 * Reads a settings file: YAML 1.2, walked node by node, so that every complaint names its line and column. Anchors,
 * tags and everything else that makes a file say more than it shows are refused.
 */
import { isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import { ArbiterError } from "../errors.ts";
import type { Points } from "../verdict/decide.ts";
import type { OperatingPoint, Preset } from "../verdict/operating-point.ts";
import { presets } from "../verdict/operating-point.ts";
import { type Mode, modes } from "../verdict/verdict.ts";
import { checkValue } from "./check-value.ts";
import { checkModels, readModel } from "./model-section.ts";
import type { ModelSettings } from "./model-settings.ts";
import type { Setting } from "./setting.ts";
import {
  pointsRange,
  type SettingName,
  type SiteSettings,
  settingTable,
  siteSettingTable,
} from "./settings.ts";
import {
  entries,
  type Fail,
  offsetOf,
  plainScalar,
  plainValue,
  refuseTricks,
  unknown,
} from "./yaml-nodes.ts";

/** Bytes of a settings file. Files of people are a hundredth of this. */
export const settingsFileLimit = 1_048_576;
const sitesLimit = 10_000;

/** What a file says; settings that it does not name are absent. */
export interface FileSettings {
  readonly values: ReadonlyMap<SettingName, unknown>;
  readonly sites: readonly SiteSettings[];
  readonly models: readonly ModelSettings[];
}

/** Reads the bytes of the file called `name`. Throws `config_invalid` with `name:line:column`. */
export function readSettingsFile(bytes: Uint8Array, name: string): FileSettings {
  if (bytes.length > settingsFileLimit) {
    throw new ArbiterError("config_invalid", `${name}: the file is larger than ${settingsFileLimit} bytes`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ArbiterError("config_invalid", `${name}: the file is not UTF-8 text`);
  }
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, version: "1.2", schema: "core", merge: false });
  const fail: Fail = (offset, message) => {
    const { line, col } = lineCounter.linePos(offset);
    throw new ArbiterError("config_invalid", `${name}:${line}:${col}: ${message}`);
  };
  const values = new Map<SettingName, unknown>();
  const sites: SiteSettings[] = [];
  const models: ModelSettings[] = [];
  if (!Array.isArray(documents)) return { values, sites, models };
  const document = documents[0];
  if (document === undefined) return { values, sites, models };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined)
    fail(problem.pos[0], problem.message.split("\n", 1)[0]?.replace(/ at line .*$/, "") ?? "");
  if (documents.length > 1) fail(documents[1]?.range[0] ?? 0, "the file holds more than one document");
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { values, sites, models };
  }

  const groups = new Set(Object.keys(settingTable).map((setting) => setting.slice(0, setting.indexOf("."))));
  for (const [group, node, offset] of entries(document.contents, "the file", fail)) {
    if (group === "sites") {
      for (const [site, content] of entries(node, "sites", fail)) sites.push(readSite(site, content, fail));
      if (sites.length > sitesLimit) fail(offset, `there are more than ${sitesLimit} sites`);
      continue;
    }
    if (group === "models") {
      for (const [model, content, at] of entries(node, "models", fail))
        models.push(readModel(model, content, at, fail));
      checkModels(models, offset, fail);
      continue;
    }
    if (!groups.has(group)) unknown(group, "", [...groups, "sites", "models"], offset, fail);
    for (const [key, content, keyOffset] of entries(node, group, fail)) {
      const setting = `${group}.${key}`;
      if (!Object.hasOwn(settingTable, setting)) unknown(key, `${group}.`, keysOf(group), keyOffset, fail);
      const row: Setting = settingTable[setting as SettingName];
      const outcome = checkValue(row, plainValue(content, row, fail));
      if ("problem" in outcome) fail(offsetOf(content, keyOffset), `${setting} ${outcome.problem}`);
      else values.set(setting as SettingName, outcome.value);
    }
  }
  checkHosts(sites, name);
  return { values, sites, models };
}

function keysOf(group: string): string[] {
  return Object.keys(settingTable)
    .filter((setting) => setting.startsWith(`${group}.`))
    .map((setting) => setting.slice(group.length + 1));
}

function readSite(name: string, node: unknown, fail: Fail): SiteSettings {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    fail(offsetOf(node, 0), `a site's name must be 1 to 64 letters, digits, dots, dashes or underscores`);
  }
  let hosts: readonly string[] = [];
  let model: string | undefined;
  let preset: Preset | undefined;
  let points: Points | undefined;
  const thresholds: Partial<Record<Mode, OperatingPoint>> = {};
  for (const [key, content, offset] of entries(node, `sites.${name}`, fail)) {
    const at = offsetOf(content, offset);
    if (key === "hosts") hosts = readHosts(content, name, at, fail);
    else if (key === "model") {
      const outcome = checkValue(
        { type: "path", default: undefined, usedBy: [], why: "" },
        plainScalar(content, fail),
      );
      if ("problem" in outcome) fail(at, `sites.${name}.model ${outcome.problem}`);
      else model = outcome.value as string;
    } else if (key === "preset") preset = readPreset(content, name, at, fail);
    else if (key === "points") points = readPoints(content, name, fail);
    else if (key === "thresholds") {
      for (const [mode, pair, modeOffset] of entries(content, `sites.${name}.thresholds`, fail)) {
        if (!(modes as readonly string[]).includes(mode)) {
          unknown(mode, `sites.${name}.thresholds.`, modes, modeOffset, fail);
        }
        thresholds[mode as Mode] = readThresholds(pair, `sites.${name}.thresholds.${mode}`, fail);
      }
    } else unknown(key, `sites.${name}.`, Object.keys(siteSettingTable), offset, fail);
  }
  return { name, hosts, model, preset, thresholds, points };
}

function readPreset(node: unknown, name: string, at: number, fail: Fail): Preset {
  const value = plainScalar(node, fail);
  const preset = presets.find((known) => known === value);
  return preset ?? fail(at, `sites.${name}.preset must be one of ${presets.join(", ")}`);
}

function readHosts(node: unknown, site: string, offset: number, fail: Fail): string[] {
  if (!isSeq(node)) return fail(offset, `sites.${site}.hosts must be a list of host names`);
  refuseTricks(node, fail);
  return node.items.map((item) => {
    const host = plainScalar(item, fail);
    if (typeof host !== "string" || !/^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])$/.test(host)) {
      return fail(offsetOf(item, offset), `sites.${site}.hosts must hold host names without scheme and port`);
    }
    return host.toLowerCase();
  });
}

function readNumbers(
  node: unknown,
  name: string,
  keys: readonly string[],
  fail: Fail,
): Map<string, [number, number]> {
  const numbers = new Map<string, [number, number]>();
  for (const [key, content, offset] of entries(node, name, fail)) {
    if (!keys.includes(key)) unknown(key, `${name}.`, keys, offset, fail);
    const value = plainScalar(content, fail);
    if (typeof value !== "number" || !Number.isFinite(value))
      return fail(offsetOf(content, offset), `${name}.${key} must be a number`);
    numbers.set(key, [value, offsetOf(content, offset)]);
  }
  for (const key of keys)
    if (!numbers.has(key)) fail(offsetOf(node, 0), `${name} needs ${keys.join(", ")}: ${key} is missing`);
  return numbers;
}

function readThresholds(node: unknown, name: string, fail: Fail): OperatingPoint {
  const numbers = readNumbers(node, name, ["suspect", "attack"], fail);
  for (const [key, [value, offset]] of numbers) {
    if (value <= 0 || value >= 1) fail(offset, `${name}.${key} must be a probability above 0 and below 1`);
  }
  const [suspect] = numbers.get("suspect") as [number, number];
  const [attack, offset] = numbers.get("attack") as [number, number];
  if (attack < suspect) fail(offset, `${name}.attack must not be below ${name}.suspect`);
  return { suspect, attack };
}

function readPoints(node: unknown, site: string, fail: Fail): Points {
  const name = `sites.${site}.points`;
  const numbers = readNumbers(node, name, ["pass", "suspect", "attack"], fail);
  const [low, high] = pointsRange;
  for (const [key, [value, offset]] of numbers) {
    if (!Number.isInteger(value) || value < low || value > high) {
      fail(offset, `${name}.${key} must be a whole number from ${low} to ${high}`);
    }
  }
  const pointsOf = (key: string): number => (numbers.get(key) as [number, number])[0];
  const points = { pass: pointsOf("pass"), suspect: pointsOf("suspect"), attack: pointsOf("attack") };
  if (points.pass > points.suspect || points.suspect > points.attack) {
    fail(offsetOf(node, 0), `${name} must not fall from pass to suspect to attack`);
  }
  return points;
}

function checkHosts(sites: readonly SiteSettings[], file: string): void {
  const owners = new Map<string, string>();
  for (const site of sites) {
    for (const host of site.hosts) {
      const owner = owners.get(host);
      if (owner !== undefined) {
        throw new ArbiterError(
          "config_invalid",
          `${file}: the host ${host} belongs to both ${owner} and ${site.name}`,
        );
      }
      owners.set(host, site.name);
    }
  }
}
