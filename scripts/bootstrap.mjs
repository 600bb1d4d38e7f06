/**
 * Runs a script of package.json on a fresh clone: `node scripts/bootstrap.mjs NAME [ARGUMENT…]`. It installs the
 * dependencies where they are missing or not those of the lock file, and puts the Node that comes with them first on the
 * search path. Works on Node 20, and therefore needs nothing but itself.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const project = path.resolve(import.meta.dirname, "..");
const binaries = path.join(project, "node_modules", ".bin");
const oldestNode = [22, 13];

const [name, ...given] = process.argv.slice(2);
const scripts = readJson("package.json").scripts;
if (name === undefined || scripts[name] === undefined) {
  fail(
    2,
    `usage: node scripts/bootstrap.mjs NAME [ARGUMENT…], where NAME is one of: ${Object.keys(scripts).join(" ")}`,
  );
}
if (!isInstalled()) install();
const nodeFolder = findNode();
start(scripts[name], given);

/** True when every package of the lock file is there in its version, but for optional ones of other platforms. */
function isInstalled() {
  const record = path.join("node_modules", ".package-lock.json");
  if (!existsSync(path.join(project, record))) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson("package-lock.json").packages).every(
    ([key, wanted]) =>
      key === "" ||
      (installed[key] === undefined ? wanted.optional : installed[key].version === wanted.version),
  );
}

function install() {
  process.stderr.write("bootstrap: installing dependencies\n");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: project,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) fail(1, "npm ci failed");
}

/** The folder of a Node that is new enough: the one among the dependencies, else the one that runs this. */
function findNode() {
  const own = spawnSync(path.join(binaries, "node"), ["--version"], { encoding: "utf8" });
  if (own.status === 0 && isNewEnough(own.stdout)) return binaries;
  if (isNewEnough(process.version)) return path.dirname(process.execPath);
  return fail(
    1,
    `needs Node ${oldestNode.join(".")} or newer, and node_modules/.bin/node is not there: were install scripts forbidden?`,
  );
}

function isNewEnough(version) {
  const [major, minor] = version.trim().slice(1).split(".").map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

/**
 * Runs the script's command line. A shell stands between us and a command only where the line needs one, so that a
 * signal to us reaches the command. A terminal sends its signals to all of us, others only to us.
 */
function start(command, args) {
  const searchPath = [...new Set([nodeFolder, binaries, ...(process.env.PATH ?? "").split(path.delimiter)])];
  const isOneCommand = /^[\w./@:=, -]+$/.test(command);
  const line = `${isOneCommand ? "exec " : ""}${command} "$@"`;
  const child = spawn("/bin/sh", ["-c", line, name, ...args], {
    cwd: project,
    stdio: "inherit",
    env: { ...process.env, PATH: searchPath.join(path.delimiter) },
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  child.on("error", (error) => fail(1, error.message));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(path.join(project, file), "utf8"));
}

function fail(status, message) {
  process.stderr.write(`bootstrap: ${message}\n`);
  process.exit(status);
}
