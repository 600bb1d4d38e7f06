/** Adminer on a small register in SQLite, which knows no passwords: everybody gets in with any. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeAccounts } from "./accounts.ts";
import { type Application, phpPackages } from "./application.ts";
import { startPhp } from "./php.ts";
import { registerStatements } from "./register.ts";

export const adminer: Application = {
  name: "adminer",
  host: "register.example.test",
  packages: [...phpPackages, "php8.2-sqlite3", "adminer"],
  start: async (directory) => {
    const accounts = makeAccounts();
    const root = path.join(directory, "root");
    await mkdir(root);
    await copyFile("/usr/share/adminer/adminer.php", path.join(root, "adminer.php"));
    await writeFile(
      path.join(root, "index.php"),
      `<?php
function adminer_object() {
  class Register extends Adminer {
    function login($login, $password) { return true; }
    function credentials() { return ['', '', '']; }
    function databases($flush = true) { return ['register.sqlite']; }
  }
  return new Register;
}
include __DIR__ . '/adminer.php';
`,
    );
    const database = new DatabaseSync(path.join(root, "register.sqlite"));
    for (const statement of registerStatements("sqlite")) database.exec(statement);
    database.close();
    const php = await startPhp({ directory, root });
    return { port: php.port, accounts, stop: php.stop };
  },
};
