/** phpMyAdmin in front of a MariaDB of its own that holds a small register; it keeps its bookmarks and history there too. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeAccounts } from "./accounts.ts";
import { type Application, phpPackages } from "./application.ts";
import { mariaDbPackages, startMariaDb } from "./mariadb.ts";
import { copyFolder, startPhp } from "./php.ts";
import { registerStatements } from "./register.ts";

const packaged = "/usr/share/phpmyadmin";

/** phpMyAdmin's own tables, by the name of the setting. */
const ownTables = {
  bookmarktable: "bookmark",
  relation: "relation",
  table_info: "table_info",
  column_info: "column_info",
  history: "history",
  table_uiprefs: "table_uiprefs",
  tracking: "tracking",
  userconfig: "userconfig",
  recent: "recent",
  favorite: "favorite",
  savedsearches: "savedsearches",
  central_columns: "central_columns",
  export_templates: "export_templates",
  navigationhiding: "navigationhiding",
};

export const phpmyadmin: Application = {
  name: "phpmyadmin",
  host: "db.example.test",
  packages: [...phpPackages, ...mariaDbPackages, "php8.2-mysql", "phpmyadmin"],
  start: async (directory) => {
    const accounts = makeAccounts();
    const database = await startMariaDb(directory);
    await database.execute(
      "CREATE DATABASE shed CHARACTER SET utf8mb4; CREATE DATABASE juniors CHARACTER SET utf8mb4",
    );
    await database.execute(`USE shed; ${registerStatements("mariadb").join("; ")}`);
    await database.execute(`USE juniors; ${registerStatements("mariadb").join("; ")}`);
    await database.execute(await readFile(path.join(packaged, "sql/create_tables.sql"), "utf8"));
    await database.execute(
      accounts
        .map(({ name, password, isAdmin }) => {
          const where = isAdmin ? "*.*" : "`shed`.*";
          return `CREATE USER '${name}'@'%' IDENTIFIED BY '${password}'; GRANT ALL ON ${where} TO '${name}'@'%'; GRANT ALL ON \`juniors\`.* TO '${name}'@'%'`;
        })
        .join("; "),
    );
    const root = path.join(directory, "root");
    await copyFolder(packaged, root);
    const configuration = path.join(directory, "config.inc.php");
    const temporary = path.join(directory, "tmp");
    await mkdir(temporary);
    const vendor = path.join(root, "libraries/vendor_config.php");
    const text = await readFile(vendor, "utf8");
    await writeFile(
      vendor,
      text
        .replaceAll("/etc/phpmyadmin/config.inc.php", configuration)
        .replaceAll("/var/lib/phpmyadmin/tmp/", `${temporary}/`),
    );
    const tables = Object.entries(ownTables).map(
      ([setting, name]) => `$cfg['Servers'][1]['${setting}'] = 'pma__${name}';`,
    );
    await writeFile(
      configuration,
      `<?php
$cfg['blowfish_secret'] = '${database.password}12345678';
$cfg['Servers'][1]['auth_type'] = 'cookie';
$cfg['Servers'][1]['host'] = '127.0.0.1';
$cfg['Servers'][1]['port'] = '${database.port}';
$cfg['Servers'][1]['controluser'] = '${database.user}';
$cfg['Servers'][1]['controlpass'] = '${database.password}';
$cfg['Servers'][1]['pmadb'] = 'phpmyadmin';
${tables.join("\n")}
$cfg['SendErrorReports'] = 'never';
$cfg['VersionCheck'] = false;
$cfg['LoginCookieRecall'] = true;
`,
    );
    const php = await startPhp({ directory, root });
    return {
      port: php.port,
      accounts,
      stop: async () => {
        await php.stop();
        await database.stop();
      },
    };
  },
};
