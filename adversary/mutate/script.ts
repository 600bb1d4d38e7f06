/** Other spellings of a piece of JavaScript that calls something, for all places where a script can stand. */
import type { Random } from "../../src/random.ts";
import { oneOf, splitOnce } from "./operator.ts";
import { fewWords } from "./words.ts";

/** A call of a dialog with its argument, as most payloads end in one. */
export const dialogCall = /\b(alert|confirm|prompt|print)\s*(\(([^()'"`]{0,40})\)|`([^`]{0,40})`)/;

/** Letters that JSFuck makes of `false`, `true` and `undefined` (Kleppe, jsfuck.com): where each of them stands. */
const pieces: Readonly<Record<string, string>> = {
  a: "(![]+[])[1]",
  l: "(![]+[])[2]",
  s: "(![]+[])[3]",
  f: "(![]+[])[0]",
  e: "(!![]+[])[3]",
  t: "(!![]+[])[0]",
  r: "(!![]+[])[1]",
  u: "(!![]+[])[2]",
  n: "([][[]]+[])[1]",
  d: "([][[]]+[])[2]",
  i: "([][[]]+[])[5]",
};

/** The name letter by letter, as far as the letters can be had. */
function fromPieces(name: string): string {
  return Array.from(name, (letter) => pieces[letter] ?? `'${letter}'`).join("+");
}

/** The name with one letter as an escape that JavaScript allows in identifiers. Advances the generator. */
function withEscape(name: string, random: Random): string {
  const at = random.below(name.length);
  const code = name.charCodeAt(at).toString(16);
  const spelled = random.below(2) === 0 ? `\\u00${code}` : `\\u{${code}}`;
  return name.slice(0, at) + spelled + name.slice(at + 1);
}

/** Another expression that makes the same call. `argument` must be an expression or empty. Advances the generator. */
export function otherCall(name: string, argument: string, random: Random): string {
  const [head, tail] = splitOnce(name, random);
  const owner = oneOf(random, ["window", "self", "top", "parent", "globalThis", "frames"]);
  const value = argument === "" ? "1" : argument;
  const reversed = Array.from(name).reverse().join("");
  const digits = Number.parseInt(name, 36);
  return oneOf(random, [
    () => `${owner}['${head}'+'${tail}'](${value})`,
    () => `${owner}[\`${head}\${''}${tail}\`](${value})`,
    () => `${owner}.${name}(${value})`,
    () => `(${name})(${value})`,
    () => `${name}?.(${value})`,
    () => `[${value}].map(${name})`,
    () => `[${value}].find(${name})`,
    () => `${name}.call(null,${value})`,
    () => `${name}.apply(null,[${value}])`,
    () => `Reflect.apply(${name},null,[${value}])`,
    () => `${owner}[atob('${Buffer.from(name).toString("base64")}')](${value})`,
    () => `${owner}['${reversed}'.split('').reverse().join('')](${value})`,
    () => `${owner}[${digits}..toString(36)](${value})`,
    () => `${owner}[/${head}/.source+/${tail}/.source](${value})`,
    () => `${owner}[${fromPieces(name)}](${value})`,
    () => `(q=>q(${value}))(${name})`,
    () => `let{${name}:q}=${owner};q(${value})`,
    () => `q=${name};q(${value})`,
    () => `${withEscape(name, random)}(${value})`,
    () => `eval('${head}'+'${tail}(${value.replaceAll("'", "")})')`,
    () => `Function('${head}'+'${tail}(${value.replaceAll("'", "")})')()`,
    () => `setTimeout(${name},0,${value})`,
    () => `${name}/*${fewWords(random)}*/(${value})`,
    () => `${name}(/*${fewWords(random)}*/${value})`,
    () => `note='${fewWords(random)}';${name}(${value})`,
    () => `'${fewWords(random)}',${name}(${value})`,
    () => `void ${name}(${value})`,
    () => `throw ${name}(${value})`,
    () => `if(1)${name}(${value})`,
    () => `${name}\`${value.replaceAll("`", "")}\``,
    () => `(()=>${name}(${value}))()`,
    () => `new Promise(_=>${name}(${value}))`,
  ])();
}
