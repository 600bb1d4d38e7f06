import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectDirectory } from "../../testbed/install.ts";
import { startServerProcess } from "../../testbed/server-process.ts";
import { until } from "../../testbed/until.ts";
import { makeWorkDirectory, removeWorkDirectory } from "../../testbed/work-directory.ts";

let directory: string;
beforeEach(async () => {
  directory = await makeWorkDirectory("process");
});
afterEach(() => removeWorkDirectory(directory));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const numberIn = async (file: string) => Number(await readFile(file, "utf8").catch(() => "0"));

describe("a server process", () => {
  it("ends on stop, and what it printed is kept", async () => {
    const outputFile = path.join(directory, "output.log");
    const server = startServerProcess(["sh", "-c", "echo hello; exec sleep 600"], { outputFile });
    await until("the greeting", async () => (await readFile(outputFile, "utf8")) === "hello\n");
    expect(server.exitCode()).toBeUndefined();
    await server.stop();
    expect(server.exitCode()).toBeDefined();
    await server.stop();
  });

  it("reports the exit code of one that ends by itself", async () => {
    const server = startServerProcess(["sh", "-c", "exit 3"], {
      outputFile: path.join(directory, "output.log"),
    });
    await until("its end", () => server.exitCode() !== undefined);
    expect(server.exitCode()).toBe(3);
  });

  it("counts the CPU time of its whole group", async () => {
    const work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    const server = startServerProcess(["sh", "-c", `(${work}) & (${work}) & wait; exec sleep 600`], {
      outputFile: path.join(directory, "output.log"),
    });
    await until("some work", async () => (await server.cpuSeconds()) > 0.05);
    await server.stop();
  });

  it("dies with a parent that is killed without warning", async () => {
    const pidFile = path.join(directory, "pid");
    const starter = `
      import { startServerProcess } from ${JSON.stringify(path.join(projectDirectory, "testbed/server-process.ts"))};
      startServerProcess(["sh", "-c", "echo $$ > ${pidFile}; exec sleep 600"], { outputFile: ${JSON.stringify(path.join(directory, "output.log"))} });
      setInterval(() => {}, 1000);
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", starter], { stdio: "ignore" });
    const pid = await until("the server's pid", () => numberIn(pidFile).then((found) => found || undefined));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await until("the server's end", () => !isAlive(pid));
  });
});
