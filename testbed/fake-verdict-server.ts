/**
 * A stand-in for the verdict server that says exactly what a test wants the WAF's client to hear: a given verdict, a
 * late one, none at all, or one of the lies that a client must not believe. It keeps what it was asked.
 */
import { once } from "node:events";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Field, fieldValue, parseFields } from "./fields.ts";
import { handToServerUser } from "./server-user.ts";
import { makeWorkDirectory, removeWorkDirectory } from "./work-directory.ts";

/** A verdict to give. What is left out gets an unremarkable value. */
export interface FakeVerdict {
  readonly verdict: string;
  /** 0–100. Default: 1 for "pass", 99 otherwise. */
  readonly probability?: number;
  readonly points?: number;
  readonly attackType?: string;
  readonly partial?: boolean;
  readonly reason?: string;
}

/** How the server behaves; may be changed while it runs. */
export type Behavior =
  | FakeVerdict
  /** Answers rightly, but only after this time. */
  | { readonly lateMs: number; readonly verdict: string }
  /** Reads, and never answers. */
  | "frozen"
  /** Closes the connection without an answer. */
  | "hang-up"
  /** A verdict "pass" that belongs to another request. */
  | "other-id"
  /** 500 with "pass" in its body. */
  | "error-status"
  /** 200 with an HTML page. */
  | "html"
  /** A reply that ends in the middle of its line, after the verdict "pass". */
  | "cut"
  /** A verdict that is no word of the protocol. */
  | "unknown-word"
  /** "pass" in another version of the protocol. */
  | "other-version"
  /** An endless header. */
  | "endless"
  /** These bytes instead of a reply. */
  | { readonly raw: string };

/** What was asked. */
export interface AskedQuestion {
  /** Such as "POST /v1/verdict". */
  readonly route: string;
  readonly fields: readonly Field[];
  /** Set when the body could not be read as fields. */
  readonly problem?: string;
}

/** A running stand-in. */
export interface FakeVerdictServer {
  readonly socket: string;
  readonly directory: string;
  /** Everything asked so far, oldest first. */
  readonly asked: AskedQuestion[];
  /** Changes how it behaves from the next request on. */
  behave(behavior: Behavior | ((question: AskedQuestion) => Behavior)): void;
  /** Closes the socket and removes its file, as a server that went down; `up` brings it back at the same path. */
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it with a behavior; by default every request passes. Beside the socket lies the clients' `breaker` file. */
export async function startFakeVerdictServer(
  behavior: Behavior | ((question: AskedQuestion) => Behavior) = { verdict: "pass" },
): Promise<FakeVerdictServer> {
  const directory = await makeWorkDirectory("verdicts");
  const run = path.join(directory, "run");
  await mkdir(run);
  await handToServerUser(run);
  const socketPath = path.join(run, "arbiter.sock");
  await writeFile(path.join(run, "breaker"), "");
  await chmod(path.join(run, "breaker"), 0o664);

  const asked: AskedQuestion[] = [];
  const connections = new Set<Socket>();
  let current = behavior;
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    readQuestion(socket, (question) => {
      asked.push(question);
      const chosen = typeof current === "function" ? current(question) : current;
      void behaveTowards(socket, question, chosen);
    });
  });

  const up = async () => {
    await rm(socketPath, { force: true });
    server.listen(socketPath);
    await once(server, "listening");
    await chmod(socketPath, 0o666);
  };
  const down = async () => {
    if (!server.listening) return;
    for (const connection of connections) connection.destroy();
    server.close();
    await once(server, "close");
  };
  await up();
  return {
    socket: socketPath,
    directory,
    asked,
    behave: (next) => {
      current = next;
    },
    up,
    down,
    stop: async () => {
      await down();
      await removeWorkDirectory(directory);
    },
  };
}

function readQuestion(socket: Socket, onQuestion: (question: AskedQuestion) => void): void {
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = received.toString("latin1", 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    const route = head.split(" ").slice(0, 2).join(" ");
    const body = received.subarray(headEnd + 4, headEnd + 4 + length);
    received = received.subarray(headEnd + 4 + length);
    try {
      onQuestion({ route, fields: parseFields(body) });
    } catch (error) {
      onQuestion({ route, fields: [], problem: String(error) });
    }
  });
}

async function behaveTowards(socket: Socket, question: AskedQuestion, behavior: Behavior): Promise<void> {
  const id = fieldValue(question.fields, "id") ?? "-";
  const pass = (name: string) => `arbiter/1 ${name} pass 1 0 - 0 nothing unusual\n`;
  if (typeof behavior === "object") {
    if ("raw" in behavior) return void socket.end(behavior.raw, "latin1");
    if ("lateMs" in behavior) await pause(behavior.lateMs);
    return void socket.end(formatReply(200, formatVerdict(id, behavior)));
  }
  switch (behavior) {
    case "frozen":
      return;
    case "hang-up":
      return void socket.end();
    case "other-id":
      return void socket.end(formatReply(200, pass(`${id}0`)));
    case "error-status":
      return void socket.end(formatReply(500, pass(id)));
    case "html":
      return void socket.end(formatReply(200, "<html><body>pass</body></html>\n"));
    case "cut":
      return void socket.end(formatReply(200, pass(id)).slice(0, -"1 0 - 0 nothing unusual\n".length));
    case "unknown-word":
      return void socket.end(formatReply(200, formatVerdict(id, { verdict: "passed" })));
    case "other-version":
      return void socket.end(formatReply(200, pass(id).replace("arbiter/1", "arbiter/9")));
    case "endless":
      socket.write("HTTP/1.1 200 OK\r\nX-Filler: ");
      for (let i = 0; i < 1000 && !socket.destroyed; i++) {
        if (!socket.write("x".repeat(65_536)))
          await Promise.race([once(socket, "drain"), once(socket, "close")]);
      }
      socket.destroy();
  }
}

function formatVerdict(id: string, given: FakeVerdict): string {
  const isPass = given.verdict === "pass";
  const probability = given.probability ?? (isPass ? 1 : 99);
  const points = given.points ?? (isPass ? 0 : 5);
  const attackType = given.attackType ?? (isPass ? "-" : "sqli");
  const reason = given.reason ?? (isPass ? "nothing unusual" : "looks like an attack");
  return `arbiter/1 ${id} ${given.verdict} ${probability} ${points} ${attackType} ${given.partial ? 1 : 0} ${reason}\n`;
}

function formatReply(status: number, body: string): string {
  const reason = status === 200 ? "OK" : "Internal Server Error";
  return `HTTP/1.1 ${status} ${reason}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
