/** The real verdict server, started from source on a Unix socket that the WAF's workers can reach. */
import { access, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { projectDirectory } from "./install.ts";
import { startServerProcess } from "./server-process.ts";
import { handToServerUser } from "./server-user.ts";
import { until } from "./until.ts";
import { makeWorkDirectory, removeWorkDirectory } from "./work-directory.ts";

/** How to start the verdict server. */
export interface ArbiterServerOptions {
  /** Detector file. Default: the one that ships. */
  readonly model?: string;
  /** More arguments of `arbiter serve`. */
  readonly arguments?: readonly string[];
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running verdict server. */
export interface ArbiterServer {
  /** Path of its Unix socket. */
  readonly socket: string;
  /** Its own directory, in which the socket lies; removed by `stop`. */
  readonly directory: string;
  /** Id of its process group. */
  readonly group: number;
  /** Everything it printed so far. */
  output(): Promise<string>;
  /** CPU seconds, user and system, so far. */
  cpuSeconds(): Promise<number>;
  /** Sends a signal to the server; SIGSTOP and SIGCONT freeze and wake it. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Starts `arbiter serve` and waits until it says that it is ready; throws with its own words when it ends before. */
export async function startArbiterServer(options: ArbiterServerOptions = {}): Promise<ArbiterServer> {
  const directory = await makeWorkDirectory("arbiter");
  const socketDirectory = path.join(directory, "run");
  await mkdir(socketDirectory);
  await handToServerUser(socketDirectory);
  const socket = path.join(socketDirectory, "arbiter.sock");
  const outputFile = path.join(directory, "output.log");
  const command = [
    process.execPath,
    path.join(projectDirectory, "src/cli/main.ts"),
    "serve",
    "--socket",
    socket,
  ];
  if (options.model !== undefined) command.push("--model", options.model);
  const server = startServerProcess([...command, ...(options.arguments ?? [])], {
    outputFile,
    cwd: projectDirectory,
    env: { ...options.environment },
  });
  const output = () => readFile(outputFile, "utf8");
  try {
    await until("the verdict server to be ready", async () => {
      if (server.exitCode() !== undefined) throw new Error(`arbiter serve did not start:\n${await output()}`);
      return /^arbiter: ready on /m.test(await output());
    });
    await access(socket);
  } catch (error) {
    await server.stop();
    await removeWorkDirectory(directory);
    throw error;
  }
  return {
    socket,
    directory,
    group: server.group,
    output,
    cpuSeconds: () => server.cpuSeconds(),
    signal: (name) => server.signal(name),
    stop: async () => {
      server.signal("SIGCONT");
      await server.stop();
      await removeWorkDirectory(directory);
    },
  };
}
