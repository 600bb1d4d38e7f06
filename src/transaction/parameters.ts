/**
 * Finds every named value of a request, wherever it stands: path, query, cookies, headers, and the body in whatever
 * form it has. What cannot be read as the application will read it becomes a problem, and its raw bytes a parameter.
 */
import { codingsOf, decodeContent } from "./content-encoding.ts";
import { decodePercent } from "./decode.ts";
import { readJsonValues } from "./json-values.ts";
import { boundaryOf, readMultipart } from "./multipart.ts";
import type { Header, Location, Parameter, Problem, ProblemCode } from "./transaction.ts";
import { limits } from "./transaction.ts";
import { readXmlValues } from "./xml-values.ts";

/** Collects parameters up to `limits.parameters` and `limits.parameterBytes`, and problems once for each code. */
export interface Collector {
  readonly parameters: Parameter[];
  readonly problems: Problem[];
  add(location: Location, name: string, value: string): void;
  problem(code: ProblemCode, detail: string): void;
}

/** Makes an empty collector. */
export function collector(): Collector {
  const parameters: Parameter[] = [];
  const problems: Problem[] = [];
  let bytes = 0;
  const problem = (code: ProblemCode, detail: string): void => {
    if (!problems.some((known) => known.code === code)) problems.push({ code, detail });
  };
  return {
    parameters,
    problems,
    problem,
    add(location, name, value) {
      bytes += name.length + value.length;
      if (parameters.length < limits.parameters && bytes <= limits.parameterBytes)
        parameters.push({ location, name, value });
      else problem("too_many_parameters", "there are more or longer parameters than the limits");
    },
  };
}

/** Adds the `name=value` pairs of a query string or URL-encoded form, decoded once; `text` is a byte string. */
export function readPairs(text: string, location: "query" | "form", into: Collector): void {
  let at = 0;
  while (at <= text.length) {
    let end = text.indexOf("&", at);
    if (end < 0) end = text.length;
    if (end > at) {
      const pair = text.slice(at, end);
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? "" : pair.slice(equals + 1);
      into.add(location, decodePercent(name, true), decodePercent(value, true));
    }
    at = end + 1;
  }
}

/** Adds the cookies of one `Cookie` header (RFC 6265 §4.2), decoded once. */
export function readCookies(value: string, into: Collector): void {
  let at = 0;
  while (at < value.length) {
    let end = value.indexOf(";", at);
    if (end < 0) end = value.length;
    const pair = value.slice(at, end).trim();
    if (pair !== "") {
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      into.add("cookie", name, equals < 0 ? "" : decodePercent(pair.slice(equals + 1), false));
    }
    at = end + 1;
  }
}

/** Adds the headers; cookies are taken apart, and the fields that only frame the message are left out. */
export function readHeaders(headers: readonly Header[], into: Collector): void {
  for (const { name, value } of headers) {
    switch (name.length === 6 || name.length === 14 ? name.toLowerCase() : name) {
      case "cookie":
        readCookies(value, into);
        break;
      case "content-length":
        break;
      default:
        into.add("header", name, value);
    }
  }
}

/** What the body is read as, from its content type or, where that says nothing, from its first bytes. */
type BodyForm = "form" | "json" | "xml" | "multipart" | "raw";

/**
 * Adds the values of the body. `contentTypes` and `contentEncodings` are the values of all such headers. Beside the content
 * of a compressed body its bytes are read as well where they are text: an application may not look at the header.
 */
export function readBody(
  body: Buffer,
  contentTypes: readonly string[],
  contentEncodings: readonly string[],
  into: Collector,
): void {
  const contentType = contentTypes[0] ?? "";
  if (contentTypes.length > 1) into.problem("body_ambiguous", "there is more than one content type");
  const text = body.toString("latin1");
  const codings = codingsOf(contentEncodings);
  if (codings.length === 0) {
    readContent(text, contentType, into);
    return;
  }
  const decoded = decodeContent(body, codings);
  if (decoded !== undefined) readContent(decoded.content.toString("latin1"), contentType, into);
  else into.problem("encoding_unsupported", "the content encoding is unknown, broken or grows too much");
  if (decoded?.isFollowed) into.problem("body_ambiguous", "something follows the compressed body");
  if (!isBinary(text)) readContent(text, contentType, into);
}

/** Adds the values of a body without codings. */
function readContent(text: string, contentType: string, into: Collector): void {
  checkCharset(contentType, into);

  switch (formOf(contentType, text)) {
    case "form":
      readPairs(text, "form", into);
      break;
    case "json":
      readJson(text, into);
      break;
    case "xml":
      readXml(text, into);
      break;
    case "multipart":
      readMultipartBody(text, contentType, into);
      break;
    default:
      if (isBinary(text)) into.problem("encoding_unsupported", "the body is binary");
      into.add("body", "", text);
  }
}

function formOf(contentType: string, text: string): BodyForm {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (type === "multipart/form-data" || type.startsWith("multipart/")) return "multipart";
  if (type === "application/x-www-form-urlencoded") return isJson(text) ? "json" : "form";
  if (type.endsWith("/json") || type.endsWith("+json") || isJson(text)) return "json";
  if (type.endsWith("/xml") || type.endsWith("+xml") || text.trimStart().startsWith("<?xml")) return "xml";
  // A body without a type is read as PHP and the engines' own parsers read one: as a form, where it can be one.
  if (type === "" && text.includes("=") && !/[\s<{]/.test(text.slice(0, 256))) return "form";
  return "raw";
}

/** A JSON object or array, or one nested too deep to tell; forms and prose may begin and end like one, and are none. */
function isJson(text: string): boolean {
  const trimmed = text.trim();
  const ends = `${trimmed.at(0)}${trimmed.at(-1)}`;
  if (ends !== "{}" && ends !== "[]") return false;
  const { complete, tooDeep } = readJsonValues(trimmed, limits.depth, () => {});
  return complete || tooDeep;
}

const knownCharsets = new Set([
  "utf-8",
  "utf8",
  "us-ascii",
  "ascii",
  "iso-8859-1",
  "latin1",
  "windows-1252",
  "iso-8859-15",
]);

/** Character sets outside the ASCII-compatible ones would hide syntax from every reader of bytes (CRS 920480). */
function checkCharset(contentType: string, into: Collector): void {
  const lower = contentType.toLowerCase();
  const at = lower.indexOf("charset=");
  if (at < 0) return;
  if (lower.indexOf("charset=", at + 8) >= 0)
    into.problem("body_ambiguous", "the character set is given twice");
  const charset = lower
    .slice(at + 8)
    .split(/[;,]/, 1)[0]!
    .replaceAll('"', "")
    .trim();
  if (!knownCharsets.has(charset)) into.problem("charset_unsupported", "the character set is not read");
}

function readJson(text: string, into: Collector): void {
  const body = text.startsWith("\xef\xbb\xbf") ? text.slice(3) : text;
  const outcome = readJsonValues(body, limits.depth, (name, value) => into.add("json", name, value));
  if (outcome.tooDeep) into.problem("body_malformed", "the JSON body is nested deeper than the limit");
  else if (!outcome.complete) into.problem("body_malformed", "the JSON body is broken");
  if (!outcome.complete) into.add("body", "", text);
}

function readXml(text: string, into: Collector): void {
  const outcome = readXmlValues(text, limits.depth, (name, value) => into.add("xml", name, value));
  if (outcome.doctype !== undefined) {
    into.add("xml", "!DOCTYPE", outcome.doctype);
    if (outcome.doctype.includes("[") || /\b(?:SYSTEM|PUBLIC)\b/.test(outcome.doctype))
      into.problem("external_entity", "the XML body declares entities");
  }
  if (!outcome.complete) {
    into.problem("body_malformed", "the XML body is broken");
    into.add("body", "", text);
  }
}

function readMultipartBody(text: string, contentType: string, into: Collector): void {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    into.problem("body_malformed", "the multipart body has no boundary");
    into.add("body", "", text);
    return;
  }
  const outcome = readMultipart(text, boundary.boundary, limits.parts);
  for (const part of outcome.parts) {
    for (const fileName of part.fileNames) into.add("file", part.name, fileName);
    if (part.fileNames.length === 0 || !isBinary(part.content))
      into.add("multipart", part.name, part.content);
  }
  if (!outcome.complete) into.problem("body_malformed", "the multipart body is cut or has too many parts");
  if (outcome.ambiguous || !boundary.plain)
    into.problem("body_ambiguous", "applications may read the multipart body differently");
  if (!outcome.complete || outcome.parts.length === 0) into.add("body", "", text);
}

/** True where the first bytes hold control characters that text does not use. */
function isBinary(text: string): boolean {
  const end = Math.min(text.length, 1024);
  let controls = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) controls++;
  }
  return controls > end / 50;
}
