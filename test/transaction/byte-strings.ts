/** Arbitrary byte strings, as everything that comes from the wire is one. */
import fc from "fast-check";

/** A string of code units 0–255. */
export function byteString(maxLength = 200): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength }).map((array) => Buffer.from(array).toString("latin1"));
}

/** Byte strings made mostly of the given pieces, so that a parser is led into its corners. */
export function piecedString(pieces: readonly string[], maxPieces = 60): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, byteString(4)), {
      maxLength: maxPieces,
    })
    .map((list) => list.join(""));
}

/** Unicode text as the byte string of its UTF-8 form. */
export function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
