/**
 * Proves template injections without any engine: the expressions between the delimiters of one engine are reduced to one
 * spelling (`expression.ts`), and all those of the seed must be in the mutant, in their order.
 */
import { reduce } from "./expression.ts";
import type { Oracle } from "./oracle.ts";

/** Delimiters of expressions by engine: opening, closing. */
const engines: readonly (readonly (readonly [string, string])[])[] = [
  // Jinja, Twig, Nunjucks, Liquid and their like.
  [
    ["{{", "}}"],
    ["{%", "%}"],
  ],
  // Expression languages of Java: `$`, `#` and `*` differ in when they are evaluated.
  [
    ["${", "}"],
    ["#{", "}"],
    ["*{", "}"],
  ],
  [
    ["<%=", "%>"],
    ["<%", "%>"],
  ],
  [["@(", ")"]],
];
const longestExpression = 4_000;

/** The expressions in a text, reduced; undefined where one does not end. Quotes hide delimiters. */
export function expressionsOf(
  text: string,
  engine: readonly (readonly [string, string])[],
): string[] | undefined {
  const isJinja = engine[0]![0] === "{{";
  const rest = isJinja ? text.replace(/\{#[\s\S]*?#\}/g, "") : text;
  const found: string[] = [];
  for (let i = 0; i < rest.length; ) {
    const pair = engine.find(([open]) => rest.startsWith(open, i));
    if (pair === undefined) {
      i++;
      continue;
    }
    const [open, close] = pair;
    let end = i + open.length;
    let depth = 0;
    let quote = "";
    for (; end < rest.length && end - i < longestExpression; end++) {
      const character = rest[end]!;
      if (quote !== "") {
        if (character === "\\") end++;
        else if (character === quote) quote = "";
      } else if (character === "'" || character === '"') quote = character;
      else if (depth === 0 && rest.startsWith(close, end)) break;
      else if ("({[".includes(character)) depth++;
      else if (")}]".includes(character)) depth--;
      if (depth < 0) return undefined;
    }
    if (!rest.startsWith(close, end)) return undefined;
    let inside = rest.slice(i + open.length, end).trim();
    if (isJinja) inside = inside.replace(/^-|-$/g, "").trim();
    if (open === "{%") {
      const printed = /^print\s*([\s\S]+)$/.exec(inside) ?? /^if\s+([\s\S]+)$/.exec(inside);
      if (printed !== null) inside = withoutParentheses(printed[1]!.trim());
    }
    if (inside !== "" && inside !== "endif") found.push(reduce(inside));
    i = end + close.length;
  }
  return found;
}

/** The expression without parentheses around the whole of it. */
function withoutParentheses(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) return text;
  }
  return text.slice(1, -1).trim();
}

/** Makes the oracle. */
export function templateOracle(): Oracle {
  return {
    method: "strict reader of expressions: the same ones, reduced",
    prove(seed) {
      for (const engine of engines) {
        const wanted = expressionsOf(seed, engine);
        if (wanted === undefined || wanted.length === 0) continue;
        return (mutant) => {
          const found = expressionsOf(mutant, engine);
          if (found === undefined) return false;
          let next = 0;
          for (const expression of found) if (expression === wanted[next]) next++;
          return next === wanted.length;
        };
      }
      return undefined;
    },
  };
}
