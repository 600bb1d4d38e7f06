/** Operators on the smaller notations: NoSQL queries, XML entities, lookups of loggers, LDAP filters and line breaks. */
import type { Random } from "../../src/random.ts";
import { anyCase, oneOf, operator, replaceSome, splitOnce } from "./operator.ts";
import { fewWords, goodWords, someWords } from "./words.ts";

/** A letter of JSON as an escape. */
const jsonEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const isJson = /^\s*[{[]/;

/** Operators on decoded NoSQL injections. */
export const nosqlOperators = [
  operator("nosql-operator", (payload, random) =>
    replaceSome(payload, /\$(?:ne|gt|gte|lt|lte|exists|nin|regex|not|in)\b/g, random, ([name]) => {
      const swaps: Readonly<Record<string, readonly string[]>> = {
        $ne: ["$gt", "$gte", "$not"],
        $gt: ["$gte", "$ne"],
        $gte: ["$gt"],
        $lt: ["$lte"],
        $lte: ["$lt"],
      };
      return oneOf(random, swaps[name] ?? [name]);
    }),
  ),
  operator("nosql-whole-form", (payload, random) =>
    payload.replace(/\{\s*"?\$(?:ne|gt)"?\s*:\s*(?:null|""|-?\d+|"[^"]{0,20}")\s*\}/, () =>
      oneOf(random, [
        '{"$ne":null}',
        '{"$ne":""}',
        '{"$gt":""}',
        '{"$gte":""}',
        '{"$exists":true}',
        '{"$regex":""}',
        '{"$regex":".*"}',
        '{"$regex":"^"}',
        '{"$nin":[]}',
        '{"$not":{"$eq":1}}',
        '{"$type":2}',
        '{"$not":{"$type":1}}',
      ]),
    ),
  ),
  operator("nosql-escape-name", (payload, random) =>
    isJson.test(payload)
      ? replaceSome(payload, /(?<="\$?[a-z]*)[$a-z](?=[a-z]*"\s*:)/g, random, ([letter]) =>
          jsonEscape(letter),
        )
      : undefined,
  ),
  operator("nosql-blanks", (payload, random) =>
    isJson.test(payload)
      ? replaceSome(payload, /(?<=[{[,:])|(?=[}\],:])/g, random, () => oneOf(random, [" ", "\n", "\t", "  "]))
      : undefined,
  ),
  operator("nosql-other-fields", (payload, random) =>
    isJson.test(payload)
      ? payload.replace(
          /^\s*\{/,
          () => `{"${oneOf(random, ["note", "title", "comment", "lang"])}":"${fewWords(random)}",`,
        )
      : undefined,
  ),
  operator("nosql-fields-behind", (payload, random) =>
    isJson.test(payload)
      ? payload.replace(
          /\}\s*$/,
          () =>
            `,"${oneOf(random, ["note", "title", "comment"])}":"${someWords(random, 1 + random.below(16))}"}`,
        )
      : undefined,
  ),
  operator("nosql-wrap", (payload, random) =>
    isJson.test(payload) ? oneOf(random, [`{"$and":[${payload}]}`, `{"$or":[${payload}]}`]) : undefined,
  ),
  operator("nosql-and-more", (payload, random) =>
    isJson.test(payload)
      ? payload.replace(
          /\{\s*"\$(\w+)"\s*:/,
          (_, name: string) =>
            `{"$${oneOf(random, ["exists", "nin"]) === "exists" ? 'exists":true' : `nin":["${fewWords(random)}"]`},"$${name}":`,
        )
      : undefined,
  ),
  operator("nosql-brackets", (payload, random) =>
    replaceSome(payload, /(?<=\w)\[\$(\w+)\](?==)/g, random, ([, name]) =>
      oneOf(random, [`[%24${name}]`, `[$${name}][]`, `%5B$${name}%5D`, `[$not][$${name}]`]),
    ),
  ),
  operator("nosql-more-pairs", (payload, random) =>
    /^[\w.]*\[\$\w+\]=/.test(payload)
      ? `${oneOf(random, ["page", "lang", "q"])}=${oneOf(random, goodWords)}&${payload}`
      : undefined,
  ),
  operator("js-tautology", (payload, random) =>
    replaceSome(payload, /('?)(\w+)\1\s*===?\s*\1\2\b('?)/g, random, ([, quote, , end]) =>
      // The quote behind it may be the application's.
      quote !== "" && end === ""
        ? oneOf(random, ["'a'=='a", "'x'!='y", "'b'==='b", "1==1&&'z'=='z"])
        : oneOf(random, ["1==1", "'a'=='a'", "7>3", "!0", "true", "'x'!='y'"]),
    ),
  ),
  operator("js-or", (payload, random) =>
    replaceSome(payload, /\|\|/g, random, () =>
      oneOf(random, ["|", "||!1||", `||'${oneOf(random, goodWords)}'=='${oneOf(random, goodWords)}y'||`]),
    ),
  ),
  operator("js-blank", (payload, random) =>
    isJson.test(payload)
      ? undefined
      : replaceSome(payload, /(?<=[|&=;(])|(?=[|&=;)])/g, random, () =>
          oneOf(random, [" ", "/**/", `/*${fewWords(random)}*/`, "\n", "\t"]),
        ),
  ),
  operator("js-property", (payload, random) =>
    replaceSome(payload, /\bthis\.(\w+)/g, random, ([, name]) =>
      oneOf(random, [`this['${name}']`, `this["${name}"]`, `this/**/.${name}`]),
    ),
  ),
  operator("js-words-before", (payload, random) =>
    /^\s*['"]/.test(payload) || isJson.test(payload)
      ? isJson.test(payload)
        ? undefined
        : fewWords(random) + payload
      : undefined,
  ),
];

/** Operators on decoded XML with external entities. */
export const xmlOperators = [
  operator("xml-entity-name", (payload, random) => {
    const name = /<!ENTITY\s+(?:%\s+)?([\w.-]+)/.exec(payload)?.[1];
    if (name === undefined || !/^\w+$/.test(name)) return undefined;
    const other = oneOf(random, goodWords) + random.below(10);
    return payload.replace(
      new RegExp(`(?<=<!ENTITY\\s+(?:%\\s+)?)${name}\\b|(?<=[&%])${name}(?=;)`, "g"),
      other,
    );
  }),
  operator("xml-blank", (payload, random) =>
    replaceSome(payload, /(?<=<!(?:DOCTYPE|ENTITY)[^<>]{0,200})[ \t\n\r]+/g, random, () =>
      oneOf(random, ["\n", "\t", "  ", "\r\n", " \n "]),
    ),
  ),
  operator("xml-quotes", (payload, random) =>
    replaceSome(payload, /(?<=(?:SYSTEM|PUBLIC|=)\s*)"([^"']*)"/g, random, ([, text]) => `'${text}'`),
  ),
  operator("xml-public", (payload, random) =>
    replaceSome(payload, /\bSYSTEM(?=\s)/g, random, () => `PUBLIC "${fewWords(random)}"`),
  ),
  operator("xml-comment-before", (payload, random) =>
    payload.replace(/(?=<!DOCTYPE)/i, () => `<!-- ${someWords(random, 1 + random.below(20))} -->`),
  ),
  operator("xml-comment-inside", (payload, random) =>
    replaceSome(payload, /(?<=\[)|(?=<!ENTITY)/g, random, () => `<!--${fewWords(random)}-->`),
  ),
  operator("xml-harmless-entity", (payload, random) =>
    payload.replace(
      /(?<=<!DOCTYPE[^<>[]*\[)/,
      () => `<!ENTITY ${oneOf(random, goodWords)} "${someWords(random, 1 + random.below(9))}">`,
    ),
  ),
  operator("xml-element", (payload, random) =>
    payload.replace(/(?<=<!DOCTYPE[^<>[]*\[)/, () => `<!ELEMENT ${oneOf(random, goodWords)} (#PCDATA)>`),
  ),
  operator("xml-address-case", (payload, random) =>
    replaceSome(payload, /(?<=["'])(?:file|https?|ftp|gopher)(?=:)/gi, random, ([scheme]) =>
      anyCase(scheme, random),
    ),
  ),
  operator("xml-address-form", (payload, random) =>
    replaceSome(payload, /file:\/\/\/(?=[a-z])/gi, random, () =>
      oneOf(random, ["file:/", "file://localhost/", "file:///./", "/", "file:////"]),
    ),
  ),
  operator("xml-doctype-name", (payload, random) =>
    payload.replace(/(<!DOCTYPE\s+)([\w:.-]+)/, (_, open: string) => open + oneOf(random, goodWords)),
  ),
  operator("xml-text", (payload, random) =>
    payload.replace(/(?<=\]>\s*<\w+>)/, () => `${someWords(random, 1 + random.below(12))} `),
  ),
  operator("xml-drop-prolog", (payload) => payload.replace(/^\s*<\?xml[^>]*\?>\s*/, "")),
  operator("xml-parameter-entity", (payload, random) =>
    payload.replace(
      /<!ENTITY\s+(\w+)\s+SYSTEM\s+("[^"]*"|'[^']*')\s*>/,
      (_, name: string, id: string) =>
        `<!ENTITY % ${oneOf(random, goodWords)}1 "${someWords(random, 2)}"><!ENTITY ${name} SYSTEM ${id}>`,
    ),
  ),
];

/** A letter as a lookup that gives it back. Advances the generator. */
function lookupOf(letter: string, random: Random): string {
  const word = oneOf(random, goodWords);
  return oneOf(random, [
    `\${lower:${letter}}`,
    `\${lower:${letter.toUpperCase()}}`,
    `\${::-${letter}}`,
    `\${env:${word}:-${letter}}`,
    `\${sys:${word}:-${letter}}`,
    `\${${word}:${word}:-${letter}}`,
    `\${lower:\${upper:${letter}}}`,
    `\${date:'${letter}'}`,
    `\${:-${letter}}`,
    `\${${word}:-${letter}}`,
    `\${env:${someWords(random, 1 + random.below(6)).replaceAll(" ", "_")}:-${letter}}`,
  ]);
}

/** Operators on decoded lookups of loggers. */
export const lookupOperators = [
  operator("lookup-letter", (payload, random) =>
    replaceSome(payload, /(?<=\$\{[^}$]{0,20})[a-z](?=[a-z]*:|[a-z]*\$)/gi, random, ([letter]) =>
      lookupOf(letter, random),
    ),
  ),
  operator("lookup-sign", (payload, random) =>
    replaceSome(payload, /:(?=\/\/|ldap|rmi|dns)/g, random, () =>
      oneOf(random, ["${:-:}", "${::-:}", "${env:zz:-:}"]),
    ),
  ),
  operator("lookup-slash", (payload, random) =>
    replaceSome(payload, /(?<=:)\/(?=\/)/g, random, () =>
      oneOf(random, ["${::-/}", "${lower:/}", "${env:BAR:-/}"]),
    ),
  ),
  operator("lookup-piece", (payload, random) =>
    replaceSome(payload, /\b(?:jndi|ldaps?|rmi|dns|iiop)(?=:)/gi, random, ([name]) => {
      const [head, tail] = splitOnce(name, random);
      return `\${::-${head}}\${env:${oneOf(random, goodWords)}:-${tail}}`;
    }),
  ),
  operator("lookup-case", (payload, random) =>
    replaceSome(payload, /\b(?:jndi|ldaps?|rmi|dns|iiop)(?=:)/gi, random, ([name]) => anyCase(name, random)),
  ),
  operator("lookup-unwrap", (payload) =>
    payload.replace(/\$\{(?:lower|upper|[\w]*:[\w]*:-|::-|:-):?([a-z])\}/i, "$1"),
  ),
  operator(
    "lookup-words-before",
    (payload, random) => `${someWords(random, 1 + random.below(20))} ${payload}`,
  ),
  operator(
    "lookup-words-behind",
    (payload, random) => `${payload} ${someWords(random, 1 + random.below(20))}`,
  ),
  operator("lookup-words-in-path", (payload, random) =>
    payload.replace(
      /(?<=:\/\/[^/{}]{1,80}\/)/,
      () => `${someWords(random, 1 + random.below(6)).replaceAll(" ", "/")}/`,
    ),
  ),
  operator("lookup-words-in-default", (payload, random) =>
    payload
      .replace(
        /\$\{(?=jndi|\$)/,
        () => `\${env:${someWords(random, 1 + random.below(6)).replaceAll(" ", ".")}:-\${`,
      )
      .replace(/$/, (end) => (payload.includes("${") ? `}${end}` : end)),
  ),
];

/** Operators on decoded LDAP filters. */
export const ldapOperators = [
  operator("ldap-attribute-case", (payload, random) =>
    replaceSome(payload, /(?<=\()[a-z]+(?=[~<>]?=)/gi, random, ([name]) => anyCase(name, random)),
  ),
  operator("ldap-blank", (payload, random) =>
    replaceSome(payload, /(?<=[(&|!])(?=[(\w])|(?<=\))(?=[()])/g, random, () =>
      oneOf(random, [" ", "\n", "\t", "  "]),
    ),
  ),
  operator("ldap-presence", (payload, random) =>
    replaceSome(payload, /\b\w+=\*(?=\))/g, random, () =>
      oneOf(random, [
        "objectClass=*",
        "cn=*",
        "uid=*",
        "objectClass=top",
        "sn>=",
        "uid>=a",
        "uid~=*",
        "cn=**",
      ]),
    ),
  ),
  operator("ldap-escape-value", (payload, random) =>
    replaceSome(
      payload,
      /(?<==[^()*]{0,40})[a-z](?=[^()]{0,40}\))/gi,
      random,
      ([letter]) => `\\${letter.charCodeAt(0).toString(16)}`,
    ),
  ),
  operator("ldap-more-or", (payload, random) =>
    replaceSome(payload, /\(\|/g, random, () => `(|(description=${fewWords(random)})`),
  ),
  operator("ldap-more-and", (payload, random) =>
    replaceSome(payload, /\(&/g, random, () =>
      oneOf(random, ["(&(objectClass=*)", `(&(!(description=${fewWords(random)}))`]),
    ),
  ),
  operator("ldap-double-not", (payload, random) =>
    replaceSome(payload, /\((\w+=[^()]{1,40})\)/g, random, ([, item]) => `(!(!(${item})))`),
  ),
  operator("ldap-matching-rule", (payload, random) =>
    replaceSome(
      payload,
      /\((\w+)=(?=\w)/g,
      random,
      ([, name]) => `(${name}:${oneOf(random, ["caseIgnoreMatch", "2.5.13.2", "dn"])}:=`,
    ),
  ),
  operator("ldap-words-before", (payload, random) => `${fewWords(random)}${payload}`),
  operator("ldap-words-behind", (payload, random) => `${payload}${fewWords(random)}`),
];

const breaks = [
  "\r\n",
  "\n",
  "\r",
  "%0d%0a",
  "%0a",
  "%0D%0A",
  "%250d%250a",
  "\\r\\n",
  "嘊嘍",
  "%E5%98%8A%E5%98%8D",
  "\u2028",
  "%u000d%u000a",
  "&#13;&#10;",
  "%c4%8d%c4%8a",
];

/** Operators on injected line breaks. */
export const lineBreakOperators = [
  operator("line-break-form", (payload, random) =>
    replaceSome(payload, /\r\n|\n|\r|%0d%0a|%0a|\\r\\n/gi, random, () => oneOf(random, breaks)),
  ),
  operator("header-case", (payload, random) =>
    replaceSome(payload, /(?<=[\r\n])[a-z-]+(?=:)/gi, random, ([name]) => anyCase(name, random)),
  ),
  operator("header-blanks", (payload, random) =>
    replaceSome(payload, /(?<=[\r\n][a-z-]+):\s*/gi, random, () => oneOf(random, [":", ": ", ":\t", ":  "])),
  ),
  operator("header-harmless-before", (payload, random) =>
    payload.replace(
      /\r\n|\n/,
      (mark) =>
        `${mark}${oneOf(random, ["X-Note", "Warning", "Via", "Content-Language"])}: ${fewWords(random)}${mark}`,
    ),
  ),
  operator(
    "header-words-behind",
    (payload, random) => `${payload} ${someWords(random, 1 + random.below(20))}`,
  ),
  operator(
    "header-words-before",
    (payload, random) => `${someWords(random, 1 + random.below(20))}${payload}`,
  ),
  operator(
    "header-continuation",
    (payload, random) => `${payload}\r\nX-Note: ${someWords(random, 1 + random.below(12))}`,
  ),
];
