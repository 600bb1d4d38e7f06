/**
 * A strict, bounded reader of `multipart/form-data` (RFC 7578, RFC 2046 §5.1). Where applications are known to read a
 * body differently from one another, the part is still handed over, and the body is called ambiguous.
 */

export interface Part {
  readonly name: string;
  /** Every file name that some application may read; none for an ordinary field. */
  readonly fileNames: readonly string[];
  readonly contentType: string | undefined;
  /** The content as a byte string. */
  readonly content: string;
}

export interface MultipartOutcome {
  readonly parts: readonly Part[];
  /** False where the closing boundary is missing or there are more parts than `maxParts`. */
  readonly complete: boolean;
  /** True for repeated or exotic part headers, transfer encodings, bare line feeds, and text outside the parts. */
  readonly ambiguous: boolean;
}

/** The boundary of a content type, or undefined where it is missing; `plain` is false for quoted or unusual ones. */
export function boundaryOf(contentType: string): { boundary: string; plain: boolean } | undefined {
  const at = contentType.toLowerCase().indexOf("boundary=");
  if (at < 0) return undefined;
  const rest = contentType.slice(at + 9);
  const repeated = rest.toLowerCase().includes("boundary=");
  if (rest.startsWith('"')) {
    const end = rest.indexOf('"', 1);
    if (end < 2) return undefined;
    const quoted = rest.slice(1, end);
    return { boundary: quoted, plain: !repeated && isBoundary(quoted) };
  }
  const end = rest.indexOf(";");
  const boundary = (end < 0 ? rest : rest.slice(0, end)).trim();
  if (boundary === "") return undefined;
  return { boundary, plain: !repeated && end < 0 && isBoundary(boundary) };
}

/** Letters, digits and the marks that RFC 2046 allows and that need no quotes, at most 70. */
function isBoundary(text: string): boolean {
  return text.length <= 70 && /^[0-9A-Za-z'()+_,./:=?-]*$/.test(text) && !text.includes(" ");
}

/** Reads the byte string `body`. Never throws; linear in its length. */
export function readMultipart(body: string, boundary: string, maxParts: number): MultipartOutcome {
  const delimiter = `--${boundary}`;
  const parts: Part[] = [];
  let ambiguous = false;
  let at = body.indexOf(delimiter);
  if (at < 0) return { parts, complete: false, ambiguous: true };
  if (at > 0) ambiguous = true;

  for (;;) {
    at += delimiter.length;
    if (body.startsWith("--", at)) {
      if (/[^\r\n\t ]/.test(body.slice(at + 2, at + 4096))) ambiguous = true;
      return { parts, complete: true, ambiguous };
    }
    if (body.startsWith("\r\n", at)) at += 2;
    else if (body.startsWith("\n", at)) {
      at += 1;
      ambiguous = true;
    } else return { parts, complete: false, ambiguous: true };
    if (parts.length >= maxParts) return { parts, complete: false, ambiguous };

    let headerEnd = body.indexOf("\r\n\r\n", at);
    let blank = 4;
    const bareEnd = body.indexOf("\n\n", at);
    if (body.startsWith("\r\n", at)) {
      headerEnd = at;
      blank = 2;
      ambiguous = true;
    } else if (bareEnd >= 0 && (headerEnd < 0 || bareEnd < headerEnd)) {
      headerEnd = bareEnd;
      blank = 2;
      ambiguous = true;
    }
    if (headerEnd < 0) return { parts, complete: false, ambiguous: true };
    const head = readPartHeaders(body.slice(at, headerEnd));
    if (head.ambiguous) ambiguous = true;

    const contentStart = headerEnd + blank;
    let next = body.indexOf(`\r\n${delimiter}`, contentStart - 2);
    let lineBreak = 2;
    if (next < 0) {
      next = body.indexOf(`\n${delimiter}`, contentStart - 1);
      lineBreak = 1;
      if (next >= 0) ambiguous = true;
    }
    const content = body.slice(contentStart, next < 0 ? body.length : Math.max(next, contentStart));
    parts.push({ name: head.name, fileNames: head.fileNames, contentType: head.contentType, content });
    if (next < 0) return { parts, complete: false, ambiguous };
    at = next + lineBreak;
  }
}

interface PartHead {
  name: string;
  fileNames: string[];
  contentType: string | undefined;
  ambiguous: boolean;
}

function readPartHeaders(head: string): PartHead {
  const result: PartHead = { name: "", fileNames: [], contentType: undefined, ambiguous: false };
  let dispositions = 0;
  for (const line of head.split("\n", 32)) {
    const colon = line.indexOf(":");
    if (colon < 0 || line.startsWith(" ") || line.startsWith("\t")) {
      result.ambiguous = true;
      continue;
    }
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "content-disposition") {
      if (++dispositions > 1) result.ambiguous = true;
      readDisposition(value, result);
    } else if (name === "content-type") {
      if (result.contentType !== undefined || /charset/i.test(value)) result.ambiguous = true;
      result.contentType = value;
    } else if (name === "content-transfer-encoding") {
      result.ambiguous = true;
    }
  }
  if (dispositions === 0) result.ambiguous = true;
  return result;
}

function readDisposition(value: string, result: PartHead): void {
  let at = value.indexOf(";");
  let names = 0;
  while (at >= 0 && at < value.length) {
    at++;
    while (value.charCodeAt(at) === 0x20) at++;
    const equals = value.indexOf("=", at);
    if (equals < 0) break;
    const key = value.slice(at, equals).trim().toLowerCase();
    let content: string;
    if (value.charCodeAt(equals + 1) === 0x22) {
      let end = equals + 2;
      while (end < value.length && value.charCodeAt(end) !== 0x22) {
        if (value.charCodeAt(end) === 0x5c) {
          result.ambiguous ||= key === "name";
          end++;
        }
        end++;
      }
      content = value.slice(equals + 2, end);
      at = value.indexOf(";", end);
    } else {
      const end = value.indexOf(";", equals);
      content = value.slice(equals + 1, end < 0 ? value.length : end);
      at = end;
      result.ambiguous ||= key === "name";
    }
    if (key === "name") {
      names++;
      result.name = content;
    } else if (key === "filename") {
      result.fileNames.push(content);
    } else if (key === "filename*") {
      // RFC 8187: charset'language'value, and a value may hold quotes itself.
      const language = content.indexOf("'");
      const start = language < 0 ? -1 : content.indexOf("'", language + 1);
      result.fileNames.push(content.slice(start + 1));
    }
  }
  if (names !== 1 || result.fileNames.length > 1) result.ambiguous = true;
}
