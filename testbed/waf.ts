/**
 * A real WAF for tests, demo and benchmarks: a private Apache or nginx with ModSecurity and CRS, with or without the
 * plugin, in a directory and on a port of its own.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { apacheCommand, apacheConfiguration } from "./apache.ts";
import { type AuditEntry, readAuditLog } from "./audit-log.ts";
import { type CrsVersion, findCrs } from "./crs.ts";
import { findFreePort } from "./free-port.ts";
import { exists, installPackages, wafPackages } from "./install.ts";
import { nginxCommand, nginxConfiguration } from "./nginx.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { handToServerUser } from "./server-user.ts";
import { until } from "./until.ts";
import { auditLogFile, type BodyLimits, type Engine, type RuleOptions, writeRules } from "./waf-rules.ts";
import { makeWorkDirectory, removeWorkDirectory } from "./work-directory.ts";

/** What kind of WAF to start. Everything but the first three has a default (see `RuleOptions`). */
export interface WafOptions extends Omit<RuleOptions, "crs"> {
  readonly engine: Engine;
  readonly crs: CrsVersion;
  /** Port on 127.0.0.1 of the application behind the WAF. */
  readonly upstream: number;
  /** More sites, told apart by the Host header, each with rules of its own; what a site leaves out is as in the first. */
  readonly virtualHosts?: readonly VirtualHost[];
  /** Worker processes. Default: 2. */
  readonly workers?: number;
  /** A command that runs the server as its argument; the server is then one process alone, all of which a tool sees. */
  readonly wrapper?: readonly string[];
}

/** A site beside the default one. */
export interface VirtualHost extends Partial<Omit<RuleOptions, "crs">> {
  readonly name: string;
}

/** A running WAF. */
export interface Waf {
  readonly engine: Engine;
  readonly crs: CrsVersion;
  /** Such as "http://127.0.0.1:40321", without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Holds configuration and logs; removed by `stop`. */
  readonly directory: string;
  /** The server's error log so far. */
  errorLog(): Promise<string>;
  /** The transactions logged so far. A transaction is logged after its reply was sent: mind `waitForAudit`. */
  auditLog(): Promise<readonly AuditEntry[]>;
  /** Waits until a transaction that fits is in the audit log: one with this UNIQUE_ID, or one for which `wanted` is true. */
  waitForAudit(wanted: string | ((entry: AuditEntry) => boolean)): Promise<AuditEntry>;
  /** CPU seconds, user and system, of all the server's processes so far. */
  cpuSeconds(): Promise<number>;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
}

/** What a web server's configuration is made from. */
export interface ServerPlan {
  readonly directory: string;
  readonly port: number;
  readonly upstreamPort: number;
  readonly workers: number;
  readonly limits: BodyLimits | undefined;
  readonly sites: readonly SitePlan[];
}

/** One site of a `ServerPlan`. */
export interface SitePlan {
  readonly name: string;
  readonly rulesFile: string;
  readonly isDefault: boolean;
}

/** Starts a WAF and waits until it serves. A faulty configuration is thrown with the server's own words. */
export async function startWaf(options: WafOptions): Promise<Waf> {
  const missing = await installPackages(wafPackages);
  if (missing.length > 0)
    throw new Error(`cannot start ${options.engine}: these packages are missing: ${missing.join(" ")}`);
  const directory = await makeWorkDirectory(`${options.engine}-crs${options.crs}`);
  try {
    await mkdir(path.join(directory, "data"));
    await handToServerUser(path.join(directory, "data"));
    const sites = await writeSites(directory, options);
    const { server, port } = await launch(directory, sites, options);
    return describe(directory, port, server, options);
  } catch (error) {
    await removeWorkDirectory(directory);
    throw error;
  }
}

async function writeSites(directory: string, options: WafOptions): Promise<readonly SitePlan[]> {
  const crs = await findCrs(options.crs);
  const first = { name: "localhost", isDefault: true, rules: { ...options, crs } };
  const others = (options.virtualHosts ?? []).map((host) => ({
    name: host.name,
    isDefault: false,
    rules: { ...options, ...host, crs },
  }));
  return Promise.all(
    [first, ...others].map(async ({ name, isDefault, rules }) => ({
      name,
      isDefault,
      rulesFile: await writeRules(options.engine, directory, name, rules),
    })),
  );
}

/** Starts the server, on another port when somebody took the one that was free. */
async function launch(
  directory: string,
  sites: readonly SitePlan[],
  options: WafOptions,
): Promise<{ server: ServerProcess; port: number }> {
  const configurationFile = path.join(directory, "server.conf");
  const outputFile = path.join(directory, "output.log");
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    const plan: ServerPlan = {
      directory,
      port,
      upstreamPort: options.upstream,
      workers: options.workers ?? 2,
      limits: options.limits,
      sites,
    };
    const isApache = options.engine === "apache";
    await writeFile(configurationFile, isApache ? apacheConfiguration(plan) : nginxConfiguration(plan));
    const isAlone = options.wrapper !== undefined;
    const plain = isApache
      ? apacheCommand(configurationFile, isAlone)
      : nginxCommand(configurationFile, isAlone);
    const command = [...(options.wrapper ?? []), ...plain];
    const server = startServerProcess(command, { outputFile, cwd: directory, env: { PATH: searchPath() } });
    if (await serves(server, directory, port)) return { server, port };
    const words = (await readText(outputFile)) + (await readText(path.join(directory, "error.log")));
    if (attempt === 10 || !words.includes("ddress already in use")) {
      throw new Error(`${options.engine} did not start:\n${words}`);
    }
    await writeFile(outputFile, "");
  }
}

/** True once the server answers, false when it has ended. Both servers write their pid only after they hold the port. */
async function serves(server: ServerProcess, directory: string, port: number): Promise<boolean> {
  return (
    (await until("a web server to start", async () => {
      if (server.exitCode() !== undefined) return "ended";
      return (await exists(path.join(directory, "server.pid"))) && (await accepts(port)) && "serving";
    })) === "serving"
  );
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

function describe(directory: string, port: number, server: ServerProcess, options: WafOptions): Waf {
  const auditFile = auditLogFile(directory);
  const errorLog = () => readText(path.join(directory, "error.log"));
  return {
    engine: options.engine,
    crs: options.crs,
    url: `http://127.0.0.1:${port}`,
    port,
    directory,
    errorLog,
    auditLog: () => readAuditLog(auditFile),
    waitForAudit: async (wanted) => {
      const fits = typeof wanted === "string" ? (entry: AuditEntry) => entry.id === wanted : wanted;
      return until(
        async () => `a transaction in ${auditFile}; the server says:\n${(await errorLog()).slice(-2000)}`,
        async () => (await readAuditLog(auditFile)).find(fits),
      );
    },
    cpuSeconds: () => server.cpuSeconds(),
    stop: async () => {
      await server.stop();
      await removeWorkDirectory(directory);
    },
  };
}

/** The search path with the folders of system programs, which other users than root often lack. */
function searchPath(): string {
  return `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
}

async function readText(file: string): Promise<string> {
  return readFile(file, "latin1").catch(() => "");
}
