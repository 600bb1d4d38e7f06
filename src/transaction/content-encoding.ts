/**
 * Removes the content codings of a body (RFC 9110 §8.4), in memory and bounded. What an application would get another way,
 * or not at all, is told and never guessed.
 */
import zlib from "node:zlib";
import { limits } from "./transaction.ts";

/** Most codings on top of each other: nobody needs two, and more are only good for hiding. */
const mostCodings = 2;
/**
 * Most bytes that one byte of the body may become, so that reading a small request stays cheap. Forms and JSON come to a
 * twentieth, tables of the same line a thousand times to a fiftieth; deflate alone could reach 1,032 times.
 */
const mostGrowth = 100;

/** A body without its codings. */
export interface Decoded {
  readonly content: Buffer;
  /** Whether something stands behind the compressed data, which some applications read and others do not. */
  readonly isFollowed: boolean;
}

/** Removes one coding; throws where the bytes are broken or come to more than `maxOutputLength`. */
type Decoder = (bytes: Uint8Array, maxOutputLength: number) => Decoded;

/** One of Node's functions; its types do not know that with `info` it gives back its engine, which counts what it has read. */
type NodeDecode = (
  bytes: Uint8Array,
  options: { info: true; maxOutputLength: number; params?: Record<number, number> },
) => unknown;

function decoderOf(decode: NodeDecode, params: Record<number, number> = {}): Decoder {
  return (bytes, maxOutputLength) => {
    const { buffer, engine } = decode(bytes, { info: true, maxOutputLength, params }) as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { content: buffer, isFollowed: engine.bytesWritten < bytes.length };
  };
}

const gunzip = decoderOf(zlib.gunzipSync);
const inflate = decoderOf(zlib.inflateSync);
const inflateRaw = decoderOf(zlib.inflateRawSync);

/** `deflate` means zlib's format; many senders leave out its frame, and most readers take both. */
const inflateEither: Decoder = (bytes, maxOutputLength) => {
  try {
    return inflate(bytes, maxOutputLength);
  } catch {
    return inflateRaw(bytes, maxOutputLength);
  }
};

const decoders = new Map<string, Decoder>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", inflateEither],
  ["br", decoderOf(zlib.brotliDecompressSync)],
]);
// Node has zstd from 22.15 on. RFC 9659 bounds the window of the coding at 8 MB; the library would take 128 MB.
if (zlib.zstdDecompressSync !== undefined)
  decoders.set("zstd", decoderOf(zlib.zstdDecompressSync, { [zlib.constants.ZSTD_d_windowLogMax]: 23 }));

/** The codings that the values of all `Content-Encoding` headers name, in the order in which they were applied. */
export function codingsOf(values: readonly string[]): string[] {
  return values
    .join(",")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
}

/**
 * Removes `codings`, the last one first. Undefined where one is unknown, the bytes are broken or cut, there are more than
 * two codings, or any step comes to more than `limits.bodyBytes` or a hundred times the body. Never throws.
 */
export function decodeContent(body: Uint8Array, codings: readonly string[]): Decoded | undefined {
  if (codings.length > mostCodings || body.length === 0) return undefined;
  const maxOutputLength = Math.min(limits.bodyBytes, body.length * mostGrowth);
  let content: Buffer = Buffer.from(body.buffer, body.byteOffset, body.length);
  let isFollowed = false;
  try {
    for (const coding of codings.toReversed()) {
      const decoded = decoders.get(coding)?.(content, maxOutputLength);
      if (decoded === undefined) return undefined;
      content = decoded.content;
      isFollowed ||= decoded.isFollowed;
    }
  } catch {
    return undefined;
  }
  return { content, isFollowed };
}
