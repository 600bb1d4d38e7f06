/** Reading a byte from a buffer takes a third of the time that it takes from a string. */
const scratch = Buffer.alloc(65_536);

/**
 * The bytes of a byte string, in memory that the next call overwrites. Of the buffer, the first `text.length` bytes are
 * those of the text.
 */
export function scratchBytes(text: string): Buffer {
  if (text.length > scratch.length) return Buffer.from(text, "latin1");
  scratch.write(text, "latin1");
  return scratch;
}
