/**
 * What SIGHUP does: settings, detectors and models of the user's own are read again and swapped as a whole, or not at all.
 */
import type { Logger } from "pino";
import type { LoadedSettings } from "../config/load.ts";
import type { Setting } from "../config/setting.ts";
import { type SettingName, type Settings, settingTable } from "../config/settings.ts";
import { openPanel } from "../foreign/panel.ts";
import type { Metrics } from "../server/metrics.ts";
import type { VerdictService } from "../server/service.ts";

/** What a reload needs. */
export interface ReloadParts {
  readonly load: () => LoadedSettings;
  /** The settings in service at the start. */
  readonly settings: Settings;
  readonly service: VerdictService;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Returns the handler. It never throws: a bad file leaves everything as it was, and the log says why. Loading models takes
 * time; a second signal meanwhile is obeyed after the first.
 */
export function reloader({ load, settings, service, metrics, log }: ReloadParts): () => Promise<void> {
  const reload = async (): Promise<void> => {
    try {
      const loaded = load();
      const panel = await openPanel(loaded.settings.models);
      try {
        service.reload(loaded.settings, panel);
      } catch (error) {
        await panel.close();
        throw error;
      }
      for (const warning of loaded.warnings) log.warn(warning);
      for (const name of kept(settings, loaded.settings)) {
        log.warn({ setting: name }, "this setting changes with a restart only: the old value stays");
      }
      metrics.reload("done");
      log.info("reloaded");
    } catch (error) {
      metrics.reload("refused");
      const { code, message } = error as { code?: string; message?: string };
      log.error(
        { code, reason: message },
        "the reload was refused: the old detectors and settings stay in service",
      );
    }
  };
  let turn: Promise<void> = Promise.resolve();
  return () => {
    turn = turn.then(reload);
    return turn;
  };
}

/** Names of settings that differ and that a reload does not touch. */
function kept(before: Settings, after: Settings): SettingName[] {
  return (Object.entries(settingTable) as [SettingName, Setting][])
    .filter(
      ([name, row]) => row.reloads !== true && String(before.values[name]) !== String(after.values[name]),
    )
    .map(([name]) => name);
}
