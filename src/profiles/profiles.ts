/**
 * What is normal on each site: for every parameter of every endpoint, what its values are like, how often they startle, and
 * which alarming pieces are ordinary in it. Changes only through `learn` and `merge`; the verdict path only reads. All of it
 * stays below 24 MB, whatever is sent.
 */
import type { Header, Parameter, Transaction } from "../transaction/transaction.ts";
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
  historyOf,
  type Lesson,
  lessonOf,
  type ParameterHistory,
  type Witnesses,
} from "./parameter-history.ts";
import { isEverywhere, nameOf, type ParameterName } from "./parameter-name.ts";
import {
  countValue,
  mergeParameter,
  newParameterProfile,
  type ParameterProfile,
  valuesOf,
} from "./parameter-profile.ts";
import { PieceTable } from "./piece-table.ts";
import { hashText, sourceGroup } from "./sources.ts";
import { traitsOf } from "./traits.ts";

/** What is known of one site, which is a Host as it was sent. */
export interface SiteProfile {
  /** What the headers, the cookies and the path of all requests are like. */
  readonly everywhere: Endpoint;
  readonly root: Segment;
}

/** Bounds of all profiles together. A site, endpoint or parameter beyond them is judged as if nothing were known. */
export const profileLimits = {
  sites: 2_048,
  /** Parameters of one endpoint; a form has fewer, and whoever makes names up shall not grow it. */
  parameters: 64,
  /** Parameters of all endpoints of all sites. */
  allParameters: 18_000,
  /** Path segments of all sites. */
  allSegments: 8_000,
} as const;

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
    return site && ((parameter) => historyOf(witnessesOf(site, transaction, parameter), this.pieces));
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
      const name = nameOf(parameter);
      const profileAt = (place: Found | undefined): ParameterProfile | undefined => {
        if (place === undefined) return undefined;
        const { template, endpoint } = place;
        const key = hashText(`${host}\n${template}\n${name}`);
        return this.#parameter(endpoint, name, key, hasRoom);
      };
      const witnesses: Witnesses = isEverywhere(parameter.location)
        ? { own: profileAt(everywhere) }
        : { own: profileAt(found?.own), siblings: profileAt(found?.siblings) };
      const isNone = Object.values(witnesses).every((profile) => profile === undefined);
      return isNone ? undefined : lessonOf(witnesses, this.pieces, group);
    };
  }

  /**
   * Notes that a value of one parameter was startling in a request that is no lesson. But for its traits nothing else of it
   * is learnt; without it startling values would seem rarer and odder than they are, and be judged too hard.
   */
  noteStartling(transaction: Transaction, parameter: Parameter): void {
    const group = sourceGroup(transaction.client, this.requests);
    this.requests++;
    const site = this.sites.get(hostOf(transaction.headers));
    if (site === undefined) return;
    const traits = traitsOf(parameter.value);
    for (const profile of Object.values(witnessesOf(site, transaction, parameter)))
      if (profile !== undefined) countValue(profile, group, true, traits);
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

/** The profiles of a parameter that exist. Reads only. */
function witnessesOf(
  { everywhere, root }: SiteProfile,
  { method, path }: Transaction,
  parameter: ParameterName,
): Witnesses {
  const name = nameOf(parameter);
  if (isEverywhere(parameter.location)) return { own: everywhere.get(name) };
  const { own, siblings } = findEndpoint(root, method, path);
  return { own: own?.get(name), siblings: siblings?.get(name) };
}

/** The Host header in lower case; empty where there is none. */
function hostOf(headers: readonly Header[]): string {
  for (const { name, value } of headers)
    if (name.length === 4 && name.toLowerCase() === "host") return value.slice(0, 255).toLowerCase();
  return "";
}
