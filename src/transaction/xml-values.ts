/**
 * Finds every text and attribute in an XML document in one pass, without a tree and without resolving anything: an
 * entity or an external subset is reported, never fetched or expanded.
 */

/** Receives each text node (name: the path of elements) and attribute (name: path and `@name`); byte strings. */
export type XmlSink = (name: string, value: string) => void;

export interface XmlOutcome {
  /** False where a tag or comment does not end, or elements are nested deeper than the bound. */
  readonly complete: boolean;
  /** All declarations one after the other, where there are any; the document type is the place of entity attacks (CWE-611, CWE-776). */
  readonly doctype: string | undefined;
}

/** Reads the byte string `text`. Never throws; linear in its length. */
export function readXmlValues(text: string, maxDepth: number, sink: XmlSink): XmlOutcome {
  /** The path of each open element. */
  const paths: string[] = [];
  let doctype: string | undefined;
  let at = 0;

  while (at < text.length) {
    const open = text.indexOf("<", at);
    const content = text.slice(at, open < 0 ? text.length : open);
    if (hasInk(content)) sink(paths.at(-1) ?? "", content);
    if (open < 0) break;
    if (text.startsWith("<!--", open)) {
      const end = text.indexOf("-->", open + 4);
      if (end < 0) return { complete: false, doctype };
      at = end + 3;
    } else if (text.startsWith("<![CDATA[", open)) {
      const end = text.indexOf("]]>", open + 9);
      if (end < 0) return { complete: false, doctype };
      sink(paths.at(-1) ?? "", text.slice(open + 9, end));
      at = end + 3;
    } else if (text.startsWith("<?", open)) {
      const end = text.indexOf("?>", open + 2);
      if (end < 0) return { complete: false, doctype };
      sink("?", text.slice(open + 2, end));
      at = end + 2;
    } else if (text.startsWith("<!", open)) {
      const end = endOfDeclaration(text, open + 2);
      doctype = (doctype ?? "") + text.slice(open, end);
      if (end >= text.length) return { complete: false, doctype };
      at = end;
    } else {
      const close = endOfTag(text, open + 1);
      if (close < 0) return { complete: false, doctype };
      if (text.charCodeAt(open + 1) === 0x2f) {
        paths.pop();
      } else {
        const selfClosing = text.charCodeAt(close - 1) === 0x2f;
        const tag = text.slice(open + 1, selfClosing ? close - 1 : close);
        const nameEnd = endOfName(tag, 0);
        if (paths.length >= maxDepth) return { complete: false, doctype };
        const name = tag.slice(0, nameEnd);
        const path = paths.length === 0 ? name : `${paths.at(-1)}/${name}`;
        readAttributes(tag, nameEnd, path, sink);
        if (!selfClosing) paths.push(path);
      }
      at = close + 1;
    }
  }
  return { complete: paths.length === 0, doctype };
}

function hasInk(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x20) return true;
  return false;
}

function endOfName(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) > 0x20 && text.charCodeAt(at) !== 0x3d) at++;
  return at;
}

/** The position of the `>` that ends a tag, past quoted attribute values, or -1. */
function endOfTag(text: string, start: number): number {
  let quote = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return i;
  }
  return -1;
}

/** The end of a `<!…>` declaration, past an internal subset in brackets. */
function endOfDeclaration(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b) depth++;
    else if (code === 0x5d) depth--;
    else if (code === 0x3e && depth <= 0) return i + 1;
  }
  return text.length;
}

function readAttributes(tag: string, start: number, path: string, sink: XmlSink): void {
  let at = start;
  while (at < tag.length) {
    while (at < tag.length && tag.charCodeAt(at) <= 0x20) at++;
    const nameStart = at;
    at = endOfName(tag, at);
    const name = tag.slice(nameStart, at);
    while (at < tag.length && tag.charCodeAt(at) <= 0x20) at++;
    if (tag.charCodeAt(at) !== 0x3d) {
      if (at === nameStart) at++;
      continue;
    }
    at++;
    while (at < tag.length && tag.charCodeAt(at) <= 0x20) at++;
    const quote = tag.charCodeAt(at);
    if (quote === 0x22 || quote === 0x27) {
      const end = tag.indexOf(tag[at]!, at + 1);
      const stop = end < 0 ? tag.length : end;
      sink(`${path}@${name}`, tag.slice(at + 1, stop));
      at = stop + 1;
    } else {
      const end = endOfName(tag, at);
      sink(`${path}@${name}`, tag.slice(at, end));
      at = Math.max(end, at + 1);
    }
  }
}
