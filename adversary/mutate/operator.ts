/**
 * A mutation operator rewrites a decoded payload into another spelling that should attack just the same. It may be
 * wrong about that: an oracle has the last word.
 */
import type { Random } from "../../src/random.ts";

/** One way to rewrite a payload. */
export interface Operator {
  /** In kebab-case; names the operator in reports. */
  readonly name: string;
  /** The rewritten payload, or undefined where there is nothing to rewrite. Advances the generator. */
  apply(payload: string, random: Random): string | undefined;
}

/** Makes an operator; a rewriting that changes nothing counts as none. */
export function operator(
  name: string,
  rewrite: (payload: string, random: Random) => string | undefined,
): Operator {
  return {
    name,
    apply(payload, random) {
      const rewritten = rewrite(payload, random);
      return rewritten === payload ? undefined : rewritten;
    },
  };
}

/** One of the items, which are at least one. Advances the generator. */
export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

/**
 * Replaces one match of a global pattern, or in one case of three each with even odds; undefined where none matches.
 * Advances the generator.
 */
export function replaceSome(
  payload: string,
  pattern: RegExp,
  random: Random,
  replacement: (match: RegExpExecArray) => string,
): string | undefined {
  const matches = [...payload.matchAll(pattern)];
  if (matches.length === 0) return undefined;
  const many = random.below(3) === 0;
  const chosen = random.below(matches.length);
  let out = "";
  let copied = 0;
  for (const [index, match] of matches.entries()) {
    if (many ? random.below(2) === 0 : index !== chosen) continue;
    out += payload.slice(copied, match.index) + replacement(match);
    copied = match.index + match[0].length;
  }
  return out + payload.slice(copied);
}

/** The text with letters in random case. Advances the generator. */
export function anyCase(text: string, random: Random): string {
  return Array.from(text, (letter) =>
    random.below(2) === 0 ? letter.toUpperCase() : letter.toLowerCase(),
  ).join("");
}

/** Splits a text of at least two characters in two, neither of them empty. Advances the generator. */
export function splitOnce(text: string, random: Random): readonly [string, string] {
  const at = 1 + random.below(Math.max(1, text.length - 1));
  return [text.slice(0, at), text.slice(at)];
}
