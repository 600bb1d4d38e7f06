/** MediaWiki on SQLite, with the extensions that most wikis have, the visual editor among them. */
import { appendFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { makeAccounts } from "./accounts.ts";
import { type Application, phpPackages } from "./application.ts";
import { copyFolder, runPhp, startPhp } from "./php.ts";

const host = "wiki.example.test";
const extensions = [
  "VisualEditor",
  "WikiEditor",
  "Cite",
  "ParserFunctions",
  "CategoryTree",
  "InputBox",
  "Interwiki",
  "Nuke",
  "ReplaceText",
  "TemplateData",
  "MultimediaViewer",
  "Poem",
];

export const mediawiki: Application = {
  name: "mediawiki",
  host,
  packages: [...phpPackages, "php8.2-sqlite3", "php-apcu", "mediawiki"],
  start: async (directory) => {
    const accounts = makeAccounts();
    const root = path.join(directory, "root");
    const database = path.join(directory, "db");
    await copyFolder("/usr/share/mediawiki", root);
    await mkdir(database);
    await mkdir(path.join(directory, "cache"));
    await rm(path.join(root, "LocalSettings.php"), { force: true });
    const [admin, ...others] = accounts;
    const where = { cwd: root };
    await runPhp(
      [
        "maintenance/install.php",
        ...["--dbtype", "sqlite", "--dbpath", database, "--server", `https://${host}`, "--scriptpath", ""],
        ...["--pass", admin!.password, "Wiki of the boat shed", admin!.name],
      ],
      where,
    );
    await appendFile(
      path.join(root, "LocalSettings.php"),
      `
$wgEnableUploads = true;
$wgFileExtensions = array_merge($wgFileExtensions, ['txt', 'csv']);
$wgStrictFileExtensions = false;
$wgCheckFileExtensions = true;
$wgVerifyMimeType = false;
$wgRateLimits = [];
$wgPasswordAttemptThrottle = [];
$wgJobRunRate = 0;
$wgSessionCacheType = CACHE_DB;
$wgMainCacheType = CACHE_ACCEL;
$wgMessageCacheType = CACHE_ACCEL;
$wgCacheDirectory = '${directory}/cache';
$wgMiserMode = true;
$wgVisualEditorShowBetaWelcome = false;
$wgDefaultUserOptions['usebetatoolbar'] = 1;
$wgGroupPermissions['sysop']['replacetext'] = true;
$wgGroupPermissions['sysop']['interwiki'] = true;
$wgGroupPermissions['sysop']['editsitejs'] = true;
$wgGroupPermissions['sysop']['editsitecss'] = true;
$wgTmpDirectory = '${directory}';
${extensions.map((name) => `wfLoadExtension('${name}');`).join("\n")}
`,
    );
    await runPhp(["maintenance/update.php", "--quick"], where);
    for (const { name, password } of others)
      await runPhp(["maintenance/createAndPromote.php", name, password], where);
    await runPhp(
      [
        "maintenance/createAndPromote.php",
        "--force",
        "--bureaucrat",
        "--custom-groups",
        "interface-admin",
        admin!.name,
      ],
      where,
    );
    const php = await startPhp({ directory, root, ini: ["apc.enable_cli=1", "apc.shm_size=128M"] });
    return { port: php.port, accounts, stop: php.stop };
  },
};
