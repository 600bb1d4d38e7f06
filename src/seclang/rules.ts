/** Directives put together to rules: a rule with its actions, and all the links of its chain. */
import type { Directive } from "./directives.ts";

/** One action of a rule, such as `setvar:'tx.a=1'`. */
export interface Action {
  /** In lower case, such as "setvar". */
  readonly name: string;
  /** What follows the colon, without single quotes around it; empty when there is none. */
  readonly value: string;
}

/** A rule: one link, or a chain of several which matches only when all do. */
export interface Rule {
  /** The id of the first link. */
  readonly id: number;
  /** The actions of each link, in order; at least one link. */
  readonly links: readonly (readonly Action[])[];
  /** Number of the line that its last link ends in, from 1. */
  readonly lastLine: number;
}

/** Rules of a file, in order. Rules without an id and links that belong to no chain are left out. */
export function collectRules(directives: readonly Directive[]): readonly Rule[] {
  const rules: Rule[] = [];
  let open: (readonly Action[])[] | undefined;
  for (const directive of directives) {
    const text = actionText(directive);
    if (text === undefined) continue;
    const actions = parseActions(text);
    const links = open ?? [];
    links.push(actions);
    if (actions.some(({ name }) => name === "chain")) {
      open = links;
      continue;
    }
    open = undefined;
    const id = Number(links[0]?.find(({ name }) => name === "id")?.value);
    if (Number.isSafeInteger(id)) rules.push({ id, links, lastLine: directive.lastLine });
  }
  return rules;
}

/** The actions in a comma-separated list; commas inside single quotes do not separate. */
export function parseActions(text: string): readonly Action[] {
  const actions: Action[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === "'") isQuoted = !isQuoted;
    if ((character === "," && !isQuoted) || at >= text.length) {
      const action = toAction(text.slice(start, at).trim());
      if (action.name !== "") actions.push(action);
      start = at + 1;
    }
  }
  return actions;
}

function toAction(text: string): Action {
  const colon = text.indexOf(":");
  if (colon === -1) return { name: text.toLowerCase(), value: "" };
  const value = text.slice(colon + 1);
  const isQuoted = value.length > 1 && value.startsWith("'") && value.endsWith("'");
  return { name: text.slice(0, colon).toLowerCase(), value: isQuoted ? value.slice(1, -1) : value };
}

/** The action list of a directive that is a rule, "" where it has none; `undefined` for every other directive. */
function actionText({ name, arguments: given }: Directive): string | undefined {
  switch (name.toLowerCase()) {
    case "secrule":
      return given[2] ?? "";
    case "secaction":
      return given[0] ?? "";
    case "secrulescript":
      return given[1] ?? "";
    default:
      return undefined;
  }
}
