/**
 * The load generator, a process of its own so that its work never counts as the server's: sends ready-made messages
 * over a few connections in a closed loop, and prints what came back as one JSON line. Run by `load.ts`.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import type { Load, LoadResult } from "./load.ts";

const [, , messagesFile = "", loadJson = "{}"] = process.argv;
const load = JSON.parse(loadJson) as Omit<Load, "messages">;
const messages = readMessages(readFileSync(messagesFile));

let sent = 0;
let received = 0;
let failed = 0;
let bodyBytes = 0;
const statuses: Record<string, number> = {};
const latenciesUs = new Float64Array(load.count);
const startMs = performance.now();
const lastMs = startMs + load.limitSeconds * 1000;

await Promise.all(Array.from({ length: load.connections }, runConnection));
process.stdout.write(`${JSON.stringify(result())}\n`);
process.exit(0);

/** Sends the next message whenever the one before has been answered, until there is none left or time is up. */
async function runConnection(): Promise<void> {
  let socket: Socket | undefined;
  while (sent < load.count && performance.now() < lastMs) {
    const message = messages[sent++ % messages.length] as Buffer;
    const sentMs = performance.now();
    try {
      socket ??= await open();
      const reply = await exchange(socket, message);
      latenciesUs[received++] = (performance.now() - sentMs) * 1000;
      bodyBytes += reply.length - reply.indexOf("\r\n\r\n") - 4;
      const status = reply.toString("latin1", 9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
    } catch {
      failed++;
      socket?.destroy();
      socket = undefined;
    }
    if (load.closes) {
      socket?.destroy();
      socket = undefined;
    }
    if (load.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, load.pauseMs));
  }
  socket?.destroy();
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = "path" in load.target ? connect(load.target.path) : connect(load.target.port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function exchange(socket: Socket, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let reply: Buffer | undefined;
    const settle = (done: () => void): void => {
      socket.off("data", onData);
      socket.off("error", onEnd);
      socket.off("close", onEnd);
      done();
    };
    const onData = (chunk: Buffer): void => {
      reply = reply === undefined ? chunk : Buffer.concat([reply, chunk]);
      if (isComplete(reply)) settle(() => resolve(reply as Buffer));
    };
    const onEnd = (): void => settle(() => reject(new Error("the connection ended before the reply")));
    socket.on("data", onData);
    socket.once("error", onEnd);
    socket.once("close", onEnd);
    socket.write(message);
  });
}

function isComplete(reply: Buffer): boolean {
  const headEnd = reply.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = reply.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length !== null) return reply.length >= headEnd + 4 + Number(length[1]);
  return /\r\ntransfer-encoding: *chunked/i.test(head) && reply.subarray(-5).equals(Buffer.from("0\r\n\r\n"));
}

function result(): LoadResult {
  const sorted = latenciesUs.subarray(0, received).sort();
  const quantile = (share: number): number =>
    sorted[Math.min(received - 1, Math.floor(share * received))] ?? Number.NaN;
  return {
    requests: received,
    failed,
    seconds: (performance.now() - startMs) / 1000,
    statuses,
    bodyBytes: bodyBytes / received,
    p50Us: quantile(0.5),
    p99Us: quantile(0.99),
  };
}

/** Messages are stored one after the other, each behind its length (u32, little-endian). */
function readMessages(file: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const end = at + 4 + file.readUInt32LE(at);
    found.push(file.subarray(at + 4, end));
    at = end;
  }
  return found;
}
