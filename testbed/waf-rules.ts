/**
 * The SecLang of one WAF instance: engine settings as in the recommended configuration, then CRS with the plugin around
 * it in the include order that CRS prescribes: set-up, config, before, rules, after.
 */
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeHitsFile } from "../src/seclang/crs-hits.ts";
import { type Crs, listRuleFiles } from "./crs.ts";
import { projectDirectory } from "./install.ts";

/** A web server with its ModSecurity engine: Apache with ModSecurity 2.9, nginx with libmodsecurity 3. */
export type Engine = "apache" | "nginx";

/** Values of TX variables, by name without "tx.". */
export type TxSettings = Readonly<Record<string, string | number>>;

/** The plugin's part of an instance. */
export interface PluginOptions {
  /** Settings by the name that follows `tx.arbiter-plugin_`. */
  readonly settings?: TxSettings;
  /** SecLang placed before the plugin's configuration file, for settings that depend on path or host. */
  readonly extraRules?: string;
  /**
   * Where the flags of matched rules come from: actions added from outside, or a copy of the rules; "none": there are
   * none. Default: "actions".
   */
  readonly hits?: "actions" | "copy" | "none";
  /** Whether the files are there that are included after CRS's rules. Default: true. */
  readonly after?: boolean;
}

/** How much of a body the engine reads. Defaults are those of the recommended configuration. */
export interface BodyLimits {
  /** SecRequestBodyAccess. Default: true. */
  readonly access?: boolean;
  /** SecRequestBodyLimit, bytes. Default: 13,107,200. */
  readonly totalBytes?: number;
  /** SecRequestBodyNoFilesLimit, bytes. Default: 131,072. */
  readonly noFilesBytes?: number;
  /** SecRequestBodyLimitAction. Default: "Reject". */
  readonly action?: "Reject" | "ProcessPartial";
}

/** Everything that one set of rules depends on. */
export interface RuleOptions {
  readonly crs: Crs;
  /** CRS paranoia level, 1–4. Default: 1. */
  readonly paranoiaLevel?: number;
  /** SecRuleEngine. Default: "On". */
  readonly ruleEngine?: "On" | "DetectionOnly" | "Off";
  /** TX variables of CRS's own set-up, such as `inbound_anomaly_score_threshold`. */
  readonly crsSettings?: TxSettings;
  /** Left out: bare CRS. */
  readonly plugin?: PluginOptions;
  readonly limits?: BodyLimits;
  /** Parts of the audit log; "off" writes none. Default: "ABFHZ", for every transaction. */
  readonly auditLog?: string;
  /** SecLang placed after the engine's settings and before CRS. */
  readonly extraRules?: string;
  /** SecLang placed after everything else. */
  readonly finalRules?: string;
}

/**
 * Writes the rules of one site below `directory` and gives the file to include. `name` tells sites apart. The plugin's
 * files are copied, since the server's user may not be able to read the project.
 */
export async function writeRules(
  engine: Engine,
  directory: string,
  name: string,
  options: RuleOptions,
): Promise<string> {
  const plugins = path.join(directory, `plugins-${name}`);
  const rulesDirectory =
    options.plugin === undefined
      ? options.crs.rulesDirectory
      : await copyPlugin(plugins, options.crs, options.plugin);
  const pluginFiles = options.plugin === undefined ? [] : (await readdir(plugins)).sort();
  const includePlugin = (kind: string) =>
    pluginFiles
      .filter(
        (file) => file.endsWith(`-${kind}.conf`) && (kind !== "after" || (options.plugin?.after ?? true)),
      )
      .map((file) => include(path.join(plugins, file)));

  const lines = [
    ...engineSettings(engine, directory, options),
    options.extraRules ?? "",
    include(options.crs.setupFile),
    setTx(9_000_001, { ...paranoiaLevel(options), ...options.crsSettings }),
    setTx(9_000_002, prefixNames("arbiter-plugin_", options.plugin?.settings ?? {})),
    options.plugin?.extraRules ?? "",
    ...includePlugin("config"),
    ...includePlugin("before"),
    ...(await listRuleFiles(rulesDirectory)).map(include),
    ...includePlugin("after"),
    options.finalRules ?? "",
  ];
  const file = path.join(directory, `rules-${name}.conf`);
  await writeFile(file, `${lines.filter((line) => line !== "").join("\n")}\n`);
  return file;
}

/** The file below an instance's directory that its transactions are logged to. */
export function auditLogFile(directory: string): string {
  return path.join(directory, "audit.log");
}

/** Copies the plugin and generates its part; gives the folder of the rules to include. */
async function copyPlugin(directory: string, crs: Crs, plugin: PluginOptions): Promise<string> {
  await mkdir(directory, { recursive: true });
  await cp(path.join(projectDirectory, "plugin"), directory, { recursive: true });
  if (plugin.hits === "none") return crs.rulesDirectory;
  const copyDirectory = plugin.hits === "copy" ? path.join(directory, "rules") : undefined;
  const outFile = path.join(directory, "arbiter-hits-after.conf");
  await writeHitsFile({ rulesDirectory: crs.rulesDirectory, outFile, copyDirectory });
  return copyDirectory ?? crs.rulesDirectory;
}

function engineSettings(engine: Engine, directory: string, options: RuleOptions): string[] {
  const {
    access = true,
    totalBytes = 13_107_200,
    noFilesBytes = 131_072,
    action = "Reject",
  } = options.limits ?? {};
  const parts = options.auditLog ?? "ABFHZ";
  const common = [
    `SecRuleEngine ${options.ruleEngine ?? "On"}`,
    `SecRequestBodyAccess ${access ? "On" : "Off"}`,
    `SecRequestBodyLimit ${totalBytes}`,
    `SecRequestBodyNoFilesLimit ${noFilesBytes}`,
    `SecRequestBodyLimitAction ${action}`,
    "SecRequestBodyJsonDepthLimit 512",
    "SecResponseBodyAccess On",
    "SecResponseBodyMimeType text/plain text/html text/xml",
    "SecResponseBodyLimit 524288",
    "SecResponseBodyLimitAction ProcessPartial",
    `SecTmpDir ${path.join(directory, "data")}`,
    `SecAuditEngine ${parts === "off" ? "Off" : "On"}`,
    `SecAuditLogParts ${parts === "off" ? "ABFHZ" : parts}`,
    "SecAuditLogType Serial",
    "SecAuditLogFormat JSON",
    `SecAuditLog ${auditLogFile(directory)}`,
    "SecArgumentSeparator &",
    "SecCookieFormat 0",
    "SecUnicodeMapFile /etc/modsecurity/unicode.mapping 20127",
    bodyRules,
  ];
  return engine === "nginx" ? common : [...common, "SecRequestBodyInMemoryLimit 131072"];
}

// The rules of the recommended configuration that choose the body parser and refuse what it cannot read.
const bodyRules = `
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" \\
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/json" \\
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!@eq 0" \\
  "id:200002,phase:2,t:none,log,deny,status:400,msg:'Failed to parse request body.',logdata:'%{reqbody_error_msg}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" \\
  "id:200003,phase:2,t:none,log,deny,status:400,msg:'Multipart request body failed strict validation.',severity:2"
SecRule TX:/^MSC_/ "!@streq 0" \\
  "id:200005,phase:2,t:none,deny,msg:'ModSecurity internal error flagged: %{MATCHED_VAR_NAME}'"
`.trim();

function paranoiaLevel({ crs, paranoiaLevel: level = 1 }: RuleOptions): TxSettings {
  return crs.version === "3"
    ? { paranoia_level: level, executing_paranoia_level: level }
    : { blocking_paranoia_level: level, detection_paranoia_level: level };
}

function prefixNames(prefix: string, settings: TxSettings): TxSettings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [prefix + name, value]));
}

function setTx(id: number, settings: TxSettings): string {
  const assignments = Object.entries(settings).map(([name, value]) => {
    if (/['"\\\r\n]/.test(String(value)))
      throw new Error(`SecLang cannot hold this value of ${name}: ${value}`);
    return `,setvar:'tx.${name}=${value}'`;
  });
  if (assignments.length === 0) return "";
  return `SecAction "id:${id},phase:1,nolog,pass,t:none${assignments.join("")}"`;
}

function include(file: string): string {
  return `Include ${file}`;
}
