/**
 * The one place that reads settings: flag, then environment, then file, then default. What comes out is complete and
 * checked, also against each other.
 */
import { readFileSync, statSync } from "node:fs";
import { ArbiterError } from "../errors.ts";
import { checkText, isLoopback, parseAddress } from "./check-value.ts";
import { nearestName } from "./nearest-name.ts";
import type { Setting, SettingUser } from "./setting.ts";
import {
  type SettingName,
  type Settings,
  type SettingValues,
  type SiteSettings,
  settingTable,
} from "./settings.ts";
import { readSettingsFile, settingsFileLimit } from "./settings-file.ts";

/** Where settings come from, besides their defaults. */
export interface SettingSources {
  /** The texts given on the command line, by setting; `true` for a switch without a value. */
  readonly flags: Partial<Readonly<Record<SettingName, string | true>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The settings file, or undefined where there is none. */
  readonly file: string | undefined;
}

/** Loaded settings and what deserves a line in the log. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** The environment variable of a setting: `ARBITER_SERVER_DEADLINE_MS` for `server.deadlineMs`. */
export function environmentName(setting: string): string {
  const words = setting.replace(/([KM])iB$/, "$1ib").replace(/([a-z])([A-Z])/g, "$1_$2");
  return `ARBITER_${words.replaceAll(".", "_").toUpperCase()}`;
}

/** Loads and checks all settings of a command. Throws `config_invalid`. Reads the file system, never the environment of the process itself. */
export function loadSettings(sources: SettingSources, user: SettingUser): LoadedSettings {
  const warnings: string[] = [];
  const file =
    sources.file === undefined ? undefined : readSettingsFile(readSmallFile(sources.file), sources.file);
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(settingTable) as SettingName[]) {
    const row: Setting = settingTable[name];
    const flag = row.usedBy.includes(user) ? sources.flags[name] : undefined;
    const variable = environmentName(name);
    const text = flag ?? sources.environment[variable];
    if (text === undefined) {
      values[name] = file?.values.get(name) ?? row.default;
      continue;
    }
    const outcome = text === true ? { value: true } : checkText(row, text);
    if ("problem" in outcome) {
      throw new ArbiterError(
        "config_invalid",
        `${flag === undefined ? variable : row.flag} ${outcome.problem}`,
      );
    }
    values[name] = outcome.value;
  }
  warnings.push(...unknownVariables(sources.environment));
  const settings: Settings = {
    values: Object.freeze(values) as unknown as SettingValues,
    sites: withDefaultSite(file?.sites ?? []),
    models: file?.models ?? [],
  };
  checkTogether(settings.values, user);
  return { settings, warnings };
}

/** A file of the operator's, as bytes; bounded before it is read. Throws `config_invalid`. */
export function readSmallFile(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > settingsFileLimit) {
      throw new ArbiterError("config_invalid", `${path}: the file is larger than ${settingsFileLimit} bytes`);
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof ArbiterError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ArbiterError("config_invalid", `${path}: the file cannot be read (${code})`, { cause });
  }
}

/** The token in a file: its only line. Throws `config_invalid` without showing any of it. */
export function readToken(path: string): string {
  const token = Buffer.from(readSmallFile(path)).toString("latin1").trim();
  if (!/^[\x21-\x7e]{16,4096}$/.test(token)) {
    throw new ArbiterError(
      "config_invalid",
      `${path}: a token must be one line of 16 or more printable characters without blanks`,
    );
  }
  return token;
}

/** The default socket, used where a server is told nothing else. */
export const defaultSocket = "/run/arbiter/arbiter.sock";

/** Unix socket addresses end at 108 bytes with their closing NUL. */
const socketPathLimit = 107;

function checkTogether(values: SettingValues, user: SettingUser): void {
  if (user === "gateway") {
    for (const name of ["gateway.listen", "gateway.upstream"] as const) {
      if (values[name] === undefined) {
        throw new ArbiterError("config_invalid", `${settingTable[name].flag} (${name}) is not set`);
      }
    }
    return;
  }
  const socket = values["server.socket"];
  if (socket !== undefined && Buffer.byteLength(socket) > socketPathLimit) {
    throw new ArbiterError(
      "config_invalid",
      `the path of the socket is ${Buffer.byteLength(socket)} bytes long, and sockets allow ${socketPathLimit}: choose a shorter one`,
    );
  }
  const listen = values["server.listen"];
  const address = listen === undefined ? undefined : parseAddress(listen);
  if (address !== undefined && !isLoopback(address.host) && values["server.tokenFile"] === undefined) {
    throw new ArbiterError(
      "config_invalid",
      `${listen} can be reached from other machines: set server.tokenFile, or listen on 127.0.0.1`,
    );
  }
  if (values["server.messageKiB"] * 1024 > values["server.bufferMiB"] * 1_048_576) {
    throw new ArbiterError("config_invalid", "server.messageKiB must fit into server.bufferMiB");
  }
}

function withDefaultSite(sites: readonly SiteSettings[]): readonly SiteSettings[] {
  if (sites.some((site) => site.name === "default")) return sites;
  const fallback = { hosts: [], model: undefined, preset: undefined, thresholds: {}, points: undefined };
  return [{ name: "default", ...fallback }, ...sites];
}

/**
 * Misspelt variables are reported, not refused: a Kubernetes service called `arbiter` puts variables such as
 * `ARBITER_PORT` into every container.
 */
function unknownVariables(environment: SettingSources["environment"]): string[] {
  const known = new Set(["ARBITER_CONFIG", ...Object.keys(settingTable).map(environmentName)]);
  const warnings: string[] = [];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("ARBITER_") || known.has(name)) continue;
    const nearest = nearestName(name, known);
    if (nearest !== undefined) warnings.push(`the variable ${name} is not known; did you mean ${nearest}?`);
  }
  return warnings;
}
