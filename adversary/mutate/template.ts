/** Operators on template injections: blanks, texts, attribute access, and other delimiters of the same engine. */
import type { Random } from "../../src/random.ts";
import { oneOf, operator, replaceSome, splitOnce } from "./operator.ts";
import { fewWords, someWords } from "./words.ts";

const delimited = /(\{\{-?|\{%-?|\$\{|#\{|<%=?|\*\{|@\()([^{}%]{0,300}?)(-?\}\}|-?%\}|\}|%>|\))/g;
const quotedText = /'([\w ./:-]{2,60})'|"([\w ./:-]{2,60})"/g;
const attribute = /(?<=[\w)\]'"])\.([a-z_]\w*)/gi;
const isJinja = /\{\{|\{%/;

/** A text in another spelling. Advances the generator. */
function textForm(text: string, jinja: boolean, random: Random): string {
  const [head, tail] = splitOnce(text, random);
  const escapes = Array.from(
    text,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  ).join("");
  const forms = [`'${head}'+'${tail}'`, `"${text}"`, `'${text}'`, `"${head}"+"${tail}"`, `'${escapes}'`];
  if (jinja)
    forms.push(
      `'${head}'~'${tail}'`,
      `('${head}','${tail}')|join`,
      `'${head}''${tail}'`,
      `['${head}','${tail}']|join('')`,
      `'${Array.from(text).reverse().join("")}'|reverse`,
      `'${text.toUpperCase()}'|lower`,
    );
  return oneOf(random, forms);
}

/** Operators on decoded template injections. */
export const templateOperators = [
  operator("tpl-blanks", (payload, random) =>
    replaceSome(
      payload,
      delimited,
      random,
      ([, open, inside, close]) =>
        `${open}${oneOf(random, [" ", "  ", "\n", "\t", ""])}${inside!.trim()}${oneOf(random, [" ", "\n", ""])}${close}`,
    ),
  ),
  operator("tpl-blank-at-sign", (payload, random) =>
    replaceSome(payload, /(?<=\w)(?=[*+(|])|(?<=[*+(|,])(?=[\w'"])/g, random, () =>
      oneOf(random, [" ", "\n", "\t", "  "]),
    ),
  ),
  operator("tpl-text-form", (payload, random) =>
    replaceSome(payload, quotedText, random, ([, single, double]) =>
      textForm(single ?? double ?? "", isJinja.test(payload), random),
    ),
  ),
  operator("tpl-attribute-form", (payload, random) =>
    replaceSome(payload, attribute, random, ([, name]) =>
      oneOf(random, [
        `['${name}']`,
        `["${name}"]`,
        ...(isJinja.test(payload) ? [`|attr('${name}')`, `|attr("${name}")`] : []),
      ]),
    ),
  ),
  operator("tpl-attribute-split", (payload, random) =>
    replaceSome(payload, /\['(\w{2,40})'\]|\["(\w{2,40})"\]|attr\('(\w{2,40})'\)/g, random, (match) => {
      const name = match[1] ?? match[2] ?? match[3]!;
      const form = textForm(name, isJinja.test(payload), random);
      return match[3] === undefined ? `[${form}]` : `attr(${form})`;
    }),
  ),
  operator("tpl-delimiters", (payload, random) =>
    replaceSome(payload, /\{\{-?([^{}]{1,300}?)-?\}\}/g, random, ([, inside]) =>
      oneOf(random, [
        `{%print(${inside!.trim()})%}`,
        `{{-${inside}-}}`,
        `{{- ${inside!.trim()} }}`,
        `{%- print ${inside!.trim()} -%}`,
        `{% if ${inside!.trim()} %}{% endif %}`,
      ]),
    ),
  ),
  operator("tpl-spring-delimiters", (payload, random) =>
    /^[#$*]\{[^{}]*\}$/.test(payload) ? oneOf(random, ["$", "#", "*"]) + payload.slice(1) : undefined,
  ),
  operator("tpl-words-inside", (payload, random) =>
    replaceSome(payload, /(\{\{-?|\$\{|#\{)(?=\s*[\w'"(])/g, random, ([open]) => {
      const words = fewWords(random);
      return `${open}${oneOf(random, [`'${words}' and `, `"${words}" and `, `'${words}' && `])}`;
    }),
  ),
  operator("tpl-comment", (payload, random) =>
    isJinja.test(payload)
      ? oneOf(random, [`{#${fewWords(random)}#}${payload}`, `${payload}{# ${fewWords(random)} #}`])
      : undefined,
  ),
  operator("tpl-number", (payload, random) =>
    replaceSome(payload, /(?<![\w.'"])(\d{1,4})(?=\s*[*+)}])/g, random, ([digits]) =>
      oneOf(random, [`(${digits})`, `${digits}+0`.replace(/^(.*)$/, "($1)"), `(${Number(digits) - 1}+1)`]),
    ),
  ),
  operator("tpl-words-before", (payload, random) => `${someWords(random, 1 + random.below(20))} ${payload}`),
  operator("tpl-words-behind", (payload, random) => `${payload} ${someWords(random, 1 + random.below(20))}`),
];
