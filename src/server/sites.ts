/**
 * The sites that the server answers for: each with its detector, its thresholds and its points. A table is built whole
 * and swapped by one assignment, so that a request sees either the old or the new one, and nothing of two sites mixes.
 */
import type { SiteSettings } from "../config/settings.ts";
import type { Detector, InspectOptions } from "../detector/detector.ts";
import type { Profiles } from "../profiles/profiles.ts";
import type { Header } from "../transaction/transaction.ts";
import type { Points } from "../verdict/decide.ts";
import type { OperatingPoints, Preset } from "../verdict/operating-point.ts";
import { type Mode, modes } from "../verdict/verdict.ts";

/** One site in service. */
export interface Site {
  readonly name: string;
  readonly detector: Detector;
  /** What `inspect` gets for each mode; made once, so that a request makes none. */
  readonly options: Readonly<Record<Mode, InspectOptions>>;
}

/** All sites in service; host names are in lower case and without port. */
export interface SiteTable {
  readonly byName: ReadonlyMap<string, Site>;
  readonly byHost: ReadonlyMap<string, Site>;
  readonly fallback: Site;
}

/**
 * Builds the table; all sites share one set of profiles, which are kept by Host. `loadDetector` gives the detector of a path
 * (undefined: the server's own) and throws where it cannot; `preset` is that of the sites that name none.
 */
export function buildSites(
  sites: readonly SiteSettings[],
  loadDetector: (path: string | undefined) => Detector,
  preset: Preset,
  profiles?: Profiles | undefined,
): SiteTable {
  const byName = new Map<string, Site>();
  const byHost = new Map<string, Site>();
  for (const settings of sites) {
    const detector = loadDetector(settings.model);
    const points = { ...detector.operatingPoints[settings.preset ?? preset], ...settings.thresholds };
    const site: Site = {
      name: settings.name,
      detector,
      options: Object.fromEntries(
        modes.map((mode) => [mode, optionsOf(points, settings.points, profiles, mode)]),
      ) as Site["options"],
    };
    byName.set(site.name, site);
    for (const host of settings.hosts) byHost.set(host, site);
  }
  const fallback = byName.get("default");
  if (fallback === undefined) throw new Error("the settings always hold a site called default");
  return { byName, byHost, fallback };
}

/** The site of a request: the one it names, else the one its Host header belongs to, else `default`. */
export function siteOf(table: SiteTable, name: string | undefined, headers: readonly Header[]): Site {
  if (name !== undefined && name !== "") return table.byName.get(name) ?? table.fallback;
  if (table.byHost.size === 0) return table.fallback;
  for (const header of headers) {
    if (header.name.length === 4 && header.name.toLowerCase() === "host") {
      return table.byHost.get(hostName(header.value)) ?? table.fallback;
    }
  }
  return table.fallback;
}

/** A Host header without its port, in lower case. */
function hostName(host: string): string {
  const bare = host.trim().toLowerCase();
  if (bare.startsWith("[")) return bare.slice(0, bare.indexOf("]") + 1);
  const colon = bare.indexOf(":");
  const name = colon < 0 ? bare : bare.slice(0, colon);
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

function optionsOf(
  operatingPoints: OperatingPoints,
  points: Points | undefined,
  profiles: Profiles | undefined,
  mode: Mode,
): InspectOptions {
  return {
    mode,
    operatingPoints,
    ...(points === undefined ? {} : { points }),
    ...(profiles === undefined ? {} : { profiles }),
  };
}
