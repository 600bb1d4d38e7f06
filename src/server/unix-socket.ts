/**
 * The file side of a Unix socket: what may be removed before listening, who may use the socket, and the `breaker` file
 * beside it in which Lua clients, who have no memory of their own, note that the server does not answer.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { ArbiterError } from "../errors.ts";

/** Permissions of a socket: an octal file mode, and a group by name or number. */
export interface SocketAccess {
  readonly mode: number;
  readonly group: string | undefined;
}

/**
 * Makes the path free: creates its directory, removes a socket on which nobody listens. Throws `address_in_use` where
 * a process listens or something else than a socket is in the way; that is never deleted.
 */
export async function freeSocketPath(path: string, access: SocketAccess): Promise<void> {
  const directory = dirname(path);
  if (statOf(directory) === undefined) {
    attempt(`create ${directory}`, () => mkdirSync(directory, { recursive: true, mode: 0o755 }));
    if (access.group !== undefined) giveToGroup(directory, access.group);
  }
  const found = statOf(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ArbiterError(
      "address_in_use",
      `${path} exists and is not a socket: choose another path or remove it`,
    );
  }
  if (await isAnswered(path)) throw new ArbiterError("address_in_use", `another process listens on ${path}`);
  attempt(`remove the stale socket ${path}`, () => unlinkSync(path));
}

/** Sets mode and group of the bound socket. Throws `io_failed` or `config_invalid`. */
export function openToClients(path: string, access: SocketAccess): void {
  if (access.group !== undefined) giveToGroup(path, access.group);
  attempt(`set the mode of ${path}`, () => chmodSync(path, access.mode));
}

/**
 * Creates the breaker file beside the socket, for the same clients. What stands there already keeps its content; a
 * link is not followed, since in a directory of everybody's it could lead to any file of ours. Throws `io_failed`.
 */
export function createBreaker(socketPath: string, access: SocketAccess): void {
  const path = join(dirname(socketPath), "breaker");
  attempt(`create ${path}`, () => {
    const { O_CREAT, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0o660);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile() || stats.nlink !== 1)
        throw new ArbiterError("io_failed", `${path} is no plain file`);
      if (access.group !== undefined) fchownSync(file, -1, groupId(access.group));
      fchmodSync(file, access.mode);
    } finally {
      closeSync(file);
    }
  });
}

/** Whether everybody may create files in the directory of this path. */
export function isInOpenDirectory(path: string): boolean {
  const directory = statOf(dirname(path));
  return directory !== undefined && (directory.mode & 0o002) !== 0;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw failed(`look at ${path}`, error);
  }
}

function giveToGroup(path: string, group: string): void {
  attempt(`give ${path} to the group ${group}`, () => chownSync(path, -1, groupId(group)));
}

/** The number of a group. Throws `config_invalid` for a name that the system does not know. */
function groupId(group: string): number {
  if (/^[0-9]{1,9}$/.test(group)) return Number(group);
  for (const line of readFileSync("/etc/group", "utf8").split("\n")) {
    const [name, , id] = line.split(":");
    if (name === group) return Number(id);
  }
  throw new ArbiterError("config_invalid", `the group ${group} (server.socketGroup) does not exist`);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.destroy();
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}

function attempt(what: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof ArbiterError) throw error;
    throw failed(what, error);
  }
}

function failed(what: string, cause: unknown): ArbiterError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new ArbiterError("io_failed", `cannot ${what} (${code})`, { cause });
}
