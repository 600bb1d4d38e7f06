/**
 * One engine with one CRS release, the plugin in between, and a stand-in for the verdict server behind it. Settings
 * travel in request headers, so that one running WAF serves every row of a table.
 */
import { open } from "node:fs/promises";
import path from "node:path";
import { type AuditEntry, type AuditMessage, parseAuditLog } from "../../testbed/audit-log.ts";
import { type Backend, backendMarker, startBackend } from "../../testbed/backend.ts";
import type { CrsVersion } from "../../testbed/crs.ts";
import { type FakeVerdictServer, startFakeVerdictServer } from "../../testbed/fake-verdict-server.ts";
import { type PlainRequest, sendRequest } from "../../testbed/raw-http.ts";
import { until } from "../../testbed/until.ts";
import { startWaf, type Waf, type WafOptions } from "../../testbed/waf.ts";
import type { Engine } from "../../testbed/waf-rules.ts";

/** Settings of the plugin by the name after `tx.arbiter-plugin_`, and two of the test's own. */
export type Settings = Readonly<Record<string, string | number>>;

/** What became of one request. */
export interface Outcome {
  readonly status: number;
  /** Whether the application answered it. */
  readonly reachedApplication: boolean;
  /** The plugin's lines in the audit log, in order. */
  readonly lines: readonly AuditMessage[];
  /** The ids of all rules with a line in the audit log, in order. */
  readonly ruleIds: readonly number[];
  /** The TX variables of the plugin after the transaction; an unset one is "". */
  readonly tx: Readonly<Record<string, string>>;
  readonly audit: AuditEntry;
}

/** A running pair. */
export interface Pair {
  readonly waf: Waf;
  readonly backend: Backend;
  readonly verdicts: FakeVerdictServer;
  /** Sends a request under these settings and waits until it is in the audit log. */
  send(settings: Settings, request?: PlainRequest): Promise<Outcome>;
  stop(): Promise<void>;
}

/** The settings that a header may carry. */
const settingNames = [
  "enabled",
  "mode",
  "shadow",
  "site",
  "socket",
  "deadline",
  "fail",
  "fail_status",
  "gate_methods",
  "gate_paths",
  "gate_types",
  "gate_max_body",
  "window_min",
  "window_max",
  "points_pass",
  "points_suspect",
  "points_attack",
  "block_at",
  "body_limit",
  "breaker",
  "breaker_failures",
  "breaker_seconds",
  "collect",
  "collect_sample",
] as const;

/** The variables that the plugin leaves behind, and those of CRS that it may change. */
const tracedVariables = [
  ...[
    "verdict",
    "probability",
    "points",
    "class",
    "id",
    "reason",
    "partial",
    "case",
    "total",
    "crs_score",
  ].map((name) => [name, `arbiter-plugin_${name}`] as const),
  ["anomaly_score", "anomaly_score"],
  ["anomaly_score_pl1", "anomaly_score_pl1"],
  ["inbound_anomaly_score", "inbound_anomaly_score"],
  ["blocking", "blocking_inbound_anomaly_score"],
  ["detection", "detection_inbound_anomaly_score"],
  ["inbound_pl1", "inbound_anomaly_score_pl1"],
  ["threshold", "inbound_anomaly_score_threshold"],
] as const;

const traceRuleId = 9_000_900;
const headerName = (setting: string) => `X-Test-${setting.replaceAll("_", "-")}`;

/**
 * The test's own rules: each header sets its variable. `score` adds to CRS's score, as a rule of its first level would;
 * `early` is CRS 4's early_blocking; `engine_mode` can put the engine into detection only.
 */
const testRules = [
  ...settingNames.map(
    (name, index) =>
      `SecRule REQUEST_HEADERS:${headerName(name)} "@rx ^(.*)$" "id:${9_000_100 + index},phase:1,pass,nolog,capture,setvar:'tx.arbiter-plugin_${name}=%{TX.1}'"`,
  ),
  `SecRule REQUEST_HEADERS:X-Test-early "@eq 1" "id:9000200,phase:1,pass,nolog,setvar:'tx.early_blocking=1'"`,
  `SecRule REQUEST_HEADERS:X-Test-engine "@streq DetectionOnly" "id:9000201,phase:1,pass,nolog,ctl:ruleEngine=DetectionOnly"`,
  `SecRule REQUEST_HEADERS:X-Test-access "@streq Off" "id:9000202,phase:1,pass,nolog,ctl:requestBodyAccess=Off"`,
  `SecRule REQUEST_HEADERS:X-Test-score "@rx ^(.*)$" "id:9000210,phase:2,pass,nolog,capture,setvar:'tx.anomaly_score_pl1=+%{TX.1}',setvar:'tx.inbound_anomaly_score_pl1=+%{TX.1}'"`,
  `SecRule REQUEST_HEADERS:X-Test-Early-Score "@rx ^(.*)$" "id:9000211,phase:1,pass,nolog,capture,setvar:'tx.test_early_score=%{TX.1}'"`,
].join("\n");

// CRS sets its sums to 0 at the start, so a score of phase 1 is added by one of its own rules.
const earlyScoreRule = `SecRuleUpdateActionById 901200 "setvar:'tx.inbound_anomaly_score_pl1=+%{tx.test_early_score}'"`;

const traceRule = `SecAction "id:${traceRuleId},phase:5,pass,nolog,auditlog,log,msg:'trace ${tracedVariables
  .map(([name, variable]) => `${name}=%{tx.${variable}};`)
  .join("")}'"`;

/** Starts a pair. The verdict server says `pass` until it is told otherwise. */
export async function startPair(
  engine: Engine,
  crs: CrsVersion,
  options: Partial<WafOptions> = {},
): Promise<Pair> {
  const backend = await startBackend();
  const verdicts = await startFakeVerdictServer();
  const waf = await startWaf({
    engine,
    crs,
    upstream: backend.port,
    workers: 1,
    auditLog: "ABFHZ",
    ...options,
    plugin: {
      // A machine under load must not turn a verdict into a late one: tests of the deadline set their own.
      settings: { socket: verdicts.socket, deadline: 60_000 },
      ...options.plugin,
      extraRules: `${options.plugin?.extraRules ?? ""}\n${testRules}`,
    },
    finalRules: `${options.finalRules ?? ""}\n${earlyScoreRule}\n${traceRule}`,
  });
  let last = 0;
  const takeEntry = followAuditLog(waf);
  return {
    waf,
    backend,
    verdicts,
    send: async (settings, request = {}) => {
      const number = `${++last}`;
      const headers: [string, string][] = [
        ...Object.entries(settings).map(([name, value]): [string, string] => [headerName(name), `${value}`]),
        ["X-Test-Number", number],
        ...(Array.isArray(request.headers) ? request.headers : Object.entries(request.headers ?? {})),
      ];
      const reply = await sendRequest(waf.port, { ...request, headers });
      const audit = await takeEntry(number);
      return describeOutcome(reply.status, reply.headers[backendMarker] !== undefined, audit);
    },
    stop: async () => {
      await waf.stop();
      await verdicts.stop();
      await backend.stop();
    },
  };
}

/** Reads the audit log as it grows; gives the entry of a numbered request once it is there. */
function followAuditLog(waf: Waf): (number: string) => Promise<AuditEntry> {
  const file = path.join(waf.directory, "audit.log");
  const entries = new Map<string, AuditEntry>();
  let offset = 0;
  let rest = "";
  const readOn = async () => {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(size - offset), 0, size - offset, offset);
      offset = size;
      rest += buffer.toString("latin1");
    } finally {
      await handle.close();
    }
    const end = rest.lastIndexOf("\n") + 1;
    for (const entry of parseAuditLog(rest.slice(0, end))) {
      entries.set(entry.requestHeaders["x-test-number"] ?? "", entry);
    }
    rest = rest.slice(end);
  };
  return (number) =>
    until(
      async () => `request ${number} in the audit log; ${(await waf.errorLog()).slice(-2000)}`,
      async () => {
        await readOn();
        return entries.get(number);
      },
    );
}

function describeOutcome(status: number, reachedApplication: boolean, audit: AuditEntry): Outcome {
  const trace = audit.messages.find(({ id }) => id === traceRuleId)?.message ?? "";
  const tx = Object.fromEntries(
    tracedVariables.map(([name]) => [name, new RegExp(`[ ;]${name}=([^;]*);`).exec(trace)?.[1] ?? ""]),
  );
  return {
    status,
    reachedApplication,
    lines: audit.messages.filter(({ id }) => id >= 9_529_000 && id <= 9_529_999),
    ruleIds: audit.messages.map(({ id }) => id).filter((id) => id !== traceRuleId),
    tx,
    audit,
  };
}

/** A search that CRS takes for SQL injection at its first level, with a score of 5 or more. */
export const injection = "/?q=1%27%20union%20select%20password%20from%20users--%20";
