/**
 * What a parser of XML would fetch, expand or run for a text: entities that a document type declares (XML 1.0 §4), what it
 * includes (XInclude), and stylesheets that reach out of the document (XSLT). The document types of HTML, of pictures and of
 * settings files, which name the publisher of their definition, are plain.
 */
import { isBlank, isLetter, isQuote, isWord, skipBlank, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";
import { phraseFinder } from "./phrase-finder.ts";

/** What a text holds for a parser of XML. */
export interface XmlReading {
  /** A document type with declarations of its own. */
  internalSubset: boolean;
  /** It declares an entity, of any kind. */
  entity: boolean;
  /** It declares a parameter entity. */
  parameterEntity: boolean;
  /** An entity lies elsewhere. */
  externalEntity: boolean;
  /** The document type lies elsewhere, and not with a publisher of document types. */
  externalSubset: boolean;
  /** What lies elsewhere is a file. */
  fromFile: boolean;
  /** What lies elsewhere is fetched from a web server. */
  fromWeb: boolean;
  /** What lies elsewhere has another scheme: `php:`, `jar:`, `gopher:`. */
  fromOther: boolean;
  /** An entity that was declared is used. */
  used: boolean;
  /** An entity is declared in another one, or of others. */
  nested: boolean;
  /** An element that includes another document, or a stylesheet by its address. */
  includes: boolean;
  /** A stylesheet that runs a script, or reads what is not in the document. */
  runs: boolean;
}

const nothing: Readonly<XmlReading> = {
  internalSubset: false,
  entity: false,
  parameterEntity: false,
  externalEntity: false,
  externalSubset: false,
  fromFile: false,
  fromWeb: false,
  fromOther: false,
  used: false,
  nested: false,
  includes: false,
  runs: false,
};

/** Most declarations and elements that are read; names and addresses are read up to these lengths. */
const mostDeclarations = 64;
const mostElements = 64;
const longestName = 64;
const longestElement = 512;
const longestAddress = 64;
/** How much of the value of an entity is read. */
const longestValue = 512;

/** Where publishers of document types keep them, behind the scheme. */
const publishers = [
  "www.w3.org/",
  "w3.org/",
  "www.apple.com/dtds/",
  "java.sun.com/",
  "www.oasis-open.org/",
  "docbook.org/",
  "mybatis.org/",
  "www.hibernate.org/",
  "hibernate.org/",
  "hibernate.sourceforge.net/",
  "struts.apache.org/",
  "jakarta.apache.org/",
  "www.springframework.org/",
  "www.wapforum.org/",
  "www.openmobilealliance.org/",
  "checkstyle.org/",
  "www.puppycrawl.com/",
  "www.jboss.org/",
];

/** The entities that every document has. */
const predefined = wordSet("amp lt gt quot apos");

/** What a stylesheet does that reaches out of the document: functions, elements and namespaces of extensions, in lower case. */
const findReach = phraseFinder([
  [
    "document(",
    "system-property(",
    "unparsed-text(",
    "unparsed-entity-uri(",
    "php:function",
    "xsl:result-document",
    "exsl:document",
    "redirect:write",
    "xalan:write",
    "urn:schemas-microsoft-com:xslt",
    "http://php.net/xsl",
    "xml.apache.org/xalan/java",
    "xml.apache.org/xslt/java",
    "saxon.sf.net/java",
    "java.lang.runtime",
    "java.lang.processbuilder",
  ],
]);

/** Reads a text, which holds characters of the kinds `holds`, as a parser of XML would. Pure; linear: what is read is bounded. */
export function readXml(text: string, holds = marksOf(text)): Readonly<XmlReading> {
  if ((holds & marks.angle) === 0) return nothing;
  const reading = { ...nothing };
  const declared = new Set<string>();
  let declarations = 0;
  let elements = 0;
  let isStylesheet = false;
  for (let i = text.indexOf("<"); i >= 0; i = text.indexOf("<", i + 1)) {
    const next = text.charCodeAt(i + 1);
    if (next === 0x21 && declarations < mostDeclarations) {
      if (isWordAt(text, i + 2, "entity")) {
        declarations++;
        i = Math.max(i, readEntity(text, i + 8, declared, reading) - 1);
      } else if (isWordAt(text, i + 2, "doctype")) {
        declarations++;
        i = Math.max(i, readDocumentType(text, i + 9, reading) - 1);
      }
    } else if (next === 0x3f) {
      if (isWordAt(text, i + 2, "xml-stylesheet") && holdsAttribute(text, i + 16, "href"))
        reading.includes = true;
    } else if (isLetter(next) && elements < mostElements) {
      elements++;
      isStylesheet = readElement(text, i + 1, reading) || isStylesheet;
    }
  }
  if (declared.size > 0) reading.used = usesEntity(text, declared);
  if (isStylesheet && !reading.runs)
    findReach(text.toLowerCase(), () => {
      reading.runs = true;
    });
  return reading;
}

/** True where this word in lower case stands at `from`, whatever its case there, and ends. */
function isWordAt(text: string, from: number, word: string): boolean {
  const end = from + word.length;
  return (
    !isWord(text.charCodeAt(end)) &&
    (text.charCodeAt(from) | 0x20) === word.charCodeAt(0) &&
    text.slice(from, end).toLowerCase() === word
  );
}

function isNameCharacter(code: number): boolean {
  return isWord(code) || code === 0x2d || code === 0x2e || code === 0x3a || code >= 0x80;
}

/** One past the name at `from`; longer ones are cut. */
function endOfName(text: string, from: number): number {
  let i = from;
  while (i - from < longestName && isNameCharacter(text.charCodeAt(i))) i++;
  return i;
}

/** Reads the declaration of an entity from behind its keyword; gives where reading goes on. */
function readEntity(text: string, from: number, declared: Set<string>, reading: XmlReading): number {
  let i = skipBlank(text, from);
  const isParameter = text.charCodeAt(i) === 0x25;
  if (isParameter) i = skipBlank(text, i + 1);
  const end = endOfName(text, i);
  if (end === i) return i;
  const name = text.slice(i, end);
  i = skipBlank(text, end);
  if (isQuote(text.charCodeAt(i))) {
    const close = endOfLiteral(text, i);
    if (nestsEntity(text, i + 1, Math.min(close, i + longestValue))) reading.nested = true;
    i = close;
  } else {
    const external = readExternal(text, i);
    if (external === undefined) return i;
    if (!external.isPlain) {
      reading.externalEntity = true;
      addKind(external.kind, reading);
    }
    i = external.end;
  }
  reading.entity = true;
  if (isParameter) reading.parameterEntity = true;
  declared.add(isParameter ? `%${name}` : `&${name}`);
  return i;
}

/** Where the literal ends whose quote stands at `at`; the end of the text where it does not. */
function endOfLiteral(text: string, at: number): number {
  const close = text.indexOf(text[at]!, at + 1);
  return close < 0 ? text.length : close;
}

/** True where the value of an entity declares one, or is made of others. */
function nestsEntity(text: string, from: number, until: number): boolean {
  for (let i = from; i < until; i++) {
    const code = text.charCodeAt(i);
    // What stands before it may be written as a number: `&#x3c;!ENTITY`.
    if (code === 0x21 && isWordAt(text, i + 1, "entity")) return true;
    if (code !== 0x26 && code !== 0x25) continue;
    const end = endOfName(text, i + 1);
    if (end === i + 1 || text.charCodeAt(end) !== 0x3b) continue;
    if (code === 0x25 || !predefined.has(text.slice(i + 1, end))) return true;
  }
  return false;
}

/** What kind of address something that lies elsewhere has: `published` is that of a publisher of document types. */
type AddressKind = "file" | "web" | "published" | "relative" | "other";

interface External {
  readonly end: number;
  readonly kind: AddressKind;
  /** It lies with a publisher of document types, or is known by a public name without a foreign address. */
  readonly isPlain: boolean;
}

/** Reads `SYSTEM "address"` or `PUBLIC "name" "address"` at `at`. */
function readExternal(text: string, at: number): External | undefined {
  const isPublic = isWordAt(text, at, "public");
  if (!isPublic && !isWordAt(text, at, "system")) return undefined;
  let i = skipBlank(text, at + 6);
  if (!isQuote(text.charCodeAt(i))) return undefined;
  let start = i + 1;
  let close = endOfLiteral(text, i);
  if (isPublic) {
    const name = text.slice(start, Math.min(close, start + 5)).toUpperCase();
    i = skipBlank(text, close + 1);
    const isNamed = name.startsWith("-//") || name.startsWith("+//") || name.startsWith("ISO ");
    // HTML needs no address behind its name.
    if (!isQuote(text.charCodeAt(i))) return { end: i, kind: "relative", isPlain: true };
    start = i + 1;
    close = endOfLiteral(text, i);
    const kind = kindOfAddress(text, start, close);
    return { end: close, kind, isPlain: kind === "published" || (isNamed && kind === "relative") };
  }
  const kind = kindOfAddress(text, start, close);
  return { end: close, kind, isPlain: kind === "published" };
}

function kindOfAddress(text: string, from: number, until: number): AddressKind {
  const start = skipBlank(text, from);
  const address = text.slice(start, Math.min(until, start + longestAddress)).toLowerCase();
  if (address.startsWith("/") || address.startsWith("../")) return address.startsWith("//") ? "web" : "file";
  // A share of Windows lies on another machine.
  if (address.startsWith("\\\\")) return "other";
  const end = endOfScheme(address);
  if (address.charCodeAt(end) !== 0x3a) return "relative";
  const scheme = address.slice(0, end);
  if (scheme === "http" || scheme === "https")
    return publishers.some((publisher) => address.startsWith(publisher, end + 3)) ? "published" : "web";
  // HTML has this one for generators that can not do without.
  if (address === "about:legacy-compat") return "published";
  // `c:\…`
  return scheme === "file" || end === 1 ? "file" : "other";
}

/** Where the letters, digits and marks of a scheme end. */
function endOfScheme(address: string): number {
  let i = 0;
  while (i < 16 && (isWord(address.charCodeAt(i)) || "+-.".includes(address[i] ?? " "))) i++;
  return i;
}

function addKind(kind: AddressKind, reading: XmlReading): void {
  if (kind === "file") reading.fromFile = true;
  else if (kind === "web") reading.fromWeb = true;
  else if (kind === "other") reading.fromOther = true;
}

/** Reads a document type from behind its keyword up to its own declarations; gives where reading goes on. */
function readDocumentType(text: string, from: number, reading: XmlReading): number {
  let i = skipBlank(text, from);
  const end = endOfName(text, i);
  if (end === i) return i;
  i = skipBlank(text, end);
  const external = readExternal(text, i);
  if (external !== undefined) {
    if (!external.isPlain) {
      reading.externalSubset = true;
      addKind(external.kind, reading);
    }
    i = external.end;
    if (isQuote(text.charCodeAt(i))) i++;
    i = skipBlank(text, i);
  }
  if (text.charCodeAt(i) === 0x5b) reading.internalSubset = true;
  return i;
}

/** True where one of the entities is referred to: `&name;`, or `%name;`. */
function usesEntity(text: string, declared: ReadonlySet<string>): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x26 && code !== 0x25) continue;
    const end = endOfName(text, i + 1);
    if (text.charCodeAt(end) === 0x3b && declared.has(text.slice(i, end))) return true;
  }
  return false;
}

/** True where an attribute of this name stands within the element or instruction that goes on at `from`. */
function holdsAttribute(text: string, from: number, name: string): boolean {
  return startOfAttribute(text, from, name) >= 0;
}

/** Where the value of the attribute begins, one past its quote, or -1. */
function startOfAttribute(text: string, from: number, name: string): number {
  const limit = Math.min(text.length, from + longestElement);
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3e) return -1;
    if (isQuote(code)) {
      i = endOfLiteral(text, i);
      continue;
    }
    if (!isBlank(text.charCodeAt(i - 1)) || !text.startsWith(name, i)) continue;
    const equals = skipBlank(text, i + name.length);
    if (text.charCodeAt(equals) !== 0x3d) continue;
    const quote = skipBlank(text, equals + 1);
    if (isQuote(text.charCodeAt(quote))) return quote + 1;
  }
  return -1;
}

/** Prefixes under which stylesheets have scripts. */
const scriptPrefixes = wordSet("xsl msxsl ms lxslt xalan");
/** Elements that are stylesheets, under whatever prefix. */
const stylesheetParts = wordSet("stylesheet transform");

/** Reads the element whose name begins at `from`. True where it is of a stylesheet. */
function readElement(text: string, from: number, reading: XmlReading): boolean {
  let colon = -1;
  let end = from;
  for (; end - from < longestName && isNameCharacter(text.charCodeAt(end)); end++)
    if (text.charCodeAt(end) === 0x3a) colon = end - from;
  if (colon < 0 && end - from !== "include".length) return false;
  const name = text.slice(from, end).toLowerCase();
  const prefix = colon < 0 ? "" : name.slice(0, colon);
  const local = name.slice(colon + 1);
  const ofStylesheet = prefix === "xsl" || (colon > 0 && stylesheetParts.has(local));
  if (local === "script" && scriptPrefixes.has(prefix)) reading.runs = true;
  if (local === "include" || (local === "import" && ofStylesheet)) {
    const address = startOfAttribute(text, end, "href");
    if (address >= 0) {
      // Stylesheets and schemas are made of files beside them.
      const isNear = kindOfAddress(text, address, address + longestAddress) === "relative";
      const isInclusion = colon > 0 ? !ofStylesheet : isOfInclusion(text, end);
      if (isInclusion || (ofStylesheet && !isNear)) reading.includes = true;
    }
  }
  return ofStylesheet;
}

/** True where an element without a prefix names the namespace of XInclude. */
function isOfInclusion(text: string, from: number): boolean {
  const namespace = startOfAttribute(text, from, "xmlns");
  return (
    namespace >= 0 &&
    text
      .slice(namespace, namespace + longestName)
      .toLowerCase()
      .includes("xinclude")
  );
}
