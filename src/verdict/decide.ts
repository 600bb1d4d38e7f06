/**
 * One probability → one outcome. This is where the rule stands that a `pass` may overrule the Core Rule Set only after
 * everything that CRS objected to has been inspected.
 */
import type { Location, Transaction } from "../transaction/transaction.ts";
import type { OperatingPoint } from "./operating-point.ts";
import type { Mode, VerdictWord } from "./verdict.ts";

/** Points for the CRS anomaly score by verdict; integers. Negative points for `pass` need a fully inspected request. */
export interface Points {
  readonly pass: number;
  readonly suspect: number;
  readonly attack: number;
}

/** Nothing for an ordinary request, and for an attack as much as a critical rule of CRS. */
export const defaultPoints: Points = { pass: 0, suspect: 3, attack: 5 };

/** The outcome without its reasons; see `Verdict`. */
export interface Decision {
  readonly verdict: VerdictWord;
  readonly points: number;
  readonly partial: boolean;
}

/** Decides on a transaction whose `probability` in [0, 1] is known. `exhausted` tells that decoding reached its bound. */
export function decide(
  transaction: Transaction,
  probability: number,
  exhausted: boolean,
  point: OperatingPoint,
  mode: Mode,
  points: Points,
): Decision {
  const partial = exhausted || transaction.problems.length > 0;
  if (probability >= point.attack) return { verdict: "attack", points: points.attack, partial };
  if (probability >= point.suspect) return { verdict: "suspect", points: points.suspect, partial };
  if (partial && wouldOverrule(transaction, mode) && !sawWhatMatched(transaction, exhausted))
    return { verdict: "unavailable", points: 0, partial };
  return { verdict: "pass", points: partial ? Math.max(0, points.pass) : points.pass, partial };
}

/** True where a `pass` would let through what CRS would have blocked. Scoring only lowers a sum, within its own bounds. */
function wouldOverrule(transaction: Transaction, mode: Mode): boolean {
  if (mode === "second-opinion") return true;
  const waf = transaction.waf;
  return mode === "general" && waf !== undefined && waf.score >= waf.threshold;
}

/** Problems that leave a part of the request unread; with any other one the values were seen, if not as the application will. */
const harmlessWhenSeen = new Set(["missing_part"]);

/**
 * True where every rule that matched is known to have matched in a part that was read. Without that knowledge (no
 * rule ids, or no variable for one of them) the answer is no.
 */
function sawWhatMatched(transaction: Transaction, exhausted: boolean): boolean {
  const { waf, problems } = transaction;
  if (exhausted || waf === undefined || waf.rules.length === 0) return false;
  if (problems.some((problem) => !harmlessWhenSeen.has(problem.code))) return false;
  return waf.rules.every((rule) => {
    const variable = waf.matched[rule];
    return variable !== undefined && sawVariable(transaction, variable);
  });
}

/** ModSecurity variables outside the body; they travel with every request. */
const headVariables = new Set([
  "REQUEST_URI",
  "REQUEST_URI_RAW",
  "REQUEST_LINE",
  "REQUEST_METHOD",
  "REQUEST_PROTOCOL",
  "REQUEST_FILENAME",
  "REQUEST_BASENAME",
  "QUERY_STRING",
  "ARGS_GET",
  "ARGS_GET_NAMES",
  "REMOTE_ADDR",
]);
const argumentVariables = new Set(["ARGS", "ARGS_NAMES", "ARGS_POST", "ARGS_POST_NAMES"]);
const argumentLocations = new Set<Location>(["query", "form", "json", "multipart", "engine"]);
const fileLocations = new Set<Location>(["file"]);

function sawVariable(transaction: Transaction, variable: string): boolean {
  const colon = variable.indexOf(":");
  const collection = (colon < 0 ? variable : variable.slice(0, colon)).toUpperCase();
  const member = colon < 0 ? "" : variable.slice(colon + 1);
  const missing = new Set(transaction.missing);
  if (headVariables.has(collection)) return true;
  if (collection.startsWith("REQUEST_HEADERS") || collection.startsWith("REQUEST_COOKIES"))
    return !missing.has("headers");
  // Whatever was seen under a name, the same name may stand again in the part of the body that was not.
  if (missing.has("body") || missing.has("body-tail")) return false;
  const has = (locations: ReadonlySet<Location>): boolean =>
    transaction.parameters.some(({ location, name }) => locations.has(location) && name === member);
  if (argumentVariables.has(collection)) return !missing.has("arguments") && has(argumentLocations);
  if (collection === "FILES" || collection === "FILES_NAMES") return has(fileLocations);
  // ModSecurity 2 hands over what its parser found under the variable's own name, and reports all of XML as `XML`.
  const handedOver = (fits: (name: string) => boolean): boolean =>
    transaction.parameters.some(({ location, name }) => location === "engine" && fits(name));
  if (collection === "XML" && handedOver((name) => name.startsWith("XML:"))) return true;
  if (collection === "MULTIPART_PART_HEADERS" && handedOver((name) => name === variable)) return true;
  // Everything else looks into the body itself.
  return !missing.has("xml") && !missing.has("files");
}
