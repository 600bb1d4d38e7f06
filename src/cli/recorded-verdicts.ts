/**
 * Verdicts on recorded requests as the server would give them, with models of the user's own where a settings file names
 * some.
 */
import { readSmallFile } from "../config/load.ts";
import { readSettingsFile } from "../config/settings-file.ts";
import type { Detector, InspectOptions } from "../detector/detector.ts";
import { type Heard, modelScoreOf, noPanel, openPanel, type Panel, votesOf } from "../foreign/panel.ts";
import { type TrafficRow, transactionOf } from "../traffic/traffic-row.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** How long a model may take for a recorded request, in milliseconds: nobody waits for the answer. */
const patienceMs = 60_000;

/** Opens the models that a settings file names; without a file there are none. Throws what `openPanel` throws. */
export async function openModels(file: string | undefined): Promise<Panel> {
  if (file === undefined) return noPanel;
  const { models } = readSettingsFile(readSmallFile(file), file);
  return openPanel(models.map((model) => ({ ...model, timeoutMs: patienceMs })));
}

/** The verdict on one recorded request, and what each model said. */
export async function inspectWith(
  detector: Detector,
  panel: Panel,
  row: TrafficRow,
  options: InspectOptions,
): Promise<{ readonly verdict: Verdict; readonly heard: readonly Heard[] }> {
  const transaction = transactionOf(row);
  if (panel.models.length === 0) return { verdict: detector.inspect(transaction, options), heard: [] };
  const heard = await panel.ask("any", transaction, patienceMs);
  const verdict = detector.inspect(transaction, { ...options, votes: votesOf(heard) });
  return { verdict: { ...verdict, models: heard.map(modelScoreOf) }, heard };
}
