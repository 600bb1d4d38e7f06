/**
 * Proves NoSQL injections: queries in JSON or in pairs with brackets are asked of unknown secrets, of which a mutant must
 * match all that its seed matches, by an operator in the same field; scripts must compile where the seed does, and reduce
 * to the same condition.
 */
import { Script } from "node:vm";
import { reduce } from "./expression.ts";
import type { Oracle, Proof } from "./oracle.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Values that a store may hold in a field, none of them known to the attacker. */
const secrets: readonly string[] = ["hunter2", "Xy7!kq", "7f9c2b", "secret"];
const deepest = 12;

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True where an operator of MongoDB holds of a text; undefined where it is none that is known here. */
function holds(name: string, operand: Json, secret: string): boolean | undefined {
  switch (name) {
    case "$eq":
      return operand === secret;
    case "$ne":
      return operand !== secret;
    case "$gt":
      return typeof operand === "string" && secret > operand;
    case "$gte":
      return typeof operand === "string" && secret >= operand;
    case "$lt":
      return typeof operand === "string" && secret < operand;
    case "$lte":
      return typeof operand === "string" && secret <= operand;
    case "$exists":
      return operand !== false && operand !== 0;
    case "$in":
      return Array.isArray(operand) ? operand.includes(secret) : undefined;
    case "$nin":
      return Array.isArray(operand) ? !operand.includes(secret) : undefined;
    case "$type":
      return operand === 2 || operand === "string";
    case "$regex":
      // Only patterns without any loop are run.
      return typeof operand === "string" && /^\^?(?:\.\*|\w{0,20})\$?$/.test(operand)
        ? new RegExp(operand).test(secret)
        : undefined;
    case "$options":
      return true;
    case "$not":
      return isObject(operand) ? negated(matchesAll(operand, secret)) : undefined;
    default:
      return undefined;
  }
}

const negated = (value: boolean | undefined): boolean | undefined =>
  value === undefined ? undefined : !value;

function matchesAll(operators: { readonly [name: string]: Json }, secret: string): boolean | undefined {
  const results = Object.entries(operators).map(([name, operand]) => holds(name, operand, secret));
  return results.includes(undefined) ? undefined : results.every(Boolean);
}

const isDocument = (value: Json): boolean =>
  isObject(value) && Object.keys(value).some((name) => !/^\$(?!and$|or$|where$)/.test(name));

/** For each field with operators the secrets that it matches. */
function conditionsOf(
  query: Json,
  field: string,
  depth: number,
  into: Map<string, readonly string[]>,
): boolean {
  if (depth > deepest) return false;
  if (Array.isArray(query)) return query.every((item: Json) => conditionsOf(item, field, depth + 1, into));
  if (!isObject(query)) return true;
  const names = Object.keys(query);
  if (
    names.length > 0 &&
    names.every((name) => name.startsWith("$") && !/^\$(?:and|or|where|expr)$/.test(name))
  ) {
    const matched = secrets.filter((secret) => matchesAll(query, secret) === true);
    if (names.some((name) => holds(name, query[name]!, "x") === undefined)) return false;
    into.set(field, matched);
    return true;
  }
  return names.every((name) => {
    const value = query[name]!;
    if (name === "$where" && typeof value === "string") {
      into.set("$where", [reduceCondition(value)]);
      return compiles(value) || compiles(`(${value})`);
    }
    // Between queries, not between the operators of one field.
    if (name === "$and" || name === "$or")
      return (
        Array.isArray(value) &&
        value.every((item: Json) => isDocument(item) && conditionsOf(item, field, depth + 1, into))
      );
    return !name.startsWith("$") && conditionsOf(value, name, depth + 1, into);
  });
}

/** Pairs with brackets as the object that body parsers make of them; undefined where it is none. */
function fromPairs(text: string): Json | undefined {
  if (!/\[(?:\$|%24)\w+\]|%5b\$/i.test(text) || /\s{2}|[<>]/.test(text)) return undefined;
  const root: Record<string, Json> = {};
  for (const pair of text.split("&")) {
    const [left = "", value = ""] = pair.split(/=(.*)/s);
    let decoded: string;
    try {
      decoded = decodeURIComponent(left);
    } catch {
      return undefined;
    }
    const names = [
      decoded.split("[", 1)[0]!,
      ...[...decoded.matchAll(/\[([^\]]*)\]/g)].map(([, inner]) => inner!),
    ];
    let at: Record<string, Json> = root;
    const path = names
      .filter((part, index) => index === 0 || part !== "")
      .map((part) => (part === "" ? "field" : part));
    for (const part of path.slice(0, -1)) {
      if (part === "__proto__") return undefined;
      const next = at[part];
      const inner: Record<string, Json> = isObject(next) ? (next as Record<string, Json>) : {};
      at[part] = inner;
      at = inner;
    }
    const last = path.at(-1)!;
    if (last === "__proto__") return undefined;
    const isList = names.at(-1) === "" && names.length > 1;
    at[last] =
      isList || last === "$nin" || last === "$in" ? [value] : last === "$not" ? { $eq: value } : value;
  }
  return root;
}

function conditions(text: string): Map<string, readonly string[]> | undefined {
  let query: Json | undefined;
  try {
    query = JSON.parse(text) as Json;
  } catch {
    query = fromPairs(text);
  }
  if (query === undefined || typeof query !== "object" || query === null) return undefined;
  const into = new Map<string, readonly string[]>();
  return conditionsOf(query, "value", 0, into) && into.size > 0 ? into : undefined;
}

const scriptPlaces = [
  "this.a == '$'",
  'this.a == "$"',
  "return this.a == '$'",
  'return this.a == "$"',
  "this.a == $",
  "$",
];

function compiles(code: string): boolean {
  try {
    // Compiled, never run.
    new Script(`(function(){${code}\n})`);
    return true;
  } catch {
    return false;
  }
}

/** A condition with constant comparisons decided and what adds nothing left out. */
function reduceCondition(script: string): string {
  const value = String.raw`(?:#\d+|'[^ ]*|true|false)`;
  let text = reduce(script);
  for (let round = 0; round < 20; round++) {
    const next = text
      .replace(
        new RegExp(`(?<=^| )(${value}) (===?|!==?|>|<) (${value})(?= |$)`),
        (_, left: string, sign: string, right: string) => {
          const equal = left === right;
          if (sign.startsWith("=")) return String(equal);
          if (sign.startsWith("!")) return String(!equal);
          const difference = Number(left.slice(1)) - Number(right.slice(1));
          return String(sign === ">" ? difference > 0 : difference < 0);
        },
      )
      .replace(/! (?:#0|false|# 0)(?= |$)/, "true")
      .replace(/! #[1-9]\d*(?= |$)/, "false")
      .replace(/(\|\|?) false (?=\|)/, "")
      .replace(/(?<=\|\| )#1(?= |$)/, "true")
      .replace(/ \| /, " || ");
    if (next === text) return text;
    text = next;
  }
  return text;
}

/** The proof of a payload that breaks out of a text in a script. */
function proveScript(seed: string): Proof | undefined {
  if (!/['"]/.test(seed) || !/\|\||&&|;|==/.test(seed)) return undefined;
  const behindQuote = (payload: string, quote: string): string => payload.slice(payload.indexOf(quote) + 1);
  for (const place of scriptPlaces) {
    const quote = /['"]/.exec(place)?.[0];
    if (quote === undefined || !seed.includes(quote)) continue;
    // A text inside would also compile: it must end early.
    const reading = (payload: string): string | undefined => {
      if (!payload.includes(quote)) return undefined;
      const code = place.replace("$", () => payload);
      if (!compiles(code)) return undefined;
      return reduceCondition(
        `${quote}${quote} ${behindQuote(payload, quote)}${place.slice(place.indexOf("$") + 1)}`,
      );
    };
    const wanted = reading(seed);
    if (wanted !== undefined) return (mutant) => reading(mutant) === wanted;
  }
  return undefined;
}

/** Makes the oracle. */
export function nosqlOracle(): Oracle {
  return {
    method: "operators evaluated: same secrets matched",
    prove(seed) {
      const wanted = conditions(seed);
      if (wanted === undefined) return proveScript(seed);
      const useful = [...wanted].filter(([, matched]) => matched.length > 0);
      if (useful.length === 0) return undefined;
      return (mutant) => {
        const found = conditions(mutant);
        return (
          found !== undefined &&
          useful.every(([field, matched]) =>
            matched.every((secret) => found.get(field)?.includes(secret) === true),
          )
        );
      };
    },
  };
}
