/**
 * The visitors of a site: households, each with an address in a network of its own, a browser and a language. Addresses
 * are of the ranges for documentation and for benchmarks (RFC 5737, RFC 2544, RFC 3849), which belong to nobody.
 */
import type { Random } from "../../src/random.ts";

/** One household. */
export interface Household {
  /** Its address; no two households share a network (IPv4 /24, IPv6 /48). */
  readonly client: string;
  readonly userAgent: string;
  /** Fields that its browser sends with everything. */
  readonly headers: Readonly<Record<string, string>>;
  /** BCP 47, as `Accept-Language` begins with it. */
  readonly locale: string;
  readonly viewport: { readonly width: number; readonly height: number };
}

const systems: readonly { readonly system: string; readonly platform: string }[] = [
  { system: "Windows NT 10.0; Win64; x64", platform: "Windows" },
  { system: "Windows NT 10.0; Win64; x64", platform: "Windows" },
  { system: "Macintosh; Intel Mac OS X 10_15_7", platform: "macOS" },
  { system: "X11; Linux x86_64", platform: "Linux" },
  { system: "Linux; Android 10; K", platform: "Android" },
  { system: "X11; CrOS x86_64 14541.0.0", platform: "Chrome OS" },
];
const languages: readonly string[] = [
  "en-GB,en;q=0.9",
  "en-US,en;q=0.9",
  "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7",
  "fr-FR,fr;q=0.9,en;q=0.8",
  "pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7",
  "es-ES,es;q=0.9",
  "ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7",
  "pt-BR,pt;q=0.9,en;q=0.8",
  "nl-NL,nl;q=0.9,en-US;q=0.8,en;q=0.7",
  "uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7",
  "hi-IN,hi;q=0.9,en-IN;q=0.8,en;q=0.7",
  "el-GR,el;q=0.9,en;q=0.8",
];
const viewports = [
  { width: 1280, height: 900 },
  { width: 1536, height: 864 },
  { width: 1920, height: 1080 },
];
/** Chromium's versions that are about. */
const oldestVersion = 134;
const versions = 8;

/** So many households of different networks. Advances the generator. */
export function makeHouseholds(random: Random, count: number): readonly Household[] {
  return Array.from({ length: count }, (_, index) => {
    const language = languages[index % languages.length]!;
    return {
      client: addressIn(index, random.below(250) + 2),
      ...browserOf(random, language),
      locale: language.slice(0, language.indexOf(",")),
      viewport: viewports[random.below(viewports.length)]!,
    };
  });
}

function addressIn(index: number, host: number): string {
  const documentation = ["192.0.2", "198.51.100", "203.0.113"][index];
  if (documentation !== undefined) return `${documentation}.${host}`;
  return index % 4 === 3
    ? `2001:db8:${(index * 257).toString(16)}::${host.toString(16)}`
    : `198.18.${index}.${host}`;
}

/** The browser's name as its headers tell it, which have to agree (User-Agent Client Hints). */
function browserOf(random: Random, language: string): Pick<Household, "userAgent" | "headers"> {
  const { system, platform } = systems[random.below(systems.length)]!;
  const version = oldestVersion + random.below(versions);
  const isMobile = platform === "Android";
  const isEdge = platform === "Windows" && random.below(3) === 0;
  const brand = isEdge ? "Microsoft Edge" : "Google Chrome";
  const suffix = isEdge ? ` Edg/${version}.0.0.0` : "";
  return {
    userAgent: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 ${isMobile ? "Mobile " : ""}Safari/537.36${suffix}`,
    headers: {
      "sec-ch-ua": `"Chromium";v="${version}", "Not:A-Brand";v="24", "${brand}";v="${version}"`,
      "sec-ch-ua-mobile": isMobile ? "?1" : "?0",
      "sec-ch-ua-platform": `"${platform}"`,
      "accept-language": language,
    },
  };
}

/** The network of an address: IPv4 /24, IPv6 /48. */
export function networkOf(client: string): string {
  return client.includes(":")
    ? client.split(":").slice(0, 3).join(":")
    : client.slice(0, client.lastIndexOf("."));
}
