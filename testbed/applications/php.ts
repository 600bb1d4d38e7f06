/** PHP's own web server in front of a folder of scripts, and PHP scripts that set an application up. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { findFreePort } from "../free-port.ts";
import { startServerProcess } from "../server-process.ts";
import { until } from "../until.ts";

/** A running PHP. */
export interface PhpServer {
  readonly port: number;
  stop(): Promise<void>;
}

const settings = [
  "opcache.enable_cli=1",
  "opcache.validate_timestamps=0",
  "memory_limit=256M",
  "upload_max_filesize=8M",
  "post_max_size=16M",
  "max_input_vars=5000",
  "display_errors=0",
].flatMap((setting) => ["-d", setting]);

/** Processes that answer; an application may ask itself while it answers. */
const workers = 4;

/** What a server in front that speaks TLS would tell: that the browser came by it. */
const behindTls =
  "<?php\n$_SERVER['HTTPS'] = 'on';\n$_SERVER['SERVER_PORT'] = '443';\n$_SERVER['REQUEST_SCHEME'] = 'https';\n";

/**
 * Serves `root` as if behind TLS. Before a router PHP puts nothing: it has to include `behind-tls.php` itself. `router`, a PHP file, sees each request first. Output goes to `php.log` in `directory`; sessions and uploads
 * are kept there too.
 */
export async function startPhp(options: {
  readonly directory: string;
  readonly root: string;
  readonly router?: string;
  readonly ini?: readonly string[];
}): Promise<PhpServer> {
  const { directory, root, router, ini = [] } = options;
  const port = await findFreePort();
  const prepended = path.join(directory, "behind-tls.php");
  await writeFile(prepended, behindTls);
  const command = [
    "php",
    ...settings,
    ...[
      `session.save_path=${directory}`,
      `sys_temp_dir=${directory}`,
      `auto_prepend_file=${prepended}`,
      ...ini,
    ].flatMap((value) => ["-d", value]),
    "-S",
    `127.0.0.1:${port}`,
    "-t",
    root,
    ...(router === undefined ? [] : [router]),
  ];
  const server = startServerProcess(command, {
    outputFile: path.join(directory, "php.log"),
    cwd: root,
    env: { PHP_CLI_SERVER_WORKERS: String(workers) },
  });
  await until("PHP to answer", async () => {
    if (server.exitCode() !== undefined) throw new Error(`php ended; see ${directory}/php.log`);
    return fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" }).then(
      () => true,
      () => false,
    );
  });
  return {
    port,
    stop: async () => {
      // The workers do not end with the process that forked them.
      server.signal("SIGTERM");
      await server.stop();
    },
  };
}

/** Runs a PHP script from the command line and gives what it printed; throws with its output when it fails. */
export async function runPhp(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { stdout } = await promisify(execFile)("php", ["-d", "memory_limit=256M", ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    maxBuffer: 16 << 20,
  }).catch((error: { message: string; stdout?: string; stderr?: string }) => {
    throw new Error(`php ${args[0]} failed: ${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
  });
  return stdout;
}

/** Copies a package's folder with what its links point to; links that lead nowhere, as to a configuration, are left out. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-rL", from, to], { env: { ...process.env, LC_ALL: "C" } }).catch(
    (error: { stderr: string }) => {
      const complaints = error.stderr.split("\n").filter((line) => line !== "");
      if (!complaints.every((line) => line.startsWith("cp: cannot stat"))) throw error;
    },
  );
}
