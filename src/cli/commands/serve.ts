/**
 * `arbiter serve`: the verdict server.
 */
import { Command } from "commander";
import { pino } from "pino";
import { loadDetector } from "../../config/load-detector.ts";
import { openPanel } from "../../foreign/panel.ts";
import { createCollector } from "../../server/collector.ts";
import { startLearner } from "../../server/learner.ts";
import { createMetrics } from "../../server/metrics.ts";
import { startServer } from "../../server/server.ts";
import { createService } from "../../server/service.ts";
import { isInOpenDirectory } from "../../server/unix-socket.ts";
import { keepHeapSmall } from "../heap.ts";
import { reloader } from "../reloader.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import { addSettingOptions, settingsFromOptions } from "../setting-options.ts";

/** The command; it ends when the process is told to stop. */
export function serveCommand(): Command {
  const command = new Command("serve").description(
    "answer a web application firewall: is this request an attack?",
  );
  return addSettingOptions(command, "serve").action(async (options: Record<string, unknown>) => {
    keepHeapSmall();
    const load = () => settingsFromOptions(options, process.env, "serve");
    const { settings, warnings } = load();
    const { values } = settings;
    const log = pino({ level: values["log.level"], base: null }, pino.destination({ fd: 2, sync: true }));
    for (const warning of warnings) log.warn(warning);
    if (values["server.socket"] !== undefined && isInOpenDirectory(values["server.socket"])) {
      log.warn("everybody may create files beside the socket: put it into a directory of its own");
    }
    const nowMs = () => performance.now();
    const metrics = createMetrics();
    const learner = await startLearner({
      file: values["detector.profiles"],
      frozen: values["detector.profilesFrozen"],
      metrics,
      log,
    });
    const panel = await openPanel(settings.models);
    const service = createService({ settings, loadDetector, learner, panel, metrics, log, nowMs });
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
    await runUntilStopped(server, log, reloader({ load, settings, service, metrics, log }));
    await collector.stop();
    await learner.stop();
  });
}
