/**
 * Brings the programs that tests and demo need: Debian packages by apt-get where this process is root on a Debian, and
 * otherwise a plain statement of what has to be left out.
 */
import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The project's own folder, absolute. */
export const projectDirectory: string = path.resolve(import.meta.dirname, "..");

/** Where downloaded things are kept between runs; never committed. */
export const cacheDirectory: string = path.join(projectDirectory, ".cache");

/** The Debian packages with both web servers, both ModSecurity engines, CRS 3 and the library of the Lua clients. */
export const wafPackages: readonly string[] = [
  "apache2",
  "libapache2-mod-security2",
  "modsecurity-crs",
  "lua-socket",
  "nginx",
  "libnginx-mod-http-modsecurity",
  "libmodsecurity3",
];

/**
 * Installs those of `packages` that are missing. Gives the packages that are still missing afterwards, having said so on
 * standard error; an empty list means that everything is there. Runs of several processes wait for one another.
 */
export async function installPackages(packages: readonly string[]): Promise<readonly string[]> {
  const wanted = await findMissing(packages);
  if (wanted.length === 0) return [];
  const obstacle = await findObstacle();
  if (obstacle === undefined) await install(wanted);
  const missing = obstacle === undefined ? await findMissing(packages) : wanted;
  if (missing.length > 0) {
    const reason = obstacle ?? "apt-get did not install them";
    process.stderr.write(`testbed: left out, because ${reason}: ${missing.join(" ")}\n`);
  }
  return missing;
}

/** The full path of a program on the search path (with the system folders that non-root users lack), if there is one. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = [
    ...(process.env["PATH"] ?? "").split(":"),
    "/usr/local/go/bin",
    "/usr/local/sbin",
    "/usr/sbin",
  ];
  for (const folder of folders) {
    const candidate = path.join(folder, name);
    if (folder !== "" && (await exists(candidate))) return candidate;
  }
  return undefined;
}

/** True when the file or folder is there. */
export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function findMissing(packages: readonly string[]): Promise<readonly string[]> {
  // dpkg-query fails when one of the packages is unknown to it, but still prints the others.
  const { stdout } = await run("dpkg-query", [
    "-W",
    "-f",
    "${Package} ${db:Status-Status}\\n",
    ...packages,
  ]).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }));
  const installed = new Set(stdout.split("\n").map((line) => line.trim()));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

async function findObstacle(): Promise<string | undefined> {
  if ((await findProgram("apt-get")) === undefined) return "this machine has no apt-get";
  if (process.getuid?.() !== 0) return "only root may install packages";
  return undefined;
}

/**
 * One installation at a time: dpkg's own lock does not cover the package lists. The programs are wanted, not two
 * services that both claim port 80: Debian's switch for that is a policy program, which is put in place meanwhile if the
 * machine has none of its own. A failed update leaves the lists that are there; they may be enough.
 */
const installation = `
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
apt-get -q -o DPkg::Lock::Timeout=600 update
apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@"
`;

async function install(packages: readonly string[]): Promise<void> {
  process.stderr.write(`testbed: installing ${packages.join(" ")}\n`);
  await mkdir(cacheDirectory, { recursive: true });
  const lock = path.join(cacheDirectory, "apt.lock");
  await run("flock", [lock, "sh", "-c", installation, "sh", ...packages], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    maxBuffer: 64 << 20,
  }).catch((error: { stderr?: string }) => {
    process.stderr.write(`testbed: apt-get failed\n${error.stderr ?? ""}`);
  });
}
