/**
 * A verdict server for one test file: a fresh directory, a socket in it, a free port, and everything gone at the end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { environmentName, loadSettings } from "../../src/config/load.ts";
import type { SettingName, Settings } from "../../src/config/settings.ts";
import type { Detector } from "../../src/detector/detector.ts";
import { type Collector, createCollector } from "../../src/server/collector.ts";
import { createMetrics, type Metrics } from "../../src/server/metrics.ts";
import { startServer, type VerdictServer } from "../../src/server/server.ts";
import { createService, type VerdictService } from "../../src/server/service.ts";

export interface TestServer {
  readonly directory: string;
  readonly socket: string;
  readonly port: number;
  readonly server: VerdictServer;
  readonly service: VerdictService;
  readonly metrics: Metrics;
  readonly collector: Collector;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  readonly loadDetector: (path: string | undefined) => Detector;
  /** Settings as texts, as the environment would give them. */
  readonly settings?: Partial<Readonly<Record<SettingName, string>>>;
  /** Changes the loaded settings, for sites. */
  readonly adjust?: (settings: Settings) => Settings;
  readonly nowMs?: () => number;
}

/** Limits of time that no slow machine reaches; a test that is about one of them sets it. */
const patient = {
  "server.deadlineMs": "60000",
  "server.headersTimeoutMs": "600000",
  "server.requestTimeoutMs": "600000",
} as const;

/** Starts a server on a socket and a free port of 127.0.0.1. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), "arbiter-server-"));
  const socket = join(directory, "arbiter.sock");
  const flags = { "server.socket": socket, "server.listen": "127.0.0.1:0" } as const;
  const environment = Object.fromEntries(
    Object.entries({ ...patient, ...options.settings }).map(([name, value]) => [
      environmentName(name),
      value,
    ]),
  );
  const loaded = loadSettings({ flags, environment, file: undefined }, "serve").settings;
  const settings = options.adjust?.(loaded) ?? loaded;
  const { values } = settings;
  const log = pino({ level: "silent" });
  const metrics = createMetrics();
  const nowMs = options.nowMs ?? (() => performance.now());
  const service = createService({ settings, loadDetector: options.loadDetector, metrics, log, nowMs });
  const collector = createCollector({
    file: values["collect.file"],
    limitBytes: values["collect.limitMiB"] * 1_048_576,
    metrics,
    log,
  });
  const server = await startServer({
    values,
    service,
    metrics,
    collector,
    log,
    nowMs,
    wallClockMs: Date.now,
  });
  const port = Number(server.addresses[1]?.split(":").at(-1));
  return {
    directory,
    socket,
    port,
    server,
    service,
    metrics,
    collector,
    async stop() {
      await server.stop();
      await collector.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
