/**
 * Reads traffic files: JSON Lines, plain or gzip, from a file or from a stream such as standard input. Lines that are
 * no rows are reported with their number and left out; the reading goes on.
 */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ArbiterError } from "../errors.ts";
import type { TrafficRow } from "./traffic-row.ts";
import { parseTrafficRow } from "./traffic-row.ts";

/** Longest line that is read, in bytes; a longer one is reported and skipped. */
const maxLineBytes = 16 * 1024 * 1024;
/** A gzip stream that grows beyond this ratio is a bomb, not traffic. */
const maxGzipRatio = 200;

/** A line that was left out. */
export interface SkippedLine {
  readonly line: number;
  readonly message: string;
}

/** Yields the rows of the file at `path`; `-` reads `standardInput`. Throws `data_invalid` or `io_failed` where nothing can be read. */
export async function* readTrafficFile(
  path: string,
  onSkip: (skipped: SkippedLine) => void,
  standardInput: Readable = Readable.from([]),
): AsyncGenerator<TrafficRow> {
  const source = path === "-" ? standardInput : createReadStream(path, { highWaterMark: 1 << 18 });
  let number = 0;
  for await (const line of lines(source, path)) {
    number++;
    if (line === undefined) {
      onSkip({ line: number, message: `the line is longer than ${maxLineBytes} bytes` });
      continue;
    }
    const text = number === 1 && line.startsWith("\ufeff") ? line.slice(1) : line;
    if (text.trim() === "") continue;
    let row: TrafficRow;
    try {
      row = parseTrafficRow(text);
    } catch (error) {
      if (!(error instanceof ArbiterError)) throw error;
      onSkip({ line: number, message: error.message });
      continue;
    }
    yield row;
  }
}

/** The lines of a stream, unzipped where it starts with the gzip magic; undefined for a line over the limit. */
async function* lines(source: Readable, path: string): AsyncGenerator<string | undefined> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let overlong = false;
  try {
    for await (const chunk of unzipped(source)) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        const piece = chunk.subarray(start, end);
        if (overlong || heldBytes + piece.length > maxLineBytes) yield undefined;
        else
          yield held.length === 0 ? piece.toString("utf8") : Buffer.concat([...held, piece]).toString("utf8");
        held = [];
        heldBytes = 0;
        overlong = false;
        start = end + 1;
      }
      const rest = chunk.subarray(start);
      heldBytes += rest.length;
      if (heldBytes > maxLineBytes) {
        overlong = true;
        held = [];
      }
      if (!overlong && rest.length > 0) held.push(Buffer.from(rest));
    }
  } catch (cause) {
    if (cause instanceof ArbiterError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    throw new ArbiterError(
      code.startsWith("Z_") ? "data_invalid" : "io_failed",
      `cannot read ${path}: ${reason}`,
      {
        cause,
      },
    );
  }
  if (overlong) yield undefined;
  else if (held.length > 0) yield Buffer.concat(held).toString("utf8");
}

async function* unzipped(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  let head: Buffer = Buffer.alloc(0);
  // A pipe may hand over one byte at a time, and the magic has two.
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, Buffer.from(next.value)]);
  }
  let read = head.length;
  const all = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      const chunk = Buffer.from(next.value);
      read += chunk.length;
      yield chunk;
    }
  };
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all();
    return;
  }
  let written = 0;
  const gunzip = createGunzip();
  const input = Readable.from(all());
  input.on("error", (error) => gunzip.destroy(error));
  for await (const chunk of input.pipe(gunzip) as AsyncIterable<Buffer>) {
    written += chunk.length;
    if (written > 1 << 24 && written > read * maxGzipRatio)
      throw new ArbiterError("data_invalid", "the gzip file grows beyond any traffic: it is refused");
    yield chunk;
  }
}
