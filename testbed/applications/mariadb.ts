/** A private MariaDB below a directory, reached over loopback with a password made up for it. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { findFreePort } from "../free-port.ts";
import { findProgram } from "../install.ts";
import { startServerProcess } from "../server-process.ts";
import { until } from "../until.ts";

const run = promisify(execFile);

/** A running database server. */
export interface MariaDb {
  readonly port: number;
  /** An account that may do everything. */
  readonly user: string;
  readonly password: string;
  /** Runs statements as the server's owner; throws with the server's words. */
  execute(statements: string): Promise<void>;
  stop(): Promise<void>;
}

/** The packages that it needs. */
export const mariaDbPackages: readonly string[] = ["mariadb-server"];

/** Sets a server up in `directory` and waits until it answers. Its processes run as the package's own user. */
export async function startMariaDb(directory: string): Promise<MariaDb> {
  const home = path.join(directory, "mariadb");
  const data = path.join(home, "data");
  const socket = path.join(home, "server.sock");
  await mkdir(home);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await run("chown", ["mysql:", home]);
  const asUser = isRoot ? ["--user=mysql"] : [];
  await run("mariadb-install-db", [
    "--no-defaults",
    ...asUser,
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  const port = await findFreePort();
  const server = startServerProcess(
    [
      (await findProgram("mariadbd")) ?? "mariadbd",
      "--no-defaults",
      ...asUser,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      // Nothing here has to survive a crash.
      "--innodb-flush-log-at-trx-commit=0",
      "--skip-log-bin",
      "--skip-name-resolve",
    ],
    { outputFile: path.join(directory, "mariadb.log"), cwd: home },
  );
  const password = randomBytes(12).toString("hex");
  const sql = async (statements: string): Promise<void> => {
    await run("mariadb", ["--no-defaults", `--socket=${socket}`, "--user=root", "--execute", statements]);
  };
  await until("MariaDB to answer", async () => {
    if (server.exitCode() !== undefined) throw new Error(`mariadbd ended; see ${directory}/mariadb.log`);
    return sql("SELECT 1").then(
      () => true,
      () => false,
    );
  });
  await sql(
    `CREATE USER 'keeper'@'%' IDENTIFIED BY '${password}'; GRANT ALL PRIVILEGES ON *.* TO 'keeper'@'%' WITH GRANT OPTION`,
  );
  return { port, user: "keeper", password, execute: sql, stop: () => server.stop() };
}
