/** Traffic files as the commands read them: all in turn, with what was skipped reported at the end. */
import { readTrafficFile } from "../traffic/traffic-file.ts";
import type { TrafficRow } from "../traffic/traffic-row.ts";

/** Skipped lines that are named one by one; the rest is only counted. */
const namedSkips = 5;

/** Yields the rows of all files (`-` is standard input). Writes what it had to skip to standard error. */
export async function* readTraffic(files: readonly string[]): AsyncGenerator<TrafficRow> {
  for (const file of files) {
    let skipped = 0;
    yield* readTrafficFile(
      file,
      ({ line, message }) => {
        if (++skipped <= namedSkips) process.stderr.write(`arbiter: ${file}:${line}: ${message}; skipped\n`);
      },
      process.stdin,
    );
    if (skipped > namedSkips) process.stderr.write(`arbiter: ${file}: ${skipped} lines skipped in all\n`);
  }
}
