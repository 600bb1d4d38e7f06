/** What a parameter is called, as far as profiles tell parameters apart. */
import type { Location } from "../transaction/transaction.ts";

/** The parameter of a transaction. */
export interface ParameterName {
  readonly location: Location;
  readonly name: string;
}

/** Characters of a name that count: only machines make longer ones. */
export const nameLength = 64;

/** Headers, cookies and paths are alike on all endpoints of a site. */
export function isEverywhere(location: Location): boolean {
  return location === "header" || location === "cookie" || location === "path";
}

/**
 * The name in profiles: location and name. A field of a body is one, whatever form the body has and whoever took it apart:
 * ModSecurity calls JSON's `a` `json.a`. The places in a list are one.
 */
export function nameOf({ location, name }: ParameterName): string {
  const short = name.slice(0, nameLength);
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
