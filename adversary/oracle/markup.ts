/**
 * Finds the scripts that a browser would run in a piece of HTML, by a small reader of tags and attributes (after the
 * tokenizer of the HTML Standard, section 13.2.5). A fast filter before the real browser, and a proof where there is none:
 * a script must stand where scripts run, compile, and call something.
 */
import { Script } from "node:vm";
import { decodeEntities } from "../../src/transaction/decode.ts";
import type { Oracle } from "./oracle.ts";

/** Pages with a hole: where a browser finds the payload. */
export const pages: readonly string[] = [
  "<div>$</div>",
  '<input value="$"><p>x</p>',
  "<input value='$'><p>x</p>",
  '<a href="$">x</a>',
  "<a href=$ >x</a>",
  "<script>var q='$';</script>",
  '<script>var q="$";</script>',
  "<script>var q=`$`;</script>",
  "<script>var q=$;</script>",
  "<textarea>$</textarea><p>x</p>",
  "<title>$</title><p>x</p>",
  "<!-- $ --><p>x</p>",
  "<style>$</style><p>x</p>",
];

/** Elements whose content is text. */
const rawText: ReadonlySet<string> = new Set([
  "script",
  "style",
  "textarea",
  "title",
  "iframe",
  "xmp",
  "noembed",
  "noframes",
  "noscript",
]);
const addressAttributes: ReadonlySet<string> = new Set([
  "href",
  "src",
  "action",
  "formaction",
  "data",
  "xlink:href",
  "to",
  "values",
  "from",
]);
const events =
  /^on(?:abort|afterscriptexecute|animation(?:end|iteration|start|cancel)|auxclick|before(?:copy|cut|input|paste|toggle|unload|scriptexecute|matchvisibility)|begin|blur|canplay(?:through)?|change|click|close|contextmenu|copy|cuechange|cut|dblclick|drag(?:end|enter|leave|over|start)?|drop|durationchange|end|ended|error|finish|focus(?:in|out)?|formdata|fullscreenchange|hashchange|input|invalid|key(?:down|press|up)|load(?:ed(?:data|metadata)|start|end)?|message|mouse(?:down|enter|leave|move|out|over|up|wheel)|online|offline|page(?:hide|show)|paste|pause|play(?:ing)?|pointer(?:cancel|down|enter|leave|move|out|over|rawupdate|up)|popstate|progress|ratechange|repeat|reset|resize|scroll(?:end)?|search|seek(?:ed|ing)|select(?:ionchange|start)?|show|stalled|start|submit|suspend|timeupdate|toggle|touch(?:cancel|end|move|start)|transition(?:cancel|end|run|start)|unhandledrejection|unload|volumechange|waiting|webkit\w+|wheel|bounce)$/;
const deepest = 3;

/** The scripts in a page, in order. */
export function scriptsIn(html: string, depth = 0): string[] {
  const scripts: string[] = [];
  let foreign = 0;
  for (let i = 0; i < html.length; ) {
    const open = html.indexOf("<", i);
    if (open < 0) break;
    if (html.startsWith("<!--", open)) {
      const close = /^<!--(?:>|->)/.test(html.slice(open, open + 7))
        ? open + 4
        : html.indexOf("-->", open + 4);
      if (close < 0) break;
      i = html.indexOf(">", close) + 1;
      continue;
    }
    const name = /^<(\/?)([A-Za-z][^\s/>\0]{0,60})/.exec(html.slice(open, open + 64));
    if (name === null) {
      const bogus = /^<[!?/]/.test(html.slice(open, open + 2)) ? html.indexOf(">", open) : open;
      if (bogus < 0) break;
      i = bogus + 1;
      continue;
    }
    const tag = name[2]!.toLowerCase();
    const read = attributesFrom(html, open + name[0].length);
    if (read === undefined) break;
    i = read.end;
    if (tag === "svg" || tag === "math") foreign += name[1] === "" ? 1 : -1;
    if (name[1] !== "") continue;
    for (const [attribute, value] of read.attributes) {
      if (events.test(attribute)) scripts.push(value);
      else if (addressAttributes.has(attribute)) {
        const address = value.replace(/[\t\n\r]/g, "").replace(/^[\0-\x20]+/, "");
        const data = tag === "script" ? /^data:[^,]{0,60},([\s\S]*)$/i.exec(address) : null;
        if (/^javascript:/i.test(address)) scripts.push(percentDecoded(address.slice(11)));
        else if (data !== null) scripts.push(percentDecoded(data[1]!));
      } else if (attribute === "srcdoc" && depth < deepest) scripts.push(...scriptsIn(value, depth + 1));
    }
    if (rawText.has(tag) && (foreign <= 0 || tag === "script")) {
      const close = new RegExp(`</${tag}[\\s/>]`, "i").exec(html.slice(i));
      const content = close === null ? undefined : html.slice(i, i + close.index);
      if (content === undefined) break;
      if (tag === "script") scripts.push(foreign > 0 ? decodeEntities(content) : content);
      i += close!.index;
    }
  }
  return scripts;
}

/** The attributes of a tag from behind its name; undefined where the tag does not end. Of two of a name the first counts. */
function attributesFrom(
  html: string,
  at: number,
): { attributes: Map<string, string>; end: number } | undefined {
  const attributes = new Map<string, string>();
  let i = at;
  for (;;) {
    while (/[\s/]/.test(html[i] ?? "x")) i++;
    if (i >= html.length) return undefined;
    if (html[i] === ">") return { attributes, end: i + 1 };
    let nameEnd = i + 1;
    while (nameEnd < html.length && !/[\s/>=]/.test(html[nameEnd]!)) nameEnd++;
    const name = html.slice(i, nameEnd).toLowerCase();
    i = nameEnd;
    while (/\s/.test(html[i] ?? "x")) i++;
    let value = "";
    if (html[i] === "=") {
      i++;
      while (/\s/.test(html[i] ?? "x")) i++;
      const quote = html[i];
      if (quote === '"' || quote === "'") {
        const close = html.indexOf(quote, i + 1);
        if (close < 0) return undefined;
        value = html.slice(i + 1, close);
        i = close + 1;
      } else {
        const start = i;
        while (i < html.length && !/[\s>]/.test(html[i]!)) i++;
        value = html.slice(start, i);
      }
    }
    if (!attributes.has(name)) attributes.set(name, decodeEntities(value));
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** True where a script compiles and calls something. It is never run here. */
export function isCall(script: string): boolean {
  if (!/[(`]|location|innerHTML|throw/.test(script)) return false;
  try {
    new Script(`(function(){${script}\n})`);
    return true;
  } catch {
    return false;
  }
}

/** The scripts of the page itself do nothing; those of a payload are more. */
function attacks(page: string, payload: string): boolean {
  const scripts = scriptsIn(page.replace("$", () => payload)).filter(isCall);
  return page.includes("<script>")
    ? scripts.some((script) => isCall(script) && escapes(page, script))
    : scripts.length > 0;
}

/** True where more than the text of the page's own script is in it: the payload calls outside of the quotes. */
function escapes(page: string, script: string): boolean {
  const quote = /q=(['"`]?)\$/.exec(page)?.[1] ?? "";
  if (!script.startsWith("var q=")) return true;
  const inside = script.slice(6);
  if (quote === "") return true;
  const literal =
    quote === "`"
      ? /^`(?:\\[\s\S]|[^`\\$])*`;$/
      : quote === "'"
        ? /^'(?:\\[\s\S]|[^'\\])*';$/
        : /^"(?:\\[\s\S]|[^"\\])*";$/;
  return !literal.test(inside);
}

/** The pages in which a payload attacks, by their number. */
export function pagesAttacked(payload: string): number[] {
  return pages.flatMap((page, index) => (attacks(page, payload) ? [index] : []));
}

/** Makes the oracle. */
export function markupOracle(): Oracle {
  return {
    method: "HTML reader: a script that compiles and calls, in the same page",
    prove(seed) {
      const attacked = pagesAttacked(seed);
      // What attacks in plain content is meant for it: elsewhere nearly anything with a handler would do.
      const witnesses = (attacked.includes(0) ? [0] : attacked).filter(
        (index) => index !== 8 || /^[^<\s]*\(/.test(seed),
      );
      if (witnesses.length === 0) return undefined;
      return (mutant) => witnesses.some((index) => attacks(pages[index]!, mutant));
    },
  };
}
