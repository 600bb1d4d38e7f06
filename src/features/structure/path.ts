/** Where a path would lead: out of its folder, to a file that nobody asks for, to another machine, through a wrapper. */
import { isDigit, isWord } from "../characters.ts";
import { phraseFinder } from "./phrase-finder.ts";

/** What a text is as a path or an address. */
export interface PathReading {
  /** Steps up, at most 8. */
  climbs: number;
  /** It names a file or folder of the system or of the application's secrets. */
  secret: boolean;
  /** The text begins with that file's path, from the root. */
  absolute: boolean;
  /** A scheme that reads files or runs code: `php://filter`, `file:///`, `expect://`. */
  wrapper: boolean;
  /** An address of the machine itself or of its neighbours. */
  inside: boolean;
  /** A host in a form that people do not write: a number, octal, hexadecimal, a service that resolves to the inside. */
  oddHost: boolean;
  /** An address of another machine by number. */
  numericHost: boolean;
  /** A name of a service that tells attackers of requests. */
  catcher: boolean;
}

const secrets = [
  "etc/passwd",
  "etc/shadow",
  "etc/hosts",
  "etc/group",
  "etc/issue",
  "etc/crontab",
  "etc/ssh",
  "etc/apache",
  "etc/nginx",
  "etc/httpd",
  "etc/my.cnf",
  "etc/mysql",
  "etc/php",
  "etc/sudoers",
  "etc/resolv",
  "etc/fstab",
  "etc/os-release",
  "proc/self",
  "proc/version",
  "proc/cpuinfo",
  "proc/net",
  "proc/1/",
  "var/log/",
  "var/run/secrets",
  "win.ini",
  "boot.ini",
  "system.ini",
  "windows/system32",
  "winnt/",
  "windows/win",
  "system32/drivers",
  "system32/config",
  "web-inf/",
  "web.xml",
  "web.config",
  "global.asax",
  ".htaccess",
  ".htpasswd",
  ".env",
  ".git/",
  ".svn/",
  ".ssh/",
  ".aws/",
  ".bash_history",
  ".npmrc",
  ".docker",
  "id_rsa",
  "id_dsa",
  "authorized_keys",
  "known_hosts",
  "wp-config",
  "configuration.php",
  "config.inc.php",
  "settings.py",
  "localsettings.php",
  "inetpub/",
  "dev/tcp",
  "dev/random",
  "dev/zero",
  "dev/fd",
  "usr/local/apache",
  "usr/local/etc",
  "usr/lib/cgi",
  "root/.",
  "php.ini",
  "httpd.conf",
  "access_log",
  "access.log",
  "error_log",
  "error.log",
  "kubernetes.io/serviceaccount",
  "sess_",
  "tomcat-users",
  "server.xml",
  "unattend",
  "sam.log",
  "repair/sam",
];

const wrappers = [
  "php://",
  "file://",
  "expect://",
  "phar://",
  "zip://",
  "glob://",
  "ogg://",
  "ssh2://",
  "jar:",
  "gopher://",
  "dict://",
  "ldap://",
  "ldaps://",
  "rmi://",
  "tftp://",
  "netdoc:",
  "data://",
  "zlib:",
  "compress.",
  "iiop://",
  "dns://",
  "smb://",
  "view-source:",
  "local_file:",
];

const insideNames = [
  "localhost",
  "127.",
  "0.0.0.0",
  "169.254.",
  "10.",
  "192.168.",
  "[::",
  "::1",
  "metadata",
  "internal",
  "0177.",
  "0x7f",
  "2130706433",
  "017700000001",
  "0:",
  "[0:",
  "fd00",
  "[fe80",
  "[fd",
  "instance-data",
  "host.docker",
  "host.containers",
  "kubernetes.default",
  "rancher-metadata",
  "100.100.100.200",
  "192.0.0.192",
];

const resolvers = [
  ".nip.io",
  ".xip.io",
  ".sslip.io",
  ".localtest.me",
  ".lvh.me",
  ".1u.ms",
  ".rbndr.us",
  "localdomain",
];

const catchers = [
  "interact.sh",
  "interactsh",
  "oast.",
  "burpcollaborator",
  "dnslog",
  "ceye.io",
  "webhook.site",
  "requestbin",
  "pipedream.net",
  "canarytokens",
  "requestrepo",
  "beeceptor",
  "ngrok",
  "r87.me",
  "bxss.",
  "xss.report",
  "xss.ht",
  "oastify",
  "pingb.in",
  "0x0.st",
];

const groups = { secret: 0, wrapper: 1, resolver: 2, catcher: 3 } as const;
const find = phraseFinder([secrets, wrappers, resolvers, catchers]);

/** Reads a text in lower case as a path and as an address. Pure; linear: names are bounded, and few begin at one place. */
export function readPath(text: string): PathReading {
  const reading: PathReading = {
    climbs: 0,
    secret: false,
    absolute: false,
    wrapper: false,
    inside: false,
    oddHost: false,
    numericHost: false,
    catcher: false,
  };
  const path = text.replaceAll("\\", "/");
  for (let i = path.indexOf("/"); i >= 0; i = path.indexOf("/", i + 1)) {
    const climbs = i >= 2 && path.charCodeAt(i - 1) === 0x2e && path.charCodeAt(i - 2) === 0x2e;
    if (climbs && path.charCodeAt(i - 3) !== 0x2e) reading.climbs = Math.min(8, reading.climbs + 1);
    if (path.charCodeAt(i + 1) === 0x2f) readHost(path, i + 2, reading);
  }
  find(path, (group, at) => {
    if (group === groups.resolver) reading.oddHost = true;
    else if (group === groups.catcher) reading.catcher = true;
    else if (at === 0 || !isWord(path.charCodeAt(at - 1))) {
      if (group === groups.wrapper) reading.wrapper = true;
      else {
        reading.secret = true;
        if (at <= 1 || (path.charCodeAt(1) === 0x3a && at <= 3)) reading.absolute = true;
      }
    }
  });
  if (isInsideName(path, 0) && isHostAlone(path)) reading.inside = true;
  return reading;
}

/** 1 for what a name of the inside begins with. */
const beginsInside = new Uint8Array(256);
for (const name of insideNames) beginsInside[name.charCodeAt(0)] = 1;

function isInsideName(text: string, at: number): boolean {
  return beginsInside[text.charCodeAt(at)] === 1 && insideNames.some((name) => text.startsWith(name, at));
}

/** True where a text begins with a host and nothing but a port, a path or its end behind it. */
function isHostAlone(text: string): boolean {
  let i = 0;
  while (i < 64 && (isWord(text.charCodeAt(i)) || ".:[]-".includes(text[i] ?? " "))) i++;
  return i >= text.length || "/?#".includes(text[i]!);
}

/** Reads the host of an address. */
function readHost(text: string, from: number, reading: PathReading): void {
  let start = from;
  let end = from;
  while (end < text.length && end - from < 128 && !"/?# \t\r\n\"'<>".includes(text[end]!)) {
    if (text.charCodeAt(end) === 0x40) start = end + 1;
    end++;
  }
  if (end === start) return;
  if (start > from) reading.oddHost = true;
  if (isInsideName(text, start)) reading.inside = true;
  if (text.slice(start, end).includes(".internal") || text.slice(start, end).includes(".local"))
    reading.inside = true;
  if (text.slice(start, end).startsWith("172.")) {
    const second = Number(text.slice(start + 4, start + 6));
    if (second >= 16 && second <= 31) reading.inside = true;
  }
  let digits = 0;
  let dots = 0;
  let others = 0;
  for (let i = start; i < end && text.charCodeAt(i) !== 0x3a; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) digits++;
    else if (code === 0x2e) dots++;
    else others++;
  }
  if (others > 0 || digits === 0) {
    if (text.startsWith("0x", start)) reading.oddHost = true;
    return;
  }
  reading.numericHost = dots === 3;
  if (dots !== 3 || text.charCodeAt(start) === 0x30) reading.oddHost = true;
}
