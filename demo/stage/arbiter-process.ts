/** Starts Arbiter's own commands as an operator does, and waits for their ready line. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { projectDirectory } from "../../testbed/install.ts";
import { type ServerProcess, startServerProcess } from "../../testbed/server-process.ts";
import { until } from "../../testbed/until.ts";

/** A running `arbiter serve` or `arbiter gateway`. */
export interface ArbiterProcess {
  /** What the ready line named: a socket or HOST:PORT. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts `arbiter` with these arguments; its output goes to a file of this name in `directory`. Throws with that output when
 * it ends early.
 */
export async function startArbiter(
  args: readonly string[],
  directory: string,
  name: string,
): Promise<ArbiterProcess> {
  const outputFile = path.join(directory, `${name}.log`);
  const main = path.join(projectDirectory, "src/cli/main.ts");
  const server: ServerProcess = startServerProcess([process.execPath, main, ...args], { outputFile });
  const address = await until(`arbiter ${args[0]} to be ready`, async () => {
    const output = await readFile(outputFile, "utf8");
    const ready = output.split("\n").find((line) => line.startsWith("arbiter: ready on "));
    if (ready !== undefined) return ready.slice("arbiter: ready on ".length);
    if (server.exitCode() !== undefined) throw new Error(`arbiter ${args[0]} did not start:\n${output}`);
    return undefined;
  });
  return { address, stop: () => server.stop() };
}
