/**
 * Reduces expressions of template engines and scripts to one spelling: comments and blanks go, texts that are joined
 * become one, subscripts with a constant name become attributes, sums of constants become numbers. Two expressions that
 * reduce to the same tokens do the same; what this reader does not know stays different.
 */

/** A token: `'text` for a text, `#7` for a number, anything else as written. */
type Tokens = string[];

const token =
  /\s+|\/\*[\s\S]*?\*\/|0x[0-9a-f]+|\d+(?:\.\d+)?|[A-Za-z_$][\w$]*|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|===|!==|==|!=|<=|>=|&&|\|\||[\s\S]/gi;

function textOf(literal: string): string {
  return literal
    .slice(1, -1)
    .replace(
      /\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\([\s\S])/gi,
      (_, short?: string, long?: string, other?: string) =>
        other ?? String.fromCharCode(Number.parseInt(short ?? long!, 16)),
    );
}

/** The tokens of an expression, blanks and comments left out. */
export function tokensOf(expression: string): Tokens {
  const tokens: Tokens = [];
  for (const [found] of expression.matchAll(token)) {
    if (/^(?:\s|\/\*)/.test(found)) continue;
    if (/^['"]/.test(found) && found.length > 1) tokens.push(`'${textOf(found)}`);
    else if (/^\d/.test(found)) tokens.push(`#${Number(found)}`);
    else tokens.push(found);
  }
  return tokens;
}

const isText = (part: string | undefined): part is string =>
  part?.startsWith("'") === true && part.length > 1;
const isNumber = (part: string | undefined): part is string =>
  part?.startsWith("#") === true && part.length > 1;
const endsValue = (part: string | undefined): boolean =>
  part !== undefined &&
  /^(?:[\w$]+|\)|\]|'[\s\S]+)$/.test(part) &&
  !/^(?:and|or|not|in|if|else|return)$/.test(part);

/** One step of the reduction at `i`: how many tokens go, and what stands for them. */
type Step = (tokens: Tokens, i: number) => readonly [number, ...string[]] | undefined;

/** The tokens at `i` and after it, as far as they equal these; `T` stands for a text, `N` for a name, `D` for a number. */
function matches(tokens: Tokens, i: number, ...shape: readonly string[]): boolean {
  return shape.every((part, offset) => {
    const found = tokens[i + offset];
    if (part === "T") return isText(found);
    if (part === "D") return isNumber(found);
    if (part === "N") return found !== undefined && /^[A-Za-z_$]/.test(found);
    return found === part;
  });
}

const steps: readonly Step[] = [
  (t, i) =>
    matches(t, i, "T", "+", "T") || matches(t, i, "T", "~", "T")
      ? [3, t[i]! + t[i + 2]!.slice(1)]
      : undefined,
  (t, i) => (matches(t, i, "T", "T") ? [2, t[i]! + t[i + 1]!.slice(1)] : undefined),
  (t, i) =>
    matches(t, i, "T", "|", "reverse") ? [3, `'${Array.from(t[i]!.slice(1)).reverse().join("")}`] : undefined,
  (t, i) => (matches(t, i, "T", "|", "lower") ? [3, t[i]!.toLowerCase()] : undefined),
  (t, i) =>
    matches(t, i, "(", "T", ",", "T", ")", "|", "join") ? [7, t[i + 1]! + t[i + 3]!.slice(1)] : undefined,
  (t, i) =>
    matches(t, i, "[", "T", ",", "T", "]", "|", "join", "(", "'", ")")
      ? [10, t[i + 1]! + t[i + 3]!.slice(1)]
      : undefined,
  (t, i) => (matches(t, i, "|", "attr", "(", "T", ")") ? [5, ".", t[i + 3]!.slice(1)] : undefined),
  (t, i) =>
    matches(t, i, "[", "T", "]") && endsValue(t[i - 1]) && /^'[A-Za-z_]\w*$/.test(t[i + 1]!)
      ? [3, ".", t[i + 1]!.slice(1)]
      : undefined,
  (t, i) => (matches(t, i, "(", "D", ")") && !endsValue(t[i - 1]) ? [3, t[i + 1]!] : undefined),
  (t, i) =>
    matches(t, i, "(", "D", "+", "D", ")") && !endsValue(t[i - 1])
      ? [5, `#${Number(t[i + 1]!.slice(1)) + Number(t[i + 3]!.slice(1))}`]
      : undefined,
  (t, i) => (matches(t, i, "(", "T", ")") && !endsValue(t[i - 1]) ? [3, t[i + 1]!] : undefined),
  // A text that is not empty is true, and what follows is the value.
  (t, i) => (i === 0 && (matches(t, i, "T", "and") || matches(t, i, "T", "&&")) ? [2] : undefined),
];

/** Reduces an expression to its one spelling. */
export function reduce(expression: string): string {
  let tokens = tokensOf(expression);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < tokens.length && !changed; i++) {
      for (const step of steps) {
        const reduced = step(tokens, i);
        if (reduced === undefined) continue;
        const [count, ...instead] = reduced;
        tokens = [...tokens.slice(0, i), ...instead, ...tokens.slice(i + count)];
        changed = true;
        break;
      }
    }
  }
  return tokens.join(" ");
}
