/** CRS's own linter for rule files, in a Python environment of the project's. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, exists, findProgram, installPackages } from "./install.ts";

const run = promisify(execFile);

/** The pinned release, from the Python package index. */
const release = "1.3.0";

/** One complaint of the linter. */
export interface LintProblem {
  /** Name of the file; "" for what concerns all of them. */
  readonly file: string;
  /** From 1; 0 where the linter names none. */
  readonly line: number;
  readonly text: string;
}

/**
 * Lints the `.conf` files of a folder, which are read in the order of their names. `version` is what every rule must
 * name in `ver`, behind "OWASP_CRS/"; `tags` are the tags that rules may have.
 */
export async function lintRules(
  directory: string,
  options: { version: string; tags: readonly string[]; files: readonly string[] },
): Promise<readonly LintProblem[]> {
  const python = await findLinter();
  const tagsFile = path.join(directory, "tags.txt");
  const filesFile = path.join(directory, "files.txt");
  await writeFile(tagsFile, options.tags.join("\n"));
  // A plugin's rules need no tag with the name of their file.
  await writeFile(filesFile, options.files.join("\n"));
  const rules = options.files.flatMap((file) => ["-r", file]);
  const linter = ["-m", "crs_linter.cli", "-o", "github", "-d", ".", "-t", tagsFile, "-f", filesFile];
  const { stdout, stderr } = await run(python, [...linter, "-v", options.version, ...rules], {
    cwd: directory,
    maxBuffer: 64 << 20,
  }).catch((error: { stdout?: string; stderr?: string }) => {
    // The linter's exit status says that there are complaints; without any output it did not run at all.
    if (!error.stdout?.includes("::")) throw error;
    return { stdout: error.stdout, stderr: error.stderr ?? "" };
  });
  return `${stdout}\n${stderr}`.split("\n").flatMap(parseProblem);
}

function parseProblem(line: string): readonly LintProblem[] {
  const match = /^::error ([^:]*)::(.*)$/.exec(line);
  if (match === null) return [];
  const [, details = "", text = ""] = match;
  // Lines that only say that there are complaints of a kind come with a title and without a line number.
  if (/^(?:Found|There are|Error found)/.test(text)) return [];
  return [
    {
      file: /(?:^|,)file=([^,]*)/.exec(details)?.[1] ?? "",
      line: Number(/(?:^|,)line=(\d+)/.exec(details)?.[1] ?? 0),
      text,
    },
  ];
}

/** The Python that has the linter, after building its environment where it is missing. */
async function findLinter(): Promise<string> {
  const environment = path.join(cacheDirectory, `crs-linter-${release}`);
  const python = path.join(environment, "bin", "python");
  if (await exists(python)) return python;
  const missing = await installPackages(["python3-venv"]);
  const systemPython = await findProgram("python3");
  if (systemPython === undefined)
    throw new Error(`the linter needs Python 3 (missing packages: ${missing.join(" ")})`);
  await mkdir(cacheDirectory, { recursive: true });
  const draft = await mkdtemp(path.join(cacheDirectory, "crs-linter-draft-"));
  await run(systemPython, ["-m", "venv", draft]);
  await run(path.join(draft, "bin", "python"), ["-m", "pip", "install", "-q", `crs-linter==${release}`]);
  await rename(draft, environment).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(python))) throw error;
  });
  return python;
}
