/**
 * Runs `arbiter` as a process of its own, as users do.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function runCommand(args: readonly string[], environment: Record<string, string> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...environment },
  });
  return { status, stdout, stderr };
}

export interface Running {
  readonly process: ChildProcess;
  /** The addresses of the ready line. */
  readonly addresses: readonly string[];
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit status once standard error holds the text; rejects where the process ends before. */
  untilLogged(text: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Starts a long-running command and waits for its ready line. Rejects with its standard error where it ends before. */
export async function startCommand(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Running> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watch of watchers) watch();
  };
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    tell();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    tell();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const until = (isTrue: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (!isTrue()) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      void ended.then(() => reject(new Error(`the process ended: ${stderr}`)));
    });
  await until(() => stdout.includes("\n"));
  return {
    process: child,
    addresses: stdout.trim().replace("arbiter: ready on ", "").split(","),
    stdout: () => stdout,
    stderr: () => stderr,
    untilLogged: (text) => until(() => stderr.includes(text)),
    ended,
  };
}
