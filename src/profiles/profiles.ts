/**
 * What is normal on each site: for every parameter of every endpoint, how often its ordinary values startle, and which
 * alarming pieces are ordinary in it. Changes only through `learn` and `merge`; the verdict path only reads. All of it
 * stays below 24 MB, whatever is sent.
 */
import type { Header, Location, Transaction } from "../transaction/transaction.ts";
import { admit } from "./crowd.ts";
import {
  childOf,
  type Endpoint,
  endpointOf,
  type Found,
  findEndpoint,
  growEndpoint,
  newSegment,
  type Segment,
} from "./endpoints.ts";
import {
  countValue,
  isKnown,
  mergeParameter,
  newParameterProfile,
  type ParameterProfile,
  raiseOf,
  valuesOf,
} from "./parameter-profile.ts";
import { PieceTable, type Reading } from "./piece-table.ts";
import { hashText, sourceGroup } from "./sources.ts";

/** What is known of one parameter, for whoever judges a value of it. */
export interface ParameterHistory {
  /** True where enough sources have sent this piece here in ordinary requests. */
  isFamiliar(reading: Reading, bucket: number): boolean;
  /** What a startling value adds to the log-odds, in [0, 1.5]. */
  readonly raise: number;
}

/** Takes down one ordinary value of one parameter. */
export interface Lesson extends ParameterHistory {
  notePiece(reading: Reading, bucket: number): void;
  noteValue(isStartling: boolean): void;
}

/** The parameter of a transaction, as far as profiles tell them apart. */
export interface ParameterName {
  readonly location: Location;
  readonly name: string;
}

/** What is known of one site, which is a Host as it was sent. */
export interface SiteProfile {
  /** What the headers, the cookies and the path of all requests are like. */
  readonly everywhere: Endpoint;
  readonly root: Segment;
}

/** Bounds of all profiles together. A site, endpoint or parameter beyond them is judged as if nothing were known. */
export const profileLimits = {
  sites: 4_096,
  /** Parameters of one endpoint; a form has fewer, and whoever makes names up shall not grow it. */
  parameters: 64,
  /** Parameters of all endpoints of all sites. */
  allParameters: 40_000,
  /** Path segments of all sites. */
  allSegments: 20_000,
  /** Characters of a name that count. */
  nameLength: 64,
} as const;

/** Values from which on an endpoint's own pieces are enough; before, those of its siblings count as well. */
const valuesForPieces = 300;
/** Lessons between two counts of what there is, while a limit is reached. */
const recountEvery = 1_000;
/** A site or parameter seen less often gives way to a new one. */
const slightSeen = 3;

/** The profiles of all sites. */
export class Profiles {
  readonly sites: Map<string, SiteProfile>;
  readonly pieces: PieceTable;
  /** Requests learnt. */
  requests: number;
  #parameters = 0;
  #segments = 0;
  #lessonsWhileFull = 0;

  constructor(sites = new Map<string, SiteProfile>(), pieces = new PieceTable(), requests = 0) {
    this.sites = sites;
    this.pieces = pieces;
    this.requests = requests;
    this.#recount();
  }

  /** What is known of the parameters of a request; undefined where nothing is. Reads only. */
  historyOf(
    transaction: Transaction,
  ): ((parameter: ParameterName) => ParameterHistory | undefined) | undefined {
    const site = this.sites.get(hostOf(transaction.headers));
    return site && ((parameter) => historyOf(profilesOf(site, transaction, parameter), this.pieces));
  }

  /**
   * Begins a lesson from one ordinary request. Gives what takes down the values of a parameter, undefined for those
   * beyond the limits.
   */
  learn(transaction: Transaction): (parameter: ParameterName) => Lesson | undefined {
    const group = sourceGroup(transaction.client, this.requests);
    this.requests++;
    const host = hostOf(transaction.headers);
    const hasRoom = this.#hasRoom();
    const site = admit(this.sites, host, profileLimits.sites, newSiteProfile, isSlightSite);
    if (site === undefined) return () => undefined;
    const { method, path } = transaction;
    const found = growEndpoint(site.root, method, path, hasRoom, () => this.#newSegment());
    const everywhere: Found = { template: "*", endpoint: site.everywhere };
    return (parameter) => {
      const places = isEverywhere(parameter.location)
        ? [everywhere]
        : found === undefined
          ? []
          : [found.own, found.siblings];
      const name = nameOf(parameter);
      const profiles = places.flatMap(({ template, endpoint }) => {
        const key = hashText(`${host}\n${template}\n${name}`);
        return this.#parameter(endpoint, name, key, hasRoom) ?? [];
      });
      return profiles.length === 0 ? undefined : lessonOf(profiles, this.pieces, group);
    };
  }

  /**
   * Notes that a value of one parameter was startling in a request that is no lesson. Nothing else of it is learnt, but
   * without it startling values would seem rarer than they are, and be judged too hard.
   */
  noteStartling(transaction: Transaction, parameter: ParameterName): void {
    const group = sourceGroup(transaction.client, this.requests);
    this.requests++;
    const site = this.sites.get(hostOf(transaction.headers));
    if (site === undefined) return;
    for (const profile of profilesOf(site, transaction, parameter)) countValue(profile, group, true);
  }

  /** Adds what another node has learnt. */
  merge(other: Profiles): void {
    this.pieces.merge(other.pieces);
    this.requests += other.requests;
    for (const [host, site] of other.sites) {
      const own = admit(this.sites, host, profileLimits.sites, newSiteProfile, isSlightSite);
      if (own === undefined) continue;
      this.#mergeEndpoint(own.everywhere, site.everywhere);
      this.#mergeSegment(own.root, site.root);
    }
  }

  #newSegment(): Segment {
    this.#segments++;
    return newSegment();
  }

  /** The profile of a parameter, made where there is room for it. */
  #parameter(endpoint: Endpoint, name: string, key: number, hasRoom: boolean): ParameterProfile | undefined {
    const make = (): ParameterProfile => {
      this.#parameters++;
      return newParameterProfile(key);
    };
    return admit(endpoint, name, hasRoom ? profileLimits.parameters : 0, make, isSlightParameter);
  }

  #mergeEndpoint(into: Endpoint, other: Endpoint): void {
    for (const [name, profile] of other) {
      const own = this.#parameter(into, name, profile.key, this.#hasRoom());
      if (own !== undefined) mergeParameter(own, profile);
    }
  }

  #mergeSegment(into: Segment, other: Segment): void {
    into.requests += other.requests;
    for (const kind of ["endpoints", "siblings"] as const) {
      for (const [method, endpoint] of other[kind]) {
        const own = endpointOf(into[kind], method, this.#hasRoom());
        if (own !== undefined) this.#mergeEndpoint(own, endpoint);
      }
    }
    for (const [branch, child] of other.children) {
      const own = childOf(into, branch, this.#hasRoom(), () => this.#newSegment());
      if (own !== undefined) this.#mergeSegment(own.child, child);
    }
  }

  #hasRoom(): boolean {
    const isFull = (): boolean =>
      this.#parameters >= profileLimits.allParameters || this.#segments >= profileLimits.allSegments;
    if (isFull() && this.#lessonsWhileFull++ % recountEvery === 0) this.#recount();
    return !isFull();
  }

  /** Counts what there is: what gave way since the last count is no longer counted. */
  #recount(): void {
    this.#parameters = 0;
    this.#segments = 0;
    const countSegment = (segment: Segment): void => {
      this.#segments++;
      for (const endpoint of segment.endpoints.values()) this.#parameters += endpoint.size;
      for (const endpoint of segment.siblings.values()) this.#parameters += endpoint.size;
      for (const child of segment.children.values()) countSegment(child);
    };
    for (const site of this.sites.values()) {
      this.#parameters += site.everywhere.size;
      countSegment(site.root);
    }
  }
}

function newSiteProfile(): SiteProfile {
  return { everywhere: new Map(), root: newSegment() };
}

function isSlightSite({ root }: SiteProfile): boolean {
  return root.requests < slightSeen;
}

function isSlightParameter(profile: ParameterProfile): boolean {
  return valuesOf(profile) < slightSeen;
}

/** The profiles of a parameter that exist, its endpoint's own first. */
function profilesOf(
  { everywhere, root }: SiteProfile,
  { method, path }: Transaction,
  parameter: ParameterName,
): ParameterProfile[] {
  const name = nameOf(parameter);
  if (isEverywhere(parameter.location)) return [everywhere.get(name) ?? []].flat();
  const { own, siblings } = findEndpoint(root, method, path);
  return [own?.get(name) ?? [], siblings?.get(name) ?? []].flat();
}

/** Headers, cookies and paths are alike on all endpoints of a site. */
function isEverywhere(location: Location): boolean {
  return location === "header" || location === "cookie" || location === "path";
}

/**
 * The history of a parameter from the profile of its endpoint and the one that it shares with its siblings: each speaks
 * for itself once enough is known of it, which takes longer for pieces than for counts.
 */
function historyOf(
  [own, siblings = own]: readonly ParameterProfile[],
  pieces: PieceTable,
): ParameterHistory | undefined {
  if (own === undefined || siblings === undefined || !isKnown(siblings)) return undefined;
  const { key } = valuesOf(own) >= valuesForPieces ? own : siblings;
  return {
    isFamiliar: (reading, bucket) => pieces.isFamiliar(key, reading, bucket),
    raise: raiseOf(isKnown(own) ? own : siblings),
  };
}

/** As good as none: nothing is familiar yet. */
const noHistory: ParameterHistory = { isFamiliar: () => false, raise: 0 };

function lessonOf(profiles: readonly ParameterProfile[], pieces: PieceTable, group: number): Lesson {
  return {
    ...(historyOf(profiles, pieces) ?? noHistory),
    notePiece(reading, bucket) {
      for (const { key } of profiles) pieces.learn(key, reading, bucket, group);
    },
    noteValue(isStartling) {
      for (const profile of profiles) countValue(profile, group, isStartling);
    },
  };
}

/**
 * What a parameter is called here. A field of a body is one, whatever form the body has and whoever took it apart: ModSecurity
 * calls JSON's `a` `json.a`. The places in a list are one, and names are cut where only machines make longer ones.
 */
function nameOf({ location, name }: ParameterName): string {
  const short = name.slice(0, profileLimits.nameLength);
  switch (location) {
    case "header":
      return `header:${short.toLowerCase()}`;
    case "engine":
      return `field:${listsAsOne(short.startsWith("json.") ? short.slice("json.".length) : short)}`;
    case "json":
      return `field:${listsAsOne(short)}`;
    case "form":
    case "multipart":
      return `field:${short}`;
    default:
      return `${location}:${short}`;
  }
}

/** `tags.0` and `tags.17` are one parameter. */
function listsAsOne(name: string): string {
  return name.replace(/(^|\.)[0-9]+(?=\.|$)/g, "$1#");
}

/** The Host header in lower case; empty where there is none. */
function hostOf(headers: readonly Header[]): string {
  for (const { name, value } of headers)
    if (name.length === 4 && name.toLowerCase() === "host") return value.slice(0, 255).toLowerCase();
  return "";
}
