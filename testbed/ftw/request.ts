/** The bytes that an FTW test sends, made as CRS's own driver makes them, broken ones included. */
import type { FtwInput } from "./tests.ts";

/**
 * The request's bytes. `marker` is a header that goes along so that the transaction can be found in the log, in requests
 * given as bytes behind their other headers.
 */
export function formatFtwRequest(input: FtwInput, marker: readonly [string, string]): Buffer {
  return input.encoded_request === undefined
    ? formatFields(input, marker)
    : insertMarker(Buffer.from(input.encoded_request, "base64"), marker);
}

function formatFields(input: FtwInput, marker: readonly [string, string]): Buffer {
  const { method = "GET", uri = "/", version = "HTTP/1.1", autocomplete_headers: completes = true } = input;
  const headers = new Map(
    Object.entries(input.headers ?? {}).map(([name, value]) => [name, String(value ?? "")]),
  );
  const headerValue = (wanted: string) => [...headers].find(([name]) => name.toLowerCase() === wanted)?.[1];
  let data = expandTemplate(input.data ?? "");
  if (data !== "" && completes) {
    if (headerValue("content-type") === undefined)
      headers.set("Content-Type", "application/x-www-form-urlencoded");
    if (headerValue("content-type") === "application/x-www-form-urlencoded") data = encodeForm(data);
  }
  if (headerValue("content-type")?.startsWith("multipart/form-data;")) data = data.replaceAll("\n", "\r\n");
  const body = Buffer.from(data, "utf8");
  if (completes) {
    if (headerValue("connection") === undefined) headers.set("Connection", "close");
    const takesBody = body.length > 0 || /^(?:POST|PUT|PATCH|DELETE)$/.test(method);
    if (takesBody && headerValue("content-length") === undefined)
      headers.set("Content-Length", String(body.length));
  }
  const lines = [
    `${method} ${uri} ${version}`,
    ...[...headers, marker].map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"), body]);
}

function insertMarker(request: Buffer, [name, value]: readonly [string, string]): Buffer {
  const end = request.indexOf("\r\n\r\n");
  if (end === -1) return request;
  return Buffer.concat([
    request.subarray(0, end),
    Buffer.from(`\r\n${name}: ${value}`),
    request.subarray(end),
  ]);
}

/** The one form of template that CRS's tests use: a text repeated. */
function expandTemplate(data: string): string {
  return data.replace(/\{\{ *"([^"]*)" *\| *repeat (\d+) *\}\}/g, (_, text: string, times: string) =>
    text.repeat(Number(times)),
  );
}

/** Encodes the names and values of a form that has no escapes yet. */
function encodeForm(data: string): string {
  if (/[%+]/.test(data)) return data;
  return data
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals === -1
        ? escapeText(pair)
        : `${escapeText(pair.slice(0, equals))}=${escapeText(pair.slice(equals + 1))}`;
    })
    .join("&");
}

function escapeText(text: string): string {
  const isAllowed = (character: string) => /^[A-Za-z0-9_.~-]$/.test(character);
  return [...Buffer.from(text, "utf8")]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (character === " ") return "+";
      return isAllowed(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
