import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectDirectory } from "../../testbed/install.ts";

/** A project in miniature, with an `npm` that only writes down that it was called. */
let project: string;

const packages = {
  "": {},
  "node_modules/a": { version: "1.0.0" },
  "node_modules/other-platform": { version: "1.0.0", optional: true },
};

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), "bootstrap-"));
  await mkdir(path.join(project, "scripts"));
  await copyFile(
    path.join(projectDirectory, "scripts/bootstrap.mjs"),
    path.join(project, "scripts/bootstrap.mjs"),
  );
  await write("package.json", JSON.stringify({ scripts: { show: "node show.mjs", wait: "node wait.mjs" } }));
  await write("package-lock.json", JSON.stringify({ packages }));
  await write("show.mjs", "console.log(process.execPath, ...process.argv.slice(2)); process.exit(7);");
  await write(
    "wait.mjs",
    "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000);",
  );
  await write("bin/npm", `#!/bin/sh\necho "$@" >> ${project}/npm-calls\nexit \${NPM_STATUS:-0}\n`);
  await chmod(path.join(project, "bin/npm"), 0o755);
});
afterEach(() => rm(project, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(project, file)), { recursive: true });
  await writeFile(path.join(project, file), text);
}

/** Puts the dependencies there, with this version of the one that every platform has. */
async function installed(version: string): Promise<void> {
  const there = { "node_modules/a": { version } };
  await write("node_modules/.package-lock.json", JSON.stringify({ packages: there }));
  await mkdir(path.join(project, "node_modules/.bin"), { recursive: true });
  await symlink(process.execPath, path.join(project, "node_modules/.bin/node"));
}

const environment = (more: Record<string, string> = {}) => ({
  ...process.env,
  PATH: `${path.join(project, "bin")}:${process.env["PATH"]}`,
  ...more,
});

function bootstrap(args: readonly string[], more: Record<string, string> = {}) {
  const script = path.join(project, "scripts/bootstrap.mjs");
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8", env: environment(more) });
}

const npmCalls = () => readFile(path.join(project, "npm-calls"), "utf8").catch(() => "");

describe("bootstrap", () => {
  it("passes arguments and the exit code on, and uses the Node among the dependencies", async () => {
    await installed("1.0.0");
    const { status, stdout } = bootstrap(["show", "a b", "$HOME"]);
    expect(status).toBe(7);
    expect(stdout).toMatch(/ a b \$HOME\n$/);
    expect(await npmCalls()).toBe("");
  });

  it.each([["missing"], ["of another version"]])("installs dependencies that are %s", async (state) => {
    if (state !== "missing") await installed("1.0.1");
    expect(bootstrap(["show"]).status).toBe(7);
    expect(await npmCalls()).toMatch(/^ci /);
  });

  it("gives up when the installation fails", async () => {
    const { status, stderr } = bootstrap(["show"], { NPM_STATUS: "1" });
    expect(status).toBe(1);
    expect(stderr).toContain("npm ci failed");
  });

  it("names the scripts that there are when it does not know one", async () => {
    const { status, stderr } = bootstrap(["shwo"]);
    expect(status).toBe(2);
    expect(stderr).toContain("one of: show wait");
  });

  it("hands a signal to the script and ends as it ends", async () => {
    await installed("1.0.0");
    const script = path.join(project, "scripts/bootstrap.mjs");
    const child = spawn(process.execPath, [script, "wait"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: environment(),
    });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([9, null]);
  });
});
