/**
 * The grammars of the corpus, read from `corpus/grammars`. Each attack class and each kind of benign traffic is one
 * file; all of them may use the words of `shared/lexicon.grammar`, the posts about code of `shared/posts.grammar`, and
 * those that were written by hand.
 */
import { readFileSync } from "node:fs";
import type { AttackType } from "../../src/verdict/verdict.ts";
import { attackTypes } from "../../src/verdict/verdict.ts";
import type { Grammar } from "./grammar.ts";
import { parseGrammar } from "./grammar.ts";
import { postRules, readPosts } from "./written-posts.ts";

/** The kinds of benign traffic, each named after its file. */
export const benignKinds = [
  "prose",
  "languages",
  "near-misses",
  "code",
  "commands",
  "posts",
  "written",
  "fragments",
  "queries",
  "paths",
  "tokens",
  "platforms",
] as const;
export type BenignKind = (typeof benignKinds)[number];

/** Every grammar of the corpus. Those of attacks and of benign kinds have a rule `payload`, a rule `request`, or both. */
export interface Grammars {
  readonly attacks: Readonly<Record<AttackType, Grammar>>;
  readonly benign: Readonly<Record<BenignKind, Grammar>>;
  /** Headers and cookies of clients: rules named after the headers, in camel case. */
  readonly browser: Grammar;
}

/** Reads and checks all grammar files. Throws a plain `Error` where one is wrong. */
export function loadGrammars(): Grammars {
  const shared = [grammarFile("shared/lexicon"), grammarFile("shared/posts")];
  const texts = postRules(readPosts());
  const load = (name: string): Grammar => parseGrammar([...shared, grammarFile(name)], texts);
  const loadAll = <Name extends string>(folder: string, names: readonly Name[]): Record<Name, Grammar> =>
    Object.fromEntries(names.map((name) => [name, load(`${folder}/${name}`)])) as Record<Name, Grammar>;
  return {
    attacks: loadAll("attacks", attackTypes),
    benign: loadAll("benign", benignKinds),
    browser: load("shared/browser"),
  };
}

function grammarFile(name: string): { name: string; text: string } {
  const file = `${name}.grammar`;
  return { name: file, text: readFileSync(new URL(`../grammars/${file}`, import.meta.url), "utf8") };
}
