/**
 * The file of profiles: gzip around a line of JSON with the version, a line for each site, and then the cells of the table
 * of pieces that hold something, as pairs of 32-bit numbers (place, cell), low byte first. gzip's checksum covers all.
 */
import { gunzipSync } from "node:zlib";
import { ArbiterError } from "../errors.ts";
import { type Endpoint, newSegment, type Segment } from "./endpoints.ts";
import { newParameterProfile, type ParameterProfile } from "./parameter-profile.ts";
import { PieceTable, tableCells } from "./piece-table.ts";
import { Profiles, profileLimits, type SiteProfile } from "./profiles.ts";
import { sourceGroups } from "./sources.ts";
import { traitCount } from "./traits.ts";

/** Version of the format. */
export const profilesVersion = 2;
const kind = "arbiter-profiles";
/** Bytes that a file of profiles may unpack to: more than the limits of profiles allow. */
const unpackedLimit = 64 * 1_048_576;
const pairBytes = 8;
const lineFeed = 0x0a;
/** Pieces of one part of the file. */
const pairsInPart = 8_192;
const deepestSegment = 16;

/** The traits of a parameter are bytes in base64; most of them are 0. */
type ParameterJson = readonly [key: number, traits: string, ...counts: number[]];
type EndpointJson = Record<string, ParameterJson>;
interface SegmentJson {
  readonly n: number;
  readonly e?: Record<string, EndpointJson>;
  readonly s?: Record<string, EndpointJson>;
  readonly c?: Record<string, SegmentJson>;
}
interface SiteJson {
  readonly host: string;
  readonly everywhere: EndpointJson;
  readonly root: SegmentJson;
}

/**
 * The parts of the file before compression, in order; nothing of a part is made before it is asked for, so that a server
 * can write a large file bit by bit.
 */
export function* profileParts(profiles: Profiles): Generator<Buffer> {
  const sites = [...profiles.sites];
  const head = { kind, version: profilesVersion, requests: profiles.requests, sites: sites.length };
  yield Buffer.from(`${JSON.stringify(head)}\n`);
  for (const [host, { everywhere, root }] of sites) {
    const line: SiteJson = {
      host,
      everywhere: endpointJson(everywhere),
      root: segmentJson(root),
    };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
  }
  const { cells } = profiles.pieces;
  let part = Buffer.alloc(pairsInPart * pairBytes);
  let used = 0;
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]!;
    if (cell === 0) continue;
    part.writeUInt32LE(at, used);
    part.writeUInt32LE(cell, used + 4);
    used += pairBytes;
    if (used < part.length) continue;
    yield part;
    part = Buffer.alloc(pairsInPart * pairBytes);
    used = 0;
  }
  if (used > 0) yield part.subarray(0, used);
}

/**
 * Reads a file of profiles; an empty one holds none. Throws `profiles_invalid` where it is cut, corrupt or no such file,
 * and `unsupported_version` where another release wrote it.
 */
export function parseProfiles(file: Uint8Array): Profiles {
  if (file.length === 0) return new Profiles();
  let bytes: Buffer;
  try {
    bytes = gunzipSync(file, { maxOutputLength: unpackedLimit });
  } catch (cause) {
    throw invalid("it is cut, corrupt or no file of profiles", cause);
  }
  let at = 0;
  const nextLine = (): unknown => {
    const end = bytes.indexOf(lineFeed, at);
    if (end < 0) throw invalid("it ends too early");
    const line = bytes.toString("utf8", at, end);
    at = end + 1;
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw invalid("a line of it is not JSON", cause);
    }
  };
  const head = record(nextLine());
  if (head["kind"] !== kind) throw invalid("it is no file of profiles");
  if (head["version"] !== profilesVersion) {
    throw new ArbiterError(
      "unsupported_version",
      `the file of profiles has version ${String(head["version"])}, and this release reads version ${profilesVersion}: let it be learnt anew`,
    );
  }
  const sites = new Map<string, SiteProfile>();
  const count = whole(head["sites"], profileLimits.sites);
  for (let i = 0; i < count; i++) {
    const site = record(nextLine());
    sites.set(text(site["host"]), {
      everywhere: readEndpoint(site["everywhere"]),
      root: readSegment(site["root"], 0),
    });
  }
  const rest = bytes.subarray(at);
  if (rest.length % pairBytes !== 0) throw invalid("its table of pieces is cut");
  const cells = new Uint32Array(tableCells);
  for (let pair = 0; pair < rest.length; pair += pairBytes) {
    const place = rest.readUInt32LE(pair);
    if (place >= tableCells) throw invalid("its table of pieces is larger than this release's");
    cells[place] = rest.readUInt32LE(pair + 4);
  }
  return new Profiles(sites, new PieceTable(cells), whole(head["requests"], Number.MAX_SAFE_INTEGER));
}

function endpointJson(endpoint: Endpoint): EndpointJson {
  const json = ({ key, counts, traits }: ParameterProfile): ParameterJson => [
    key,
    Buffer.from(traits).toString("base64"),
    ...counts,
  ];
  return Object.fromEntries([...endpoint].map(([name, profile]) => [name, json(profile)]));
}

function segmentJson({ requests, endpoints, siblings, children }: Segment): SegmentJson {
  const all = <V, J>(map: ReadonlyMap<string, V>, json: (value: V) => J): Record<string, J> | undefined =>
    map.size === 0 ? undefined : Object.fromEntries([...map].map(([name, value]) => [name, json(value)]));
  const [e, s, c] = [all(endpoints, endpointJson), all(siblings, endpointJson), all(children, segmentJson)];
  return { n: requests, ...(e && { e }), ...(s && { s }), ...(c && { c }) };
}

function readEndpoint(json: unknown): Endpoint {
  const endpoint: Endpoint = new Map();
  for (const [name, value] of Object.entries(record(json))) {
    if (!Array.isArray(value) || value.length !== 2 + 2 * sourceGroups)
      throw invalid("a parameter is broken");
    const [key, traits, ...counts] = value;
    const numbers = counts.map((count) => whole(count, 0xffff));
    const bytes = Uint8Array.from(Buffer.from(text(traits), "base64"));
    if (bytes.length !== 2 * traitCount) throw invalid("the traits of a parameter are broken");
    endpoint.set(name, newParameterProfile(whole(key, 0xffff_ffff), Uint16Array.from(numbers), bytes));
    if (endpoint.size > profileLimits.parameters) throw invalid("an endpoint has too many parameters");
  }
  return endpoint;
}

function readSegment(json: unknown, depth: number): Segment {
  if (depth > deepestSegment) throw invalid("its paths are too deep");
  const { n, e, s, c } = record(json);
  const segment: Segment = { ...newSegment(), requests: whole(n, Number.MAX_SAFE_INTEGER) };
  for (const [method, endpoint] of Object.entries(record(e ?? {})))
    segment.endpoints.set(method, readEndpoint(endpoint));
  for (const [method, endpoint] of Object.entries(record(s ?? {})))
    segment.siblings.set(method, readEndpoint(endpoint));
  for (const [branch, child] of Object.entries(record(c ?? {})))
    segment.children.set(branch, readSegment(child, depth + 1));
  return segment;
}

function record(json: unknown): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw invalid("a part of it is missing");
  return json as Record<string, unknown>;
}

function text(json: unknown): string {
  if (typeof json !== "string") throw invalid("a name is missing");
  return json;
}

function whole(json: unknown, most: number): number {
  if (typeof json !== "number" || !Number.isInteger(json) || json < 0 || json > most)
    throw invalid("a count is missing or out of range");
  return json;
}

function invalid(what: string, cause?: unknown): ArbiterError {
  return new ArbiterError(
    "profiles_invalid",
    `the file of profiles cannot be read: ${what}; put it aside, and profiles are learnt anew`,
    cause === undefined ? undefined : { cause },
  );
}
