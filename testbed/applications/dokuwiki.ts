/** DokuWiki: a wiki that keeps its pages in files. Everybody may read, edit and upload; one account administrates. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeAccounts } from "./accounts.ts";
import { type Account, type Application, phpPackages } from "./application.ts";
import { copyFolder, runPhp, startPhp } from "./php.ts";

const packaged = "/usr/share/dokuwiki";
const packagedConfiguration = "/etc/dokuwiki";

export const dokuwiki: Application = {
  name: "dokuwiki",
  host: "handbook.example.test",
  packages: [...phpPackages, "dokuwiki"],
  start: async (directory) => {
    const accounts = makeAccounts();
    const root = path.join(directory, "root");
    const configuration = path.join(directory, "conf");
    await copyFolder(packaged, root);
    await copyFolder(packagedConfiguration, configuration);
    const data = path.join(directory, "data");
    for (const folder of [
      "attic",
      "cache",
      "index",
      "locks",
      "log",
      "media",
      "media_attic",
      "media_meta",
      "meta",
      "pages",
      "tmp",
    ])
      await mkdir(path.join(data, folder), { recursive: true });
    const preload = path.join(root, "inc/preload.php");
    const text = await readFile(preload, "utf8");
    await writeFile(preload, text.replaceAll(packagedConfiguration, configuration));
    await writeFile(
      path.join(configuration, "local.php"),
      `<?php
$conf['title'] = 'Handbook of the boat shed';
$conf['license'] = 'cc-by-sa';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['savedir'] = '${data}';
$conf['updatecheck'] = 0;
$conf['disableactions'] = '';
`,
    );
    await writeFile(path.join(configuration, "acl.auth.php"), "# <?php exit()?>\n*\t@ALL\t8\n*\t@user\t8\n");
    await writeFile(path.join(configuration, "users.auth.php"), await userLines(accounts, root));
    const php = await startPhp({ directory, root });
    return { port: php.port, accounts, stop: php.stop };
  },
};

async function userLines(accounts: readonly Account[], cwd: string): Promise<string> {
  const hash =
    "foreach (array_slice($argv, 1) as $p) echo password_hash($p, PASSWORD_BCRYPT, ['cost' => 6]), \"\\n\";";
  const printed = await runPhp(["-r", hash, "--", ...accounts.map(({ password }) => password)], { cwd });
  const hashes = printed.trim().split("\n");
  const lines = accounts.map(
    ({ name, isAdmin }, index) =>
      `${name.toLowerCase()}:${hashes[index]}:${name}:${name.toLowerCase()}@shed.example.test:${isAdmin ? "admin,user" : "user"}\n`,
  );
  return `# <?php exit()?>\n${lines.join("")}`;
}
