/**
 * The user that web server workers run as when this process is root. Files that they must write or sockets that they
 * must reach are handed to that user's group. Without root, workers run as we do and nothing needs to change hands.
 */
import { chmod, chown, readFile } from "node:fs/promises";

/** The name of the user and group that both servers' workers get on Debian. */
export const serverUser = "www-data";

/**
 * Lets the workers write below `directory` and, by the set-group bit, gives their group to whatever is created there
 * later, such as the verdict server's socket.
 */
export async function handToServerUser(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await findServerUser();
  await chown(directory, uid, gid);
  await chmod(directory, 0o2775);
}

async function findServerUser(): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile("/etc/passwd", "utf8");
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === serverUser);
  if (fields === undefined) throw new Error(`there is no user ${serverUser}`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
