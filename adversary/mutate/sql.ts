/**
 * Operators on SQL: the nine families of WAF-A-MoLE (Demetrio et al., "WAF-A-MoLE: Evading Web Application Firewalls
 * through Adversarial Machine Learning", SAC 2020), written anew for decoded payloads, and string, number, comment and
 * JSON forms beyond them.
 */
import type { Random } from "../../src/random.ts";
import { anyCase, oneOf, operator, replaceSome, splitOnce } from "./operator.ts";
import { fewWords, someWords } from "./words.ts";

const keywords =
  /\b(?:select|union|all|from|where|and|or|not|null|like|in|is|between|order|group|by|having|limit|case|when|then|else|end|as|sleep|benchmark|concat|char|substr|substring|insert|into|values|update|set|delete|drop|table|if|exists|distinct|information_schema|version|database|user)\b/gi;
/** A blank, or a comment that stands for one. */
const gap = /[ \t\r\n\f\v]+|\/\*[^*]*\*\//g;
/** Where a gap may be put in: between a word or number and a mark. */
const seam = /(?<=[\w)'"])(?=[=<>(),;|&+*/-])|(?<=[=<>(),;|&+*-])(?=[\w('"])/g;
const integer = /(?<![\w.'"$@])\d{1,9}(?![\w.'"])/g;
const tautology = /(?<![\w.])(\d+)\s*=\s*\1(?![\w.])|'([^'=]{0,12})'\s*=\s*'\2'|"([^"=]{0,12})"\s*=\s*"\3"/g;
const trailingComment = /(?:--[^\n]*|#[^\n]*|\/\*[^*]*)$/;

/** A condition that holds everywhere. Advances the generator. */
function truth(random: Random): string {
  const n = 1 + random.below(98);
  const word = someWords(random, 1);
  return oneOf(random, [
    `${n}=${n}`,
    `${n}<${n + 1 + random.below(9)}`,
    `${n} like ${n}`,
    `'${word}'='${word}'`,
    `'${word}' like '${word}'`,
    `${n} between ${n - 1} and ${n + 1}`,
    `${n} in (${n},${n + 1})`,
    `not ${n}=${n + 1}`,
    `${n} is not null`,
    `'${word}'<>'${word}s'`,
    `length('${word}')=${word.length}`,
    `(select ${n})=${n}`,
    `coalesce(null,${n})=${n}`,
    `${n}*2>${n}`,
    `'{"${word}":${n}}'->>'$.${word}'=${n}`,
    `json_extract('{"${word}":${n}}','$.${word}')=${n}`,
    `case when ${n} then 1 else 0 end`,
    `${n}`,
  ]);
}

/** Another spelling of a number. Advances the generator. */
function numberForm(digits: string, random: Random): string {
  const n = Number(digits);
  const d = 1 + random.below(9);
  return oneOf(random, [
    `0x${n.toString(16)}`,
    `${n}.0`,
    `${n}e0`,
    `(${n})`,
    `${n + d}-${d}`,
    `(${n - d}+${d})`,
    `(select ${n})`,
    `-(-${n})`,
    `${n}*1`,
    `~-${n + 1}`,
    `abs(${n})`,
    `length('${"x".repeat(Math.min(n, 12))}')`,
    `cast('${n}' as decimal)`,
  ]);
}

/** Another spelling of a quoted text. Advances the generator. */
function stringForm(text: string, random: Random): string {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  const [head, tail] = splitOnce(text, random);
  return oneOf(random, [
    `'${head}'||'${tail}'`,
    `concat('${head}','${tail}')`,
    `char(${codes.join(",")})`,
    `x'${codes.map((code) => code.toString(16).padStart(2, "0")).join("")}'`,
    `replace('${head}~${tail}','~','')`,
    `reverse('${Array.from(text).reverse().join("")}')`,
    `lower('${text}')`,
    `trim(' ${text} ')`,
  ]);
}

/** Puts something before the comment at the end of a payload, or at its end. */
function beforeComment(payload: string, addition: string): string {
  const comment = trailingComment.exec(payload);
  return comment === null
    ? payload + addition
    : `${payload.slice(0, comment.index).trimEnd()}${addition} ${comment[0]}`;
}

/** Operators on decoded SQL payloads. */
export const sqlOperators = [
  operator("sql-case", (payload, random) =>
    replaceSome(payload, keywords, random, ([word]) => anyCase(word, random)),
  ),
  operator("sql-blank-to-comment", (payload, random) => {
    const comment = oneOf(random, ["/**/", "/*!*/", "/*x*/", "/***/", "/*--*/", "/*/**/"]);
    return replaceSome(payload, gap, random, () => comment);
  }),
  operator("sql-other-blank", (payload, random) =>
    replaceSome(payload, gap, random, () =>
      oneOf(random, ["\t", "\n", "\r\n", "\f", "\v", "  ", "\n\t", " "]),
    ),
  ),
  operator("sql-words-in-comment", (payload, random) =>
    replaceSome(payload, gap, random, () => `/*${fewWords(random)}*/`),
  ),
  operator("sql-comment-at-seam", (payload, random) =>
    replaceSome(payload, seam, random, () => (random.below(2) === 0 ? "/**/" : `/*${fewWords(random)}*/`)),
  ),
  operator("sql-line-comment", (payload, random) =>
    replaceSome(payload, gap, random, () => `${oneOf(random, ["-- ", "#", "--"])}${fewWords(random)}\n`),
  ),
  operator("sql-comment-edit", (payload, random) => {
    const words = random.below(2) === 0 ? "" : fewWords(random);
    const comment = oneOf(random, ["-- ", "--", "#", "-- -", ";-- ", "/*", ";#", "--+"]) + words;
    return trailingComment.test(payload)
      ? payload.replace(trailingComment, () => comment)
      : payload + comment;
  }),
  operator("sql-comment-reset", (payload) => payload.replace(/\/\*[^*]*\*\/|--[^\n]*\n|#[^\n]*\n/g, " ")),
  operator("sql-integer-form", (payload, random) =>
    replaceSome(payload, integer, random, ([digits]) => numberForm(digits, random)),
  ),
  operator("sql-operator-synonym", (payload, random) =>
    replaceSome(payload, /\bor\b|\|\||\band\b|&&|<>|!=|=|>|\bnot\b/gi, random, ([sign]) => {
      switch (sign.toLowerCase()) {
        case "or":
          return "||";
        case "||":
          return " or ";
        case "and":
          return "&&";
        case "&&":
          return " and ";
        case "=":
          return oneOf(random, [" like ", " is ", "<=>", "==", " glob ", " in ", " not like not "]);
        case ">":
          return oneOf(random, [" is not ", "<>", ">="]);
        case "not":
          return "!";
        default:
          return sign === "<>" ? "!=" : "<>";
      }
    }),
  ),
  operator("sql-tautology", (payload, random) =>
    replaceSome(payload, tautology, random, () => truth(random)),
  ),
  operator("sql-invariant", (payload, random) => {
    const more = random.below(2) === 0 ? ` and ${truth(random)}` : ` or not ${truth(random)}`;
    return beforeComment(payload, more);
  }),
  operator("sql-invariant-inside", (payload, random) =>
    replaceSome(payload, /\b(or|and|where|having)\s+/gi, random, ([, word]) =>
      word!.toLowerCase() === "or" ? `or not ${truth(random)} or ` : `${word} ${truth(random)} and `,
    ),
  ),
  operator("sql-string-form", (payload, random) =>
    replaceSome(payload, /'([\w ./:@-]{2,40})'/g, random, ([, text]) => stringForm(text!, random)),
  ),
  operator("sql-versioned-comment", (payload, random) =>
    replaceSome(
      payload,
      keywords,
      random,
      ([word]) => `/*!${oneOf(random, ["", "50000", "00000"])}${word}*/`,
    ),
  ),
  operator("sql-parentheses", (payload, random) =>
    replaceSome(payload, /(?<![\w.'"])(\d+|null)(?![\w.'"(])/gi, random, ([value]) => `(${value})`),
  ),
  operator("sql-parentheses-for-blank", (payload, random) =>
    replaceSome(
      payload,
      /\b(or|and|not|where|select|having|by)\s+([\w']+)(?=[\s=<>,]|$)/gi,
      random,
      ([, word, value]) => `${word}(${value})`,
    ),
  ),
  operator("sql-drop-blank", (payload, random) =>
    replaceSome(payload, /\s+(?=[('"=<>|&@-])|(?<=[)'"=<>|&])\s+/g, random, () => ""),
  ),
  operator("sql-words-before", (payload, random) => `${fewWords(random)} ${payload}`),
  operator("sql-words-behind", (payload, random) =>
    trailingComment.test(payload) ? `${payload} ${someWords(random, 1 + random.below(20))}` : undefined,
  ),
  operator("sql-select-alias", (payload, random) =>
    replaceSome(
      payload,
      /\bselect\s+/gi,
      random,
      ([word]) => `${word}${oneOf(random, ["all ", "distinct ", `'${fewWords(random)}' is null or `])}`,
    ),
  ),
  operator("sql-column-words", (payload, random) =>
    replaceSome(payload, /\b(or|and)\s+(?=[\d'(])/gi, random, ([word]) => {
      const text = fewWords(random);
      return word.toLowerCase().startsWith("or") ? `or '${text}'='' or ` : `and '${text}'>'' and `;
    }),
  ),
];
