/**
 * Reads request bodies: bounded bytes, then the fields of a form, a multipart form or a JSON document. What cannot be
 * read gives no fields; the shop answers all the same.
 */
import type { IncomingMessage } from "node:http";

/** Bytes of one body; longer ones are refused with 413. */
export const bodyLimit = 4 * 1_048_576;

/** An uploaded file of a multipart form. */
export interface Upload {
  readonly field: string;
  readonly name: string;
  readonly content: Buffer;
}

/** What the shop understood of a body. `json` is undefined unless the body was well-formed JSON. */
export interface Body {
  readonly text: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly uploads: readonly Upload[];
  readonly json: unknown;
}

/** Reads the whole body; resolves to undefined where it is longer than `bodyLimit`. */
export async function readBody(request: IncomingMessage): Promise<Body | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  return parseBody(Buffer.concat(chunks), request.headers["content-type"] ?? "");
}

function parseBody(bytes: Buffer, contentType: string): Body {
  const text = bytes.toString("utf8");
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/x-www-form-urlencoded") {
    return { text, fields: new Map(new URLSearchParams(text)), uploads: [], json: undefined };
  }
  if (type === "multipart/form-data")
    return { text: "", json: undefined, ...parseMultipart(bytes, contentType) };
  if (type.endsWith("json") || type === "text/plain") {
    try {
      const json: unknown = JSON.parse(text);
      return { text, fields: new Map(), uploads: [], json };
    } catch {
      // Not JSON: the text alone has to do.
    }
  }
  return { text, fields: new Map(), uploads: [], json: undefined };
}

function parseMultipart(bytes: Buffer, contentType: string): Pick<Body, "fields" | "uploads"> {
  const fields = new Map<string, string>();
  const uploads: Upload[] = [];
  const boundary = attribute(contentType, "boundary");
  if (boundary === undefined) return { fields, uploads };
  const parts = bytes.toString("latin1").split(`--${boundary}`).slice(1, 65);
  for (const part of parts) {
    const end = part.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const head = part.slice(0, end);
    const content = Buffer.from(part.slice(end + 4, -2), "latin1");
    const field = attribute(head, "name");
    const file = attribute(head, "filename");
    if (field === undefined) continue;
    if (file === undefined) fields.set(field, content.toString("utf8"));
    else uploads.push({ field, name: Buffer.from(file, "latin1").toString("utf8"), content });
  }
  return { fields, uploads };
}

/** The value of `name=value` or `name="value"` in a header, or undefined. */
function attribute(header: string, name: string): string | undefined {
  for (const separator of [" ", ";"]) {
    const at = header.indexOf(`${separator}${name}=`);
    if (at < 0) continue;
    const value = header.slice(at + name.length + 2);
    if (value.startsWith('"')) return value.slice(1, value.indexOf('"', 1));
    return value.split(/[;\r\n]/)[0];
  }
  return undefined;
}
