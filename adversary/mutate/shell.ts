/** Operators on decoded command injections, for POSIX shells and bash. */
import type { Random } from "../../src/random.ts";
import { oneOf, operator, replaceSome, splitOnce } from "./operator.ts";
import { fewWords } from "./words.ts";

/** Words of commands: names, and paths of files. */
const word =
  /(?<![\w$\\{}'"*?=%-])(?:\/?[a-z][a-z0-9_.]*(?:\/[a-z0-9_.]+)*|(?:\/[a-z0-9_.]+)+)(?![\w'"=*?}])/gi;
const separator = /\|\||&&|[;|&\n]/g;
const blank = / +/g;

/** A glob for a word that keeps its first letter. Advances the generator. */
function glob(text: string, random: Random): string {
  return Array.from(text, (character, index) =>
    index > 1 && character !== "/" && random.below(3) === 0 ? "?" : character,
  ).join("");
}

function octal(text: string): string {
  return Array.from(text, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`).join(
    "",
  );
}

function hex(text: string): string {
  return Array.from(text, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`).join(
    "",
  );
}

const within = (name: string, join: (head: string, tail: string, random: Random) => string) =>
  operator(name, (payload, random) =>
    replaceSome(payload, word, random, ([text]) =>
      text.length < 2 ? text : join(...splitOnce(text, random), random),
    ),
  );

/** The command behind the separator that a payload begins with, and what stands before it. */
function partsOf(payload: string): readonly [head: string, command: string, tail: string] | undefined {
  const found = /^([^;|&\n`$]{0,60}(?:\|\||&&|[;|&\n])\s*)([^;|&\n`#>]{1,200})([\s\S]*)$/.exec(payload);
  return found === null ? undefined : [found[1]!, found[2]!, found[3]!];
}

/** Operators on decoded command injections. */
export const shellOperators = [
  within("sh-empty-quotes", (head, tail, random) => head + oneOf(random, ["''", '""', "``", "$''"]) + tail),
  within("sh-backslash", (head, tail) => `${head}\\${tail}`),
  within(
    "sh-unset-variable",
    (head, tail, random) =>
      head + oneOf(random, ["$@", "$*", "${q}", "${@}", "$9", "${zz:-}", "${*}", "$1"]) + tail,
  ),
  within("sh-quoted-piece", (head, tail, random) =>
    oneOf(random, [`'${head}'${tail}`, `"${head}"${tail}`, `${head}'${tail}'`, `${head}"${tail}"`]),
  ),
  operator("sh-glob", (payload, random) =>
    replaceSome(payload, /(?:\/[a-z0-9_.]+){2,}/gi, random, ([path]) => glob(path, random)),
  ),
  operator("sh-glob-class", (payload, random) =>
    replaceSome(payload, /(?<=\/)[a-z](?=[a-z0-9_.]*)/gi, random, ([letter]) =>
      oneOf(random, [`[${letter}]`, `[${letter}-${letter}]`, "?"]),
    ),
  ),
  operator("sh-full-path", (payload, random) =>
    replaceSome(
      payload,
      /(?<=(?:^|[;|&\n`(])\s*)(?:id|cat|ls|whoami|uname|ping|sleep|nslookup|wget|curl|nc|bash|sh|ps|env|pwd|head|tail|sort)\b/g,
      random,
      ([name]) => oneOf(random, ["/bin/", "/usr/bin/", "/usr/bin//", "/bin/./"]) + name,
    ),
  ),
  operator("sh-ifs", (payload, random) =>
    replaceSome(payload, blank, random, () =>
      oneOf(random, ["${IFS}", "$IFS$9", "$IFS", "\t", "${IFS%??}", "$IFS''"]),
    ),
  ),
  operator("sh-braces", (payload, random) => {
    const parts = partsOf(payload);
    if (parts === undefined) return undefined;
    const words = parts[1].trim().split(/\s+/);
    if (words.length < 2 || words.some((text) => /[,{}]/.test(text))) return undefined;
    return `${parts[0]}{${words.join(",")}}${random.below(2) === 0 ? " " : ""}${parts[2]}`;
  }),
  operator("sh-input", (payload) =>
    payload.replace(/\b(cat|sort|head|tail|tac|nl|less|more)\s+(?=\/)/, "$1<"),
  ),
  operator("sh-separator", (payload, random) => {
    const [first] = payload.match(separator) ?? [];
    return first === undefined
      ? undefined
      : payload.replace(first, () => oneOf(random, [";", "\n", "|", "&&", "&", "||", "\n\n", "|&"]));
  }),
  operator("sh-printf", (payload, random) =>
    replaceSome(payload, word, random, ([text]) =>
      oneOf(random, [
        `$(printf '${octal(text)}')`,
        `$(printf '${hex(text)}')`,
        `$'${hex(text)}'`,
        `$'${octal(text)}'`,
        `\`printf '${octal(text)}'\``,
        `$(printf %s ${text})`,
        `$(echo ${text})`,
      ]),
    ),
  ),
  operator("sh-base64", (payload, random) => {
    const parts = partsOf(payload);
    if (parts === undefined || parts[1].trim() === "") return undefined;
    const code = Buffer.from(parts[1].trim()).toString("base64");
    const shell = oneOf(random, ["sh", "bash", "/bin/sh", "ba''sh"]);
    return (
      parts[0] +
      oneOf(random, [
        `echo ${code}|base64 -d|${shell}`,
        `base64 -d<<<${code}|${shell}`,
        `${shell} -c "$(echo ${code}|base64 -d)"`,
        `eval $(echo ${code}|base64 -d)`,
      ]) +
      parts[2]
    );
  }),
  operator("sh-variable", (payload, random) => {
    const parts = partsOf(payload);
    const name = parts?.[1].split(/\s/)[0] ?? "";
    if (parts === undefined || !/^[\w/.]{2,}$/.test(name)) return undefined;
    const [head, tail] = splitOnce(name, random);
    const variables = ["a", "q", "note", "title", "x1"];
    const one = oneOf(random, variables);
    return `${parts[0]}${one}=${head};y=${tail};$${one}$y${parts[1].slice(name.length)}${parts[2]}`;
  }),
  operator("sh-harmless-command", (payload, random) => {
    const parts = partsOf(payload);
    return parts === undefined
      ? undefined
      : `${parts[0]}${oneOf(random, [":", "true", "echo"])} ${fewWords(random)};${parts[1]}${parts[2]}`;
  }),
  operator("sh-words-as-variable", (payload, random) => {
    const parts = partsOf(payload);
    return parts === undefined ? undefined : `${parts[0]}note='${fewWords(random)}';${parts[1]}${parts[2]}`;
  }),
  operator("sh-wrapper", (payload, random) => {
    const parts = partsOf(payload);
    if (parts === undefined || parts[1].trim() === "") return undefined;
    const command = parts[1].trim();
    return (
      parts[0] +
      oneOf(random, [
        `(${command})`,
        `{ ${command};}`,
        `$(${command})`,
        `\`${command}\``,
        `eval ${command}`,
        `env ${command}`,
        `command ${command}`,
        `if :;then ${command};fi`,
        `! ${command}`,
      ]) +
      parts[2]
    );
  }),
  operator("sh-comment-behind", (payload, random) =>
    /['"]\s*$/.test(payload) ? undefined : `${payload} #${fewWords(random)}`,
  ),
  operator(
    "sh-words-before",
    (payload, random) => `${fewWords(random)}${/^\s*[;|&\n]/.test(payload) ? "" : " "}${payload}`,
  ),
  operator("sh-line-continuation", (payload, random) =>
    replaceSome(payload, word, random, ([text]) =>
      text.length < 2 ? text : splitOnce(text, random).join("\\\n"),
    ),
  ),
  operator("sh-slash", (payload, random) =>
    replaceSome(payload, /(?<=[a-z0-9])\/(?=[a-z0-9])|(?<=\s)\/(?=[a-z])/gi, random, () =>
      oneOf(random, ["//", "/./", "${HOME:0:1}", "///"]),
    ),
  ),
];
