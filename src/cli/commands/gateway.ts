/**
 * `arbiter gateway`: a reverse proxy that blocks attacks by itself, for sites without a WAF.
 */
import { Command } from "commander";
import { pino } from "pino";
import { loadDetector } from "../../config/load-detector.ts";
import { openPanel } from "../../foreign/panel.ts";
import { startGateway } from "../../gateway/gateway.ts";
import { startLearner } from "../../server/learner.ts";
import { createMetrics } from "../../server/metrics.ts";
import { createService } from "../../server/service.ts";
import { keepHeapSmall } from "../heap.ts";
import { reloader } from "../reloader.ts";
import { runUntilStopped } from "../run-until-stopped.ts";
import { addSettingOptions, settingsFromOptions } from "../setting-options.ts";

/** The command; it ends when the process is told to stop. */
export function gatewayCommand(): Command {
  const command = new Command("gateway").description(
    "stand before an application and block attacks, without a WAF",
  );
  return addSettingOptions(command, "gateway").action(async (options: Record<string, unknown>) => {
    keepHeapSmall();
    let inForce = settingsFromOptions(options, process.env, "gateway");
    const { settings, warnings } = inForce;
    const load = () => settingsFromOptions(options, process.env, "gateway");
    const log = pino(
      { level: settings.values["log.level"], base: null },
      pino.destination({ fd: 2, sync: true }),
    );
    for (const warning of warnings) log.warn(warning);
    const nowMs = () => performance.now();
    const metrics = createMetrics();
    const learner = await startLearner({
      file: settings.values["detector.profiles"],
      frozen: settings.values["detector.profilesFrozen"],
      metrics,
      log,
    });
    const panel = await openPanel(settings.models);
    const service = createService({ settings, loadDetector, learner, panel, metrics, log, nowMs });
    const gateway = await startGateway({
      values: () => inForce.settings.values,
      service,
      metrics,
      log,
      nowMs,
    });
    const reload = reloader({
      load,
      settings,
      service: {
        ...service,
        reload(next, nextPanel) {
          service.reload(next, nextPanel);
          inForce = { settings: next, warnings: [] };
        },
      },
      metrics,
      log,
    });
    await runUntilStopped(gateway, log, reload);
    await learner.stop();
  });
}
