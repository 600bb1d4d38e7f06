/**
 * The two releases of the OWASP Core Rule Set that the project is tested with, each in the layout that plain Includes
 * need. CRS 3 is Debian's package; CRS 4 comes through the Go module cache and is laid out in the project's cache.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, exists, findProgram, installPackages } from "./install.ts";

/** The major version of a rule set. */
export type CrsVersion = "3" | "4";

/** A rule set on disk. */
export interface Crs {
  readonly version: CrsVersion;
  /** As the rule set names itself, such as "4.25.0". */
  readonly release: string;
  /** The set-up file, included before everything else. */
  readonly setupFile: string;
  /** The folder of the rule files, which are included in the order of their names. */
  readonly rulesDirectory: string;
  /** The folder of the rule set's own FTW tests, where it brings them. */
  readonly testsDirectory?: string;
}

/** The pinned release of CRS 4: the one place where it is named. The sum is that of Go's checksum database. */
const module4 = {
  path: "github.com/corazawaf/coraza-coreruleset/v4",
  release: "4.25.0",
  sum: "h1:tqFO1lfVpTiyWtlN618OXpZMfw+nnN0Q4///W5W+/HM=",
};

/** Finds the rule set, bringing it first where it is missing; throws with the reason when that is not possible. */
export async function findCrs(version: CrsVersion): Promise<Crs> {
  return version === "3" ? findCrs3() : findCrs4();
}

/** The rule files in the order in which they are included, absolute. */
export async function listRuleFiles(rulesDirectory: string): Promise<readonly string[]> {
  const names = await readdir(rulesDirectory);
  return names
    .filter((name) => name.endsWith(".conf"))
    .sort()
    .map((name) => path.join(rulesDirectory, name));
}

async function findCrs3(): Promise<Crs> {
  if ((await installPackages(["modsecurity-crs"])).length > 0)
    throw new Error("CRS 3 (modsecurity-crs) is missing");
  return {
    version: "3",
    release: "3.3.4",
    setupFile: "/etc/modsecurity/crs/crs-setup.conf",
    rulesDirectory: "/usr/share/modsecurity-crs/rules",
  };
}

async function findCrs4(): Promise<Crs> {
  const directory = path.join(cacheDirectory, `crs-${module4.release}`);
  if (!(await exists(directory))) await layOutCrs4(directory);
  return {
    version: "4",
    release: module4.release,
    setupFile: path.join(directory, "crs-setup.conf"),
    rulesDirectory: path.join(directory, "rules"),
    testsDirectory: path.join(directory, "tests"),
  };
}

/** Builds the layout beside its final place and renames it, so that it is there whole or not at all. */
async function layOutCrs4(directory: string): Promise<void> {
  const source = await downloadModule();
  await mkdir(cacheDirectory, { recursive: true });
  const draft = await mkdtemp(path.join(cacheDirectory, "crs-draft-"));
  // Go makes its module cache read-only; the copies must not be.
  const copy = async (from: string, to: string) =>
    promisify(execFile)("cp", ["-r", "--no-preserve=mode", path.join(source, from), path.join(draft, to)]);
  await copy("rules/@crs-setup.conf.example", "crs-setup.conf");
  await copy("rules/@owasp_crs", "rules");
  await copy("tests", "tests");
  for (const file of await listRuleFiles(path.join(draft, "rules"))) {
    await writeFile(file, separateRules(await readFile(file, "utf8")));
  }
  await promisify(execFile)("chmod", ["755", draft]);
  await rename(draft, directory).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(directory))) throw error;
  });
}

/**
 * The module's files come without comments and blank lines. A chained rule without actions then stands directly before
 * the next rule, which libmodsecurity takes for its actions; a blank line tells the two apart.
 */
function separateRules(text: string): string {
  return text.replace(/(?<!\\)\n(?=[ \t]*Sec)/g, "\n\n");
}

async function downloadModule(): Promise<string> {
  if ((await findProgram("go")) === undefined) await installPackages(["golang-go", "ca-certificates"]);
  const go = await findProgram("go");
  if (go === undefined)
    throw new Error("CRS 4 comes as a Go module, and there is no go program to fetch it with");
  const wanted = `${module4.path}@v${module4.release}`;
  const { stdout } = await promisify(execFile)(go, ["mod", "download", "-json", wanted], { cwd: "/" });
  const answer = JSON.parse(stdout) as { Dir?: string; Sum?: string; Error?: string };
  if (answer.Dir === undefined)
    throw new Error(`go cannot download ${wanted}: ${answer.Error ?? "no reason given"}`);
  if (answer.Sum !== module4.sum) {
    throw new Error(`${wanted} has the sum ${answer.Sum}, expected ${module4.sum}`);
  }
  return answer.Dir;
}
