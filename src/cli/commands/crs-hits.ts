/** `arbiter crs-hits`: writes the plugin's generated file for the Core Rule Set that is installed here. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { ArbiterError } from "../../errors.ts";
import { writeHitsFile } from "../../seclang/crs-hits.ts";

/** Where packages and images put the rule files. */
const usualFolders = [
  "/usr/share/modsecurity-crs/rules",
  "/etc/modsecurity/crs/rules",
  "/opt/owasp-crs/rules",
  "/etc/modsecurity.d/owasp-crs/rules",
  "/etc/nginx/modsecurity/crs/rules",
  "/etc/httpd/modsecurity.d/owasp-crs/rules",
];

/** The command for `cli/main.ts`. */
export function crsHitsCommand(): Command {
  return new Command("crs-hits")
    .description(
      "write arbiter-hits-after.conf, which shows the plugin the matched rules of the installed rule set",
    )
    .option(
      "--rules <directory>",
      "folder of the rule set's .conf files (default: the first usual one that exists)",
    )
    .requiredOption("--out <file>", "file to write, such as plugins/arbiter-hits-after.conf")
    .option(
      "--copy <directory>",
      "folder to make, with a copy of the rules that is faster under libmodsecurity 3",
    )
    .action(async ({ rules, out, copy }: { rules?: string; out: string; copy?: string }) => {
      const rulesDirectory = rules ?? usualFolders.find((folder) => existsSync(folder));
      if (rulesDirectory === undefined) {
        throw new ArbiterError(
          "io_failed",
          `no rule set in the usual folders (${usualFolders.join(", ")}); name it with --rules`,
        );
      }
      const { release, scoredRules } = await writeHitsFile({
        rulesDirectory,
        outFile: out,
        copyDirectory: copy,
      });
      const count = `${scoredRules.length} scored rule${scoredRules.length === 1 ? "" : "s"}`;
      process.stdout.write(`${out}: ${count} of ${release || "a rule set without a release"}\n`);
    });
}
