/** Runs the load generator against a server and measures the CPU time that the server spent on it. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** Where a server listens: a Unix socket, or a port of 127.0.0.1. */
export type Target = { readonly path: string } | { readonly port: number };

/** What to send. */
export interface Load {
  readonly target: Target;
  /** A file made by `writeMessages`. */
  readonly messages: string;
  /** Requests to send; they go through the messages in turn. */
  readonly count: number;
  readonly connections: number;
  /** True for a new connection for each request. */
  readonly closes: boolean;
  /** Milliseconds that a connection rests between two requests. */
  readonly pauseMs: number;
  /** Seconds after which the load ends, whatever was sent. */
  readonly limitSeconds: number;
}

/** What the generator saw. Latencies are those of the caller, in microseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** Number of replies by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Mean size of a reply's body. */
  readonly bodyBytes: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A load with what it cost the server. */
export interface Measured extends LoadResult {
  /** CPU time, user and system, of all the server's processes and threads; microseconds for each request. */
  readonly cpuUs: number;
}

/** A scratch directory for message files, and a function that removes it. */
export async function makeScratch(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), "arbiter-benchmark-"));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Writes messages where the generator can read them, and gives the file. */
export async function writeMessages(
  directory: string,
  name: string,
  messages: readonly Buffer[],
): Promise<string> {
  const file = path.join(directory, `${name}.messages`);
  const parts = messages.flatMap((message) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(message.length);
    return [length, message];
  });
  await writeFile(file, Buffer.concat(parts));
  return file;
}

/**
 * Sends one load while nobody else asks the server. `cpuSeconds` reads the server's total. Throws where a request was
 * not answered, since what is not answered costs nothing and would flatter.
 */
export async function measure(load: Load, cpuSeconds: () => Promise<number>): Promise<Measured> {
  const { messages, ...rest } = load;
  const before = await cpuSeconds();
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(import.meta.dirname, "load-generator.ts"),
    messages,
    JSON.stringify(rest),
  ]);
  const after = await cpuSeconds();
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0 || result.requests === 0) {
    throw new Error(`${result.failed} of ${result.failed + result.requests} requests were not answered`);
  }
  return { ...result, cpuUs: ((after - before) / result.requests) * 1e6 };
}
