/** Puts into words why a verdict is what it is: which parameter, which piece of it, what about it. */
import type { Text } from "../features/texts.ts";
import type { Evidence } from "../models/evidence.ts";
import { weightOf } from "../models/evidence.ts";
import type { Parameter, Problem } from "../transaction/transaction.ts";
import { displayText } from "../transaction/transaction.ts";
import type { Vote } from "../verdict/opinion-pool.ts";
import type { AttackType, Reason, VerdictType } from "../verdict/verdict.ts";

/** What each attack type looks like, as the end of "this piece reads like …". */
const likenesses: Readonly<Record<AttackType, string>> = {
  sqli: "SQL injection",
  xss: "script injected into a page (XSS)",
  cmdi: "a shell command",
  "path-traversal": "a way out of the directory (path traversal)",
  rfi: "the inclusion of a foreign file",
  ssti: "a template expression that the server would evaluate",
  "code-injection": "program code",
  xxe: "an external entity in XML",
  ssrf: "an address that only the server itself can reach (SSRF)",
  nosqli: "an operator of a NoSQL query",
  ldapi: "an LDAP filter",
  crlf: "a line break that adds headers",
  deserialization: "a serialized object",
  scanner: "a scanner's probe",
  other: "an attack",
};

/** Longest piece and place that a reason shows, in characters. */
const longestShown = 80;

/**
 * The reason of a text: `piece` is the part of its view that weighed most. Where it is odd in its parameter, `expected` says
 * what the values there are like.
 */
export function textReason(text: Text, piece: string, type: VerdictType, expected?: string): Reason {
  const likeness = type === "unusual" ? "" : `reads like ${likenesses[type]}`;
  const oddity = expected === undefined ? "" : `is odd here: ${expected}`;
  return {
    where: placeOf(text.parameter, text.isName),
    what: displayText(piece.trim(), longestShown),
    why: `this piece ${[likeness, oddity].filter((part) => part !== "").join(", and ")}`,
  };
}

/** The reason of an unusual shape of the whole request. */
export function shapeReason(score: number): Reason {
  return {
    where: "request",
    what: `anomaly ${score.toFixed(2)}`,
    why: "lengths, character shares and counts are unlike those of ordinary requests",
  };
}

/** The reason where models of the user's own, of which there is at least one, made a request suspect. */
export function voteReason(votes: readonly Vote[]): Reason {
  const worst = votes.reduce((a, b) => (b.score > a.score ? b : a));
  return {
    where: `model:${worst.name}`,
    what: `score ${worst.score.toFixed(2)}`,
    why: "a model of your own with a vote calls it an attack",
  };
}

/** A rule that weighs less than this explains nothing. */
const notableWeight = 0.5;

/** The reason of the rule that weighs most, or undefined where none weighs much; `matched` names the variables by rule. */
export function evidenceReason(
  evidence: Evidence,
  rules: readonly number[],
  matched: Readonly<Record<string, string>>,
): Reason | undefined {
  let heaviest = 0;
  let most = 0;
  for (const rule of rules) {
    const weight = weightOf(evidence, rule);
    if (weight <= most) continue;
    most = weight;
    heaviest = rule;
  }
  if (most < notableWeight) return undefined;
  return {
    where: displayText(matched[heaviest] ?? "request", longestShown),
    what: `rule ${heaviest}`,
    why: "this rule of CRS seldom raises a false alarm",
  };
}

/** The reason of a part that could not be inspected. */
export function problemReason(problem: Problem): Reason {
  return { where: "request", what: problem.code, why: problem.detail };
}

function placeOf(parameter: Parameter, isName: boolean): string {
  const name = displayText(parameter.name, longestShown - 20);
  if (parameter.location === "path" || parameter.location === "body") return parameter.location;
  return isName ? `${parameter.location} name:${name}` : `${parameter.location}:${name}`;
}
