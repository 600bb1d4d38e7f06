/**
 * Debian's attack tools, let loose on the shop for a bounded time, with the user agent of a browser. They go through a
 * recorder and the web server without rules, so that they find something and get far; what they sent is then replayed
 * through every configuration.
 */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findProgram } from "../../testbed/install.ts";
import { startRecorder } from "../recorder.ts";
import type { Draft } from "../requests/request.ts";

/** The tools; sqlmap is told apart in every count, since public training data holds its output. */
export const toolNames = ["sqlmap", "wapiti", "ffuf"] as const;

/** The name of a tool, which is also its program and its Debian package. */
export type ToolName = (typeof toolNames)[number];

/** What a tool sent, or why it did not run. */
export interface ToolRun {
  readonly name: ToolName;
  readonly drafts: readonly Draft[];
  readonly leftOut?: string;
}

const agent =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

/** Seconds that a tool may take. */
export const toolSeconds = 45;

function argumentsOf(name: ToolName, base: string, directory: string): string[] {
  switch (name) {
    case "sqlmap":
      return [
        ...["-u", `${base}/search?q=saw&page=1`, "-p", "q", "--batch", "--level", "1", "--risk", "1"],
        ...["--technique", "BEU", "--tables", "--user-agent", agent, "--threads", "2", "--retries", "0"],
        ...["--output-dir", directory, "--disable-coloring"],
      ];
    case "wapiti":
      return [
        ...["-u", `${base}/`, "-s", `${base}/hello?name=Sam`, "-s", `${base}/download?file=level.txt`],
        ...["-m", "sql,xss,file,exec", "-A", agent, "--max-scan-time", "20", "--max-attack-time", "8"],
        ...["--store-session", directory, "--store-config", directory, "-f", "json", "--no-bugreport"],
        ...["-o", path.join(directory, "report.json"), "--max-links-per-page", "30", "-d", "3"],
      ];
    case "ffuf":
      return [
        ...["-w", path.join(directory, "words.txt"), "-u", `${base}/FUZZ`, "-H", `User-Agent: ${agent}`],
        ...["-t", "4", "-maxtime", "20", "-s"],
      ];
  }
}

/** Names that people leave lying about on web servers. */
const words =
  `admin administrator backup backup.zip .env .git/HEAD .htaccess .svn/entries api/v1 api/v2 config config.yml
console cgi-bin/status db.sqlite3 debug dump.sql id_rsa info.php login.bak logs old phpinfo.php private robots.txt
server-status settings.ini setup shell.php sitemap.xml staging test.php tmp upload users.csv vendor web.config wp-login.php`
    .split(/\s+/)
    .join("\n");

/** Runs one tool against the server on `upstreamPort`. Never throws: a tool that is missing or breaks is left out, with the reason. */
export async function runTool(name: ToolName, upstreamPort: number, directory: string): Promise<ToolRun> {
  const program = await findProgram(name);
  if (program === undefined) return { name, drafts: [], leftOut: `${name} is not installed` };
  const home = path.join(directory, name);
  await mkdir(home, { recursive: true });
  await writeFile(path.join(home, "words.txt"), words);
  const recorder = await startRecorder(upstreamPort);
  try {
    await runBounded(program, argumentsOf(name, `http://localhost:${recorder.port}`, home), home);
  } finally {
    await recorder.close();
  }
  if (recorder.drafts.length === 0) return { name, drafts: [], leftOut: `${name} sent nothing` };
  return { name, drafts: recorder.drafts };
}

/** Runs a program until it ends or its time is up. Its group ends with it. */
function runBounded(program: string, args: readonly string[], home: string): Promise<void> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, LANG: "C.UTF-8", no_proxy: "*" };
    const child = spawn(program, args, { cwd: home, env, stdio: "ignore", detached: true });
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // The group is gone already.
      }
    };
    const timer = setTimeout(end, toolSeconds * 1000);
    const onParentExit = end;
    process.once("exit", onParentExit);
    const finish = (): void => {
      clearTimeout(timer);
      process.off("exit", onParentExit);
      end();
      resolve();
    };
    child.once("error", finish);
    child.once("exit", finish);
  });
}
