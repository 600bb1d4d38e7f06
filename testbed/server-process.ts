/**
 * A server in a process group of its own that cannot outlive us. Between us and it stands a small shell which holds the
 * reading end of a pipe: when our end closes, by `stop` or because this process died in whatever way, it ends the
 * server, at first politely and then with the whole group.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { Writable } from "node:stream";

/** A running server process and its descendants. */
export interface ServerProcess {
  /** Process id of the group leader, which is also the group's id. */
  readonly group: number;
  /** The exit code once the server has ended, else `undefined`. */
  exitCode(): number | undefined;
  /** CPU seconds, user and system, that the group has used so far, ended children included. */
  cpuSeconds(): Promise<number>;
  /** Sends a signal to every process of the group. */
  signal(name: NodeJS.Signals): void;
  /** Ends the server and waits until it is gone. */
  stop(): Promise<void>;
}

// The guard ignores TERM itself: Apache sends it to its whole group when it stops. A server that is deaf to TERM is
// killed after ten seconds.
const guard = `
"$@" 3<&- &
server=$!
trap '' TERM INT HUP
{ cat <&3 >/dev/null; kill -TERM $server; sleep 10; kill -KILL 0; } 2>/dev/null &
watcher=$!
wait $server
code=$?
kill -KILL $watcher
exit $code
`;

/** Starts `command`; both output streams go to `outputFile`. Whether it serves yet is for the caller to find out. */
export function startServerProcess(
  command: readonly string[],
  options: { outputFile: string; cwd?: string; env?: NodeJS.ProcessEnv },
): ServerProcess {
  const output = openSync(options.outputFile, "a");
  const child = spawn("/bin/sh", ["-c", guard, "guard", ...command], {
    detached: true,
    stdio: ["ignore", output, output, "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  closeSync(output);
  const group = child.pid;
  if (group === undefined) throw new Error(`cannot start ${command[0]}: no shell`);
  const lifeline = child.stdio[3] as Writable;
  lifeline.on("error", () => {});
  child.once("exit", () => lifeline.destroy());
  child.unref();
  (lifeline as Writable & { unref?: () => void }).unref?.();

  return {
    group,
    exitCode: () => endOf(child),
    cpuSeconds: () => groupCpuSeconds(group),
    signal: (name) => {
      if (endOf(child) === undefined) process.kill(-group, name);
    },
    stop: async () => {
      if (endOf(child) !== undefined) return;
      child.ref();
      const ended = once(child, "exit");
      lifeline.destroy();
      await ended;
    },
  };
}

function endOf(child: ChildProcess): number | undefined {
  return child.exitCode ?? (child.signalCode === null ? undefined : 128);
}

/** Clock ticks in a second as the kernel reports times to user space; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

async function groupCpuSeconds(group: number): Promise<number> {
  let ticks = 0;
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "latin1").catch(() => undefined);
    if (stat === undefined) continue;
    // After the name in parentheses: state, parent, group, …, and from the 12th on utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[2]) === group) for (const time of fields.slice(11, 15)) ticks += Number(time);
  }
  return ticks / ticksPerSecond;
}
