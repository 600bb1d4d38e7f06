/** Starts the servers that are compared, each in a process group whose CPU time and memory can be read. */
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { projectDirectory } from "../testbed/install.ts";
import { type ServerProcess, startServerProcess } from "../testbed/server-process.ts";
import { until } from "../testbed/until.ts";
import type { Target } from "./load.ts";

/** A started server. */
export interface Subject {
  readonly tcp: Target;
  readonly unix: Target;
  readonly process: ServerProcess;
}

/** `arbiter serve` as it is installed: the built package, TCP and a Unix socket. An empty `model` is the default one. */
export async function startArbiter(directory: string, model: string): Promise<Subject> {
  const socket = path.join(await mkdtemp(path.join(directory, "arbiter-")), "arbiter.sock");
  const main = path.join(projectDirectory, "dist/cli/main.js");
  const options = [
    "--socket",
    socket,
    "--listen",
    "127.0.0.1:0",
    ...(model === "" ? [] : ["--model", model]),
  ];
  return start(directory, socket, [main, "serve", ...options]);
}

/** The echo server, answering `replyBytes` bytes; it listens on TCP, and a second one on a Unix socket. */
export async function startEcho(
  directory: string,
  replyBytes: number,
  kind: "tcp" | "unix",
): Promise<Subject> {
  const socket = path.join(await mkdtemp(path.join(directory, "echo-")), "echo.sock");
  const main = path.join(import.meta.dirname, "echo-server.ts");
  return start(directory, socket, [main, String(replyBytes), ...(kind === "unix" ? [socket] : [])]);
}

/** Resident memory of the largest process of a group, in bytes. */
export async function residentBytes(group: number): Promise<number> {
  let largest = 0;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const read = (file: string) => readFile(`/proc/${entry}/${file}`, "latin1").catch(() => "");
    const stat = await read("stat");
    if (Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]) !== group) continue;
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(await read("status"));
    largest = Math.max(largest, Number(kib?.[1] ?? 0) * 1024);
  }
  return largest;
}

async function start(directory: string, socket: string, nodeArguments: readonly string[]): Promise<Subject> {
  const outputFile = `${socket}.output`;
  const server = startServerProcess([process.execPath, ...nodeArguments], { outputFile, cwd: directory });
  const ready = await until("a server to be ready", async () => {
    const output = await readFile(outputFile, "utf8");
    if (server.exitCode() !== undefined) throw new Error(`a server did not start:\n${output}`);
    return /ready on (.*)\n/.exec(output) ?? undefined;
  });
  const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(ready[1] ?? "")?.[1];
  return { tcp: { port: Number(port ?? 0) }, unix: { path: socket }, process: server };
}
