/**
 * Appends ordinary requests to a traffic file, for learning. Off the path: a request is only put into a bounded queue;
 * masking and writing happen one request a turn of the event loop, and when the queue is full requests are dropped
 * and counted.
 */
import { createWriteStream, openSync, renameSync, statSync, type WriteStream } from "node:fs";
import type { Logger } from "pino";
import { replyText } from "./byte-string.ts";
import { maskBody, maskHeaders, maskTarget } from "./mask.ts";
import type { Metrics } from "./metrics.ts";
import { type VerdictRequest, weightOf } from "./verdict-request.ts";

/** Where ordinary requests go. */
export interface Collector {
  /** Takes a request, or drops it. Returns at once. */
  take(request: VerdictRequest): void;
  /** Writes what is queued and closes the file. */
  stop(): Promise<void>;
}

/** What a collector is made from. */
export interface CollectorOptions {
  /** The traffic file; undefined forgets everything. */
  readonly file: string | undefined;
  /** Size in bytes at which the file is set aside as `FILE.1`. */
  readonly limitBytes: number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Requests and their bytes that may wait to be written. */
const queueLimit = 1_000;
const queueBytesLimit = 16 * 1_048_576;
/** Bytes of a body that are kept; learning needs the beginning. */
const bodyLimit = 65_536;

/** Makes the collector. It never throws: a file that cannot be written is logged once and its requests are counted as dropped. */
export function createCollector(options: CollectorOptions): Collector {
  const { file, metrics, log } = options;
  if (file === undefined) return { take() {}, stop: () => Promise.resolve() };

  const queue: VerdictRequest[] = [];
  let queuedBytes = 0;
  let isScheduled = false;
  let isFull = false;
  let isBroken = false;
  let written = sizeOf(file);
  let stream = open();

  /** Opens the file at once, so that it is there when its turn comes to be set aside. */
  function open(): WriteStream | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(file as string, "a", 0o600);
    } catch (error) {
      complain(error);
      return undefined;
    }
    const opened = createWriteStream("", { fd: descriptor });
    opened.on("error", complain);
    opened.on("drain", () => {
      isFull = false;
      schedule();
    });
    return opened;
  }

  function complain(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    log.error({ code, file }, "the traffic file cannot be written: requests are not collected");
    isBroken = true;
    while (queue.pop() !== undefined) metrics.collected("dropped");
  }

  function schedule(): void {
    if (isScheduled || isFull || isBroken || queue.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      writeNext();
      schedule();
    });
  }

  function writeNext(): void {
    const request = queue.shift();
    if (request === undefined) return;
    queuedBytes -= weightOf(request);
    const line = `${trafficLine(request)}\n`;
    const bytes = Buffer.byteLength(line);
    if (written + bytes > options.limitBytes && written > 0) setAside();
    written += bytes;
    metrics.collected("written");
    if (stream?.write(line) === false) isFull = true;
  }

  function setAside(): void {
    stream?.end();
    isFull = false;
    try {
      renameSync(file as string, `${file}.1`);
    } catch (error) {
      log.error({ err: error, file }, "the full traffic file cannot be set aside");
    }
    stream = open();
    written = 0;
  }

  return {
    take(request) {
      const bytes = weightOf(request);
      if (isBroken || queue.length >= queueLimit || queuedBytes + bytes > queueBytesLimit) {
        metrics.collected("dropped");
        return;
      }
      queuedBytes += bytes;
      queue.push(request);
      schedule();
    },
    stop() {
      while (queue.length > 0 && !isBroken) writeNext();
      return new Promise((resolve) => {
        if (stream === undefined || stream.destroyed) return resolve();
        stream.once("close", resolve);
        stream.end();
      });
    },
  };
}

/** One line of a traffic file for a request, with its secrets masked; without a label, for nobody has judged it. */
export function trafficLine(request: VerdictRequest): string {
  const { parts } = request;
  const target = maskTarget(parts.uri);
  const mark = target.indexOf("?");
  const contentType =
    parts.headers.find((header) => header.name.toLowerCase() === "content-type")?.value ?? "";
  return JSON.stringify({
    id: replyText(parts.id ?? ""),
    source: "collected",
    label: null,
    ...(request.site === undefined ? {} : { site: replyText(request.site) }),
    method: replyText(parts.method),
    path: replyText(mark < 0 ? target : target.slice(0, mark)),
    query: replyText(mark < 0 ? "" : target.slice(mark + 1)),
    headers: maskHeaders(parts.headers).map(({ name, value }) => [replyText(name), replyText(value)]),
    ...bodyField(parts.body, contentType),
    ...(parts.client === undefined ? {} : { client: parts.client }),
    ...(parts.timeMs === undefined ? {} : { time: new Date(parts.timeMs).toISOString() }),
    ...(parts.waf === undefined ? {} : { waf: parts.waf }),
    granularity: "request",
  });
}

/** The body as text where it is UTF-8, else as base64. */
function bodyField(body: Uint8Array | undefined, contentType: string): object {
  if (body === undefined || body.length === 0) return {};
  const kept = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, bodyLimit));
  const masked = Buffer.from(maskBody(kept.toString("latin1"), contentType), "latin1");
  const text = masked.toString("utf8");
  return Buffer.from(text, "utf8").equals(masked) ? { body: text } : { body_b64: masked.toString("base64") };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
