/**
 * One recorded request of the demo, in the traffic-file schema, and the ways in which a browser makes one: a link, a
 * form, a multipart form, a JSON call, a raw body.
 */

/** A header field as sent. */
export type HeaderPair = readonly [name: string, value: string];

/** A row of a traffic file. `text` is what makes the request interesting, before it was encoded: an attack or a harmless text. */
export interface RecordedRequest {
  readonly id: string;
  readonly source: string;
  readonly label: "benign" | "attack";
  readonly attack_type: string | null;
  readonly method: string;
  readonly path: string;
  /** Percent-encoded, without the question mark. */
  readonly query: string;
  readonly headers: readonly HeaderPair[];
  readonly body?: string;
  readonly body_b64?: string;
  readonly granularity: "request";
  /** The loopback address that it comes from; left out, any. */
  readonly client?: string;
  readonly text?: string;
}

/** A request without its label: what goes over the wire. */
export type Draft = Pick<
  RecordedRequest,
  "method" | "path" | "query" | "headers" | "body" | "body_b64" | "client"
>;

/** A named value of a query or form. */
export type Field = readonly [name: string, value: string];

/** What a visitor's browser adds to every request of one kind. */
export type HeaderSource = (kind: RequestKind) => HeaderPair[];

/** Why a browser asks: a page, a part of a page, a script's call, a sent form. */
export type RequestKind = "page" | "asset" | "call" | "form";

/** Encodes fields as browsers encode a form: blanks as `+`. */
export function formEncoded(fields: readonly Field[]): string {
  return new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
}

/** Encodes fields as scripts do it with `encodeURIComponent`: blanks as `%20`. */
export function scriptEncoded(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}

/** A request without a body. `query` is already encoded. */
export function get(headers: HeaderSource, path: string, query = "", kind: RequestKind = "page"): Draft {
  return { method: "GET", path, query, headers: headers(kind) };
}

/** A request with a text body of the given type. */
export function send(
  headers: HeaderSource,
  method: string,
  path: string,
  type: string,
  body: string,
  kind: RequestKind = "call",
): Draft {
  return { method, path, query: "", headers: [...headers(kind), ["Content-Type", type]], body };
}

/** A sent form; browsers end the lines of a text area with CR LF. */
export function sendForm(headers: HeaderSource, path: string, fields: readonly Field[]): Draft {
  const body = formEncoded(fields.map(([name, value]) => [name, value.replace(/\r?\n/g, "\r\n")]));
  return send(headers, "POST", path, "application/x-www-form-urlencoded", body, "form");
}

/** A script's call with a JSON body. */
export function sendJson(headers: HeaderSource, path: string, value: unknown, method = "POST"): Draft {
  return send(headers, method, path, "application/json", JSON.stringify(value));
}

/** A file of a multipart form. */
export interface FormFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** A sent multipart form; `boundary` is what the browser made up. */
export function sendMultipart(
  headers: HeaderSource,
  path: string,
  boundary: string,
  fields: readonly Field[],
  files: readonly FormFile[],
): Draft {
  const quoted = (name: string): string =>
    name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const parts = [
    ...fields.map(
      ([name, value]) =>
        `Content-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value.replaceAll("\n", "\r\n")}`,
    ),
    ...files.map(
      (file) =>
        `Content-Disposition: form-data; name="${quoted(file.field)}"; filename="${quoted(file.name)}"\r\nContent-Type: ${file.type}\r\n\r\n${file.content}`,
    ),
  ];
  const body = `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`;
  return send(headers, "POST", path, `multipart/form-data; boundary=${boundary}`, body, "form");
}
