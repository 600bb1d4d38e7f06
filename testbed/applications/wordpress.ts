/** WordPress with its block theme, some pages and open comments, on a MariaDB of its own. It asks nobody outside. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeAccounts } from "./accounts.ts";
import { type Application, phpPackages } from "./application.ts";
import { mariaDbPackages, startMariaDb } from "./mariadb.ts";
import { copyFolder, runPhp, startPhp } from "./php.ts";

const host = "blog.example.test";

const installer = `<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '${host}';
$_SERVER['HTTPS'] = 'on';
$people = json_decode(getenv('PEOPLE'), true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Notes from the boat shed', $people[0]['name'], 'office@example.test', true, '', $people[0]['password']);
foreach (array_slice($people, 1) as $i => $person)
  wp_insert_user(['user_login' => $person['name'], 'user_pass' => $person['password'], 'role' => $i % 2 ? 'author' : 'editor',
    'user_email' => "person$i@example.test", 'display_name' => $person['name']]);
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('comment_moderation', 0);
update_option('comment_previously_approved', 0);
update_option('comment_registration', 0);
update_option('users_can_register', 1);
foreach (['About us', 'Prices & opening times', 'Contact'] as $title)
  wp_insert_post(['post_title' => $title, 'post_content' => '<!-- wp:paragraph --><p>To be written.</p><!-- /wp:paragraph -->', 'post_status' => 'publish', 'post_type' => 'page', 'post_author' => 1]);
foreach (range(1, 12) as $i)
  wp_insert_post(['post_title' => "Report $i from the shed", 'post_content' => '<!-- wp:paragraph --><p>What we did this week.</p><!-- /wp:paragraph -->', 'post_status' => 'publish', 'comment_status' => 'open', 'post_author' => 1]);
flush_rewrite_rules();
echo 'installed';
`;

/** PHP's server asks this about each request: what is no file goes to the front page's script. */
const router = `<?php
require __DIR__ . '/behind-tls.php';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$file = __DIR__ . '/root' . $path;
if (is_dir($file) && is_file(rtrim($file, '/') . '/index.php') && substr($path, -1) === '/') {
  $_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = rtrim($path, '/') . '/index.php';
  chdir(rtrim($file, '/'));
  require rtrim($file, '/') . '/index.php';
  return true;
}
if (is_file($file)) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
chdir(__DIR__ . '/root');
require __DIR__ . '/root/index.php';
`;

export const wordpress: Application = {
  name: "wordpress",
  host,
  packages: [
    ...phpPackages,
    ...mariaDbPackages,
    "php8.2-mysql",
    "wordpress",
    "wordpress-theme-twentytwentythree",
  ],
  start: async (directory) => {
    const accounts = makeAccounts();
    const database = await startMariaDb(directory);
    await database.execute("CREATE DATABASE blog CHARACTER SET utf8mb4");
    const root = path.join(directory, "root");
    await copyFolder("/usr/share/wordpress", root);
    await rm(path.join(root, "wp-config.php"), { force: true });
    await mkdir(path.join(root, "wp-content/uploads"), { recursive: true });
    const keys = ["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"].flatMap((name) =>
      ["KEY", "SALT"].map((kind) => `define('${name}_${kind}', '${name}${kind}${database.password}');`),
    );
    await writeFile(
      path.join(root, "wp-config.php"),
      `<?php
define('DB_NAME', 'blog');
define('DB_USER', '${database.user}');
define('DB_PASSWORD', '${database.password}');
define('DB_HOST', '127.0.0.1:${database.port}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
${keys.join("\n")}
define('WP_HOME', 'https://${host}');
define('WP_SITEURL', 'https://${host}');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('FS_METHOD', 'direct');
define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`,
    );
    await writeFile(path.join(root, "install-once.php"), installer);
    const people = JSON.stringify(accounts.map(({ name, password }) => ({ name, password })));
    const said = await runPhp(["install-once.php"], { cwd: root, env: { PEOPLE: people } });
    if (!said.includes("installed")) throw new Error(`WordPress was not installed: ${said.slice(-500)}`);
    await rm(path.join(root, "install-once.php"));
    if ((await readdir(path.join(root, "wp-content/themes"))).length === 0)
      throw new Error("WordPress has no theme");
    const routerFile = path.join(directory, "router.php");
    await writeFile(routerFile, router);
    const php = await startPhp({ directory, root, router: routerFile });
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
