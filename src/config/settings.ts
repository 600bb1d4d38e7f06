/**
 * Every setting of the server and the gateway, as one table. Validation, command-line options, the reference page and
 * the example file are made from it, so that they cannot drift apart.
 */
import type { Points } from "../verdict/decide.ts";
import type { OperatingPoints, Preset } from "../verdict/operating-point.ts";
import { presets } from "../verdict/operating-point.ts";
import type { ModelSettings } from "./model-settings.ts";
import { both, gateway, type Setting, serve, type ValueOf } from "./setting.ts";

/** The table, in the order in which people read about it. The part of a name before the dot is its group in the file. */
export const settingTable = {
  "server.socket": {
    type: "path",
    default: undefined,
    flag: "--socket",
    usedBy: serve,
    why: "The Unix socket to listen on. Where neither a socket nor an address is given it is /run/arbiter/arbiter.sock, the place where the CRS plugin looks.",
  },
  "server.socketMode": {
    type: "file mode",
    default: "0660",
    usedBy: serve,
    why: "Permissions of the socket. Whoever may write to it may ask for verdicts: the owner and the group, nobody else.",
  },
  "server.socketGroup": {
    type: "text",
    default: undefined,
    usedBy: serve,
    why: "Group of the socket, by name or number: that of the web server's workers, www-data on Debian. Not set: the group of the process.",
  },
  "server.listen": {
    type: "address",
    default: undefined,
    flag: "--listen",
    usedBy: serve,
    why: "The TCP address to listen on, for web servers in other containers or on other hosts. Not set: no TCP. Port 0 takes a free one.",
  },
  "server.tokenFile": {
    type: "path",
    default: undefined,
    usedBy: serve,
    why: "A file that holds the token which callers over TCP must show (`Authorization: Bearer …`), at least 16 characters. Obligatory where the address is not a loopback one.",
  },
  "server.readTokenFile": {
    type: "path",
    default: undefined,
    usedBy: serve,
    why: "A file with a second token that may read the metrics and nothing else, for the monitoring system.",
  },
  "server.deadlineMs": {
    type: "integer",
    unit: "ms",
    range: [1, 60_000],
    default: 1_000,
    usedBy: both,
    reloads: true,
    why: "How long a request may wait for its verdict where the caller names no deadline. Work past its deadline is not started, so that an overloaded server does not waste its time on answers that nobody reads.",
  },
  "server.connections": {
    type: "integer",
    unit: "connections",
    range: [1, 65_536],
    default: 1_024,
    usedBy: both,
    why: "Open connections on each listener; further ones are closed at once. Above the number of workers of most web servers.",
  },
  "server.inFlight": {
    type: "integer",
    unit: "requests",
    range: [1, 65_536],
    default: 512,
    usedBy: serve,
    why: "Requests that may be in the middle of arriving. Further ones are refused quickly (`overloaded`), so that those inside are answered in time.",
  },
  "server.bufferMiB": {
    type: "integer",
    unit: "MiB",
    range: [4, 4_096],
    default: 32,
    usedBy: both,
    why: "Memory for messages (in the gateway: request bodies) that are still arriving, all together. Keeps a flood of large bodies from exhausting the machine.",
  },
  "server.messageKiB": {
    type: "integer",
    unit: "KiB",
    range: [64, 65_536],
    default: 2_048,
    usedBy: serve,
    why: "Size of one message. Bodies are inspected up to 1 MiB; twice that leaves room for base64 and the header block.",
  },
  "server.headersTimeoutMs": {
    type: "integer",
    unit: "ms",
    range: [100, 600_000],
    default: 1_000,
    usedBy: both,
    why: "How long a caller may take to send its header block. Web servers on the same machine need a millisecond; slow senders are attacks. (The gateway, whose callers are browsers, takes 20 times as long.)",
  },
  "server.requestTimeoutMs": {
    type: "integer",
    unit: "ms",
    range: [100, 600_000],
    default: 2_000,
    usedBy: serve,
    why: "How long a caller may take to send one whole message.",
  },
  "server.drainMs": {
    type: "integer",
    unit: "ms",
    range: [0, 600_000],
    default: 5_000,
    usedBy: both,
    why: "How long a stop waits for requests in flight. Below the 10 s after which container managers kill.",
  },
  "detector.model": {
    type: "path",
    default: undefined,
    flag: "--model",
    usedBy: both,
    reloads: true,
    why: "The detector file. Not set: the default one that ships with Arbiter.",
  },
  "detector.preset": {
    type: "word",
    words: presets,
    default: "balanced",
    flag: "--preset",
    usedBy: both,
    reloads: true,
    why: "How hard requests are judged. Where Arbiter acts on its own, `strict` may call 1 of 100 ordinary requests an attack, `balanced` 1 of 1,000, `lenient` 1 of 10,000; as a second opinion they keep 99.9, 99.6 and 98 % of the attacks behind the alarms. The web server need not know, and need not be restarted.",
  },
  "detector.profiles": {
    type: "path",
    default: undefined,
    flag: "--profiles",
    usedBy: both,
    why: "The file of application profiles: what is normal on each site. It is made where there is none, learnt from what the server is asked about and given, and saved every minute and at the end. Not set: every site is judged as an unknown one.",
  },
  "detector.profilesFrozen": {
    type: "switch",
    default: false,
    flag: "--frozen",
    usedBy: both,
    why: "Use the application profiles and learn nothing more: for nodes that get their profiles from elsewhere, and for measurements.",
  },
  "collect.file": {
    type: "path",
    default: undefined,
    flag: "--collect",
    usedBy: serve,
    why: "The traffic file to which requests without an alarm are appended, secrets masked, when the plugin hands them over. Not set: they are received and forgotten.",
  },
  "collect.limitMiB": {
    type: "integer",
    unit: "MiB",
    range: [1, 1_048_576],
    default: 256,
    usedBy: serve,
    why: "Size at which the traffic file is set aside (as FILE.1, replacing the one before) and a fresh one begins; the two together never hold more than twice this.",
  },
  "gateway.listen": {
    type: "address",
    default: undefined,
    flag: "--listen",
    usedBy: gateway,
    why: "The address on which the gateway serves clients. Obligatory.",
  },
  "gateway.upstream": {
    type: "url",
    default: undefined,
    flag: "--upstream",
    usedBy: gateway,
    why: "The application behind the gateway, such as http://127.0.0.1:3000. Obligatory.",
  },
  "gateway.mode": {
    type: "word",
    words: ["general"],
    default: "general",
    flag: "--mode",
    usedBy: gateway,
    why: "How verdicts are used. Without a WAF there is nothing to give a second opinion on: Arbiter alone decides.",
  },
  "gateway.shadow": {
    type: "switch",
    default: false,
    flag: "--shadow",
    usedBy: gateway,
    reloads: true,
    why: "Log what would be blocked and block nothing. Clients see no difference from no gateway.",
  },
  "gateway.partial": {
    type: "word",
    words: ["pass", "deny"],
    default: "pass",
    flag: "--partial",
    usedBy: gateway,
    reloads: true,
    why: "What happens to a request that could not be inspected fully, or at all, and holds no attack in what was seen. `pass` keeps the site available; `deny` keeps what was not seen out. Each one is logged and counted either way.",
  },
  "gateway.inspectKiB": {
    type: "integer",
    unit: "KiB",
    range: [1, 1_024],
    default: 1_024,
    usedBy: gateway,
    why: "How much of a request body is held back and inspected before the request is passed on; the rest streams through and counts as not inspected.",
  },
  "gateway.upstreamTimeoutMs": {
    type: "integer",
    unit: "ms",
    range: [100, 3_600_000],
    default: 60_000,
    usedBy: gateway,
    why: "How long the application may stay silent before the client gets 504. The same as nginx's proxy_read_timeout.",
  },
  "gateway.trustedProxies": {
    type: "networks",
    default: [],
    usedBy: gateway,
    why: "Proxies in front of the gateway whose X-Forwarded-For is believed. Empty: the address of the connection is the client.",
  },
  "log.level": {
    type: "word",
    words: ["debug", "info", "warn", "error"],
    default: "info",
    usedBy: both,
    why: "How much is written to standard error, one JSON object a line. Verdicts are not logged one by one: the WAF's audit log has them.",
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting, such as `server.socket`. */
export type SettingName = keyof typeof settingTable;

/** All settings with their values: a flat record by name. */
export type SettingValues = { readonly [N in SettingName]: ValueOf<(typeof settingTable)[N]> };

/** The settings of one site; every one is optional. */
export const siteSettingTable = {
  hosts:
    "Host names that belong to the site, without port; a request for any other host belongs to `default`.",
  model: "The detector file of the site. Not set: `detector.model`.",
  preset: "How hard the site is judged: `strict`, `balanced` or `lenient`. Not set: `detector.preset`.",
  thresholds:
    "For each mode (`second-opinion`, `scoring`, `general`) the probabilities, above 0 and below 1, from which a request is `suspect` and from which it is an `attack`, as `{ suspect: 0.3, attack: 0.8 }`. Not set: those of the preset. As a second opinion on alarms of CRS at paranoia level 2 and above, the `attack` of `general` counts.",
  points:
    "Points for the CRS anomaly score by verdict, integers from −5 to 100, as `{ pass: 0, suspect: 3, attack: 5 }`, the default. Negative points for `pass` are given to fully inspected requests only.",
} as const;

/** Lower and upper bound of points: no verdict may take back more than one critical rule of CRS gives. */
export const pointsRange = [-5, 100] as const;

/** One site as it is configured. */
export interface SiteSettings {
  readonly name: string;
  /** Lower-case host names without port. */
  readonly hosts: readonly string[];
  readonly model: string | undefined;
  readonly preset: Preset | undefined;
  readonly thresholds: Partial<OperatingPoints>;
  readonly points: Points | undefined;
}

/** Everything that was configured. `sites` always holds `default`. */
export interface Settings {
  readonly values: SettingValues;
  readonly sites: readonly SiteSettings[];
  readonly models: readonly ModelSettings[];
}
