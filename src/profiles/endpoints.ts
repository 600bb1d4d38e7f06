/**
 * The endpoints of one site, as a tree of path segments that grows with its traffic. Nobody configures route templates:
 * numbers and identifiers become one branch, and the children of a segment are also profiled together, so that a page
 * that is new is judged as its siblings are, until enough is known of itself.
 */
import { admit } from "./crowd.ts";
import { type ParameterProfile, valuesOf } from "./parameter-profile.ts";

/** The parameters of one endpoint by location and name. */
export type Endpoint = Map<string, ParameterProfile>;

/** One place in the tree. */
export interface Segment {
  /** Requests that went to or through here. */
  requests: number;
  readonly children: Map<string, Segment>;
  /** The endpoints that end here, by method. */
  readonly endpoints: Map<string, Endpoint>;
  /** All endpoints that end one segment below, taken together, by method. */
  readonly siblings: Map<string, Endpoint>;
}

/** Makes an empty place. */
export function newSegment(): Segment {
  return { requests: 0, children: new Map(), endpoints: new Map(), siblings: new Map() };
}

/** Segments of a path that are told apart; whatever is deeper is one. */
const deepest = 8;
/** Branches of one segment. */
const mostChildren = 64;
/** Methods of one segment. */
const mostMethods = 8;
/** A segment seen less often gives way to a new one. */
const slightRequests = 3;
/** Stands for the children that found no room of their own. */
const otherChild = "{}";

const isDigits = /^[0-9]+$/;
const isIdentifier = /^(?=.*[0-9])[0-9A-Fa-f-]{8,64}$/;
const isWord = /^[\w.~-]{1,48}$/;

/** The branch that a segment of a path belongs to: itself, or what it is one of. Bounded: segments are cut before. */
function branchOf(segment: string): string {
  if (isDigits.test(segment)) return "{int}";
  if (isIdentifier.test(segment)) return "{id}";
  return isWord.test(segment) ? segment : "{text}";
}

/** The branches of a path, at most `deepest`. */
export function branchesOf(path: string): string[] {
  const branches: string[] = [];
  let from = 1;
  while (from <= path.length && branches.length < deepest) {
    let until = path.indexOf("/", from);
    if (until < 0 || branches.length === deepest - 1) until = path.length;
    branches.push(branchOf(path.slice(from, Math.min(until, from + 65))));
    from = until + 1;
  }
  return branches;
}

/** An endpoint as it was found, with the template of its path. */
export interface Found {
  readonly template: string;
  readonly endpoint: Endpoint;
}

/** What is known of the endpoint of a request, itself and its siblings together. Reads only. */
export function findEndpoint(
  root: Segment,
  method: string,
  path: string,
): { own: Endpoint | undefined; siblings: Endpoint | undefined } {
  let here: Segment | undefined = root;
  let parent: Segment | undefined;
  for (const branch of branchesOf(path)) {
    parent = here;
    here = here?.children.get(branch) ?? here?.children.get(otherChild);
  }
  return { own: here?.endpoints.get(method), siblings: parent?.siblings.get(method) };
}

/**
 * Finds the endpoint of a request, making place for it, and counts the request on its way. Undefined where there is no
 * place left; where `hasRoom` is false, only what is slight may give way to it. `make` makes an empty segment.
 */
export function growEndpoint(
  root: Segment,
  method: string,
  path: string,
  hasRoom: boolean,
  make: () => Segment,
): { own: Found; siblings: Found } | undefined {
  let here = root;
  let parent = root;
  let template = "";
  let above = "";
  root.requests++;
  for (const branch of branchesOf(path)) {
    const taken = childOf(here, branch, hasRoom, make);
    if (taken === undefined) return undefined;
    parent = here;
    above = template;
    here = taken.child;
    template = `${template}/${taken.branch}`;
    here.requests++;
  }
  const own = endpointOf(here.endpoints, method, hasRoom);
  const siblings = endpointOf(parent.siblings, method, hasRoom);
  if (own === undefined || siblings === undefined) return undefined;
  return {
    own: { template: `${method} ${template}`, endpoint: own },
    siblings: { template: `${method} ${above}/*`, endpoint: siblings },
  };
}

/** The endpoint of a method, made where there is room for it. */
export function endpointOf(
  endpoints: Map<string, Endpoint>,
  method: string,
  hasRoom: boolean,
): Endpoint | undefined {
  const isSlight = (endpoint: Endpoint): boolean => !hasHistory(endpoint);
  return admit(endpoints, method, hasRoom ? mostMethods : 0, newEndpoint, isSlight);
}

/** The branch of a segment, or the one that stands for all that found no room; made where there is room for it. */
export function childOf(
  segment: Segment,
  branch: string,
  hasRoom: boolean,
  make: () => Segment,
): { branch: string; child: Segment } | undefined {
  const isSlight = ({ requests }: Segment): boolean => requests < slightRequests;
  const { children } = segment;
  const most = hasRoom ? mostChildren : 0;
  const own = admit(children, branch, most, make, isSlight);
  if (own !== undefined) return { branch, child: own };
  // One more than the limit, for all that are too many.
  const other = admit(children, otherChild, most + 1, make, () => false);
  return other === undefined ? undefined : { branch: otherChild, child: other };
}

function newEndpoint(): Endpoint {
  return new Map();
}

function hasHistory(endpoint: Endpoint): boolean {
  for (const profile of endpoint.values()) if (valuesOf(profile) >= slightRequests) return true;
  return false;
}
