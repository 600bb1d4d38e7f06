/**
 * A transaction as the bytes of one request, for models that read it whole: request line, header fields, an empty line,
 * body. In one form whatever the protocol and the caller, and never more than `maxRequestBytes`.
 */
import type { Parameter, Transaction } from "../transaction/transaction.ts";

/** Most bytes of each part; a longer part is read in windows. */
const most = { line: 1_024, headers: 1_536, body: 1_534 } as const;

/** Most bytes of a request as models read it. */
export const maxRequestBytes = 4_096;

/** Bytes of a window. */
const windowBytes = 128;

/**
 * The bytes, at most `maxRequestBytes`. Each part has room of its own, so that none crowds out the others: the line holds
 * method and target as sent; header fields stand in their order, names in lower case as in HTTP/2, without the length of
 * the body. The version of the protocol is left out, since recorded requests do not tell it. Where the WAF's own parser
 * read the body, its arguments stand for it. A part that is too long is read in windows, the first at its beginning, the
 * last at its end, the others evenly spaced between. Pure.
 */
export function requestBytes({ method, uri, headers, body, parameters }: Transaction): Uint8Array {
  const fields = headers
    .map(({ name, value }) => `${name.toLowerCase()}: ${value}\n`)
    .filter((field) => !field.startsWith("content-length:"))
    .join("");
  const content = body ?? latin1(parameters.filter(isArgument).map(pairOf).join("&"));
  return new Uint8Array(
    Buffer.concat([
      sampled(latin1(`${method} ${uri}`), most.line),
      lineEnd,
      sampled(latin1(fields), most.headers),
      lineEnd,
      sampled(content, most.body),
    ]),
  );
}

const lineEnd = latin1("\n");

function latin1(byteString: string): Uint8Array {
  return Buffer.from(byteString, "latin1");
}

function isArgument({ location }: Parameter): boolean {
  return location === "engine";
}

function pairOf({ name, value }: Parameter): string {
  return `${name}=${value}`;
}

/** The part, or windows of it where it is longer than `room`. */
function sampled(part: Uint8Array, room: number): Uint8Array {
  if (part.length <= room) return part;
  const windows = Math.floor(room / windowBytes);
  const sample = new Uint8Array(windows * windowBytes);
  for (let window = 0; window < windows; window++) {
    const start = Math.floor((window * (part.length - windowBytes)) / (windows - 1));
    sample.set(part.subarray(start, start + windowBytes), window * windowBytes);
  }
  return sample;
}
