/**
 * One directory for each server that is started. Its name holds the process that owns it (pid and start time, since
 * pids come back), so that what a crashed run left behind is recognized and removed by the next one.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(tmpdir(), `arbiter-testbed-${process.getuid?.() ?? 0}`);

/**
 * Makes a directory of our own, which server processes of other users may enter and read.
 * `name` says what it is for and becomes part of the path. Directories of dead owners are removed on the way.
 */
export async function makeWorkDirectory(name: string): Promise<string> {
  await mkdir(root, { recursive: true });
  await chmod(root, 0o755);
  await removeOrphans();
  const directory = await mkdtemp(path.join(root, `${process.pid}-${await startTime(process.pid)}-${name}-`));
  await chmod(directory, 0o755);
  return directory;
}

/** Removes a directory made by `makeWorkDirectory`; one that is gone already is fine. */
export async function removeWorkDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function removeOrphans(): Promise<void> {
  for (const entry of await readdir(root)) {
    const [pid, started] = entry.split("-");
    if ((await startTime(Number(pid))) !== started) await removeWorkDirectory(path.join(root, entry));
  }
}

/** Clock ticks since boot at which a process began, field 22 of its stat file; "gone" when there is no such process. */
async function startTime(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "gone";
  } catch {
    return "gone";
  }
}
