/** `arbiter evaluate`: how well a detector tells the labelled rows of traffic files apart. */
import { Command } from "commander";
import { loadDetectorOrModel } from "../../config/load-detector.ts";
import { loadProfiles } from "../../config/load-profiles.ts";
import { ArbiterError } from "../../errors.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import { predictedTypes } from "../../training/confusion.ts";
import type { Evaluation, GroupReport } from "../../training/evaluate.ts";
import { evaluate, falseAlarmRates } from "../../training/evaluate.ts";
import type { ScoredRow } from "../../training/scored-row.ts";
import { inspectWith, openModels } from "../recorded-verdicts.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly model?: string;
  readonly profiles?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** The command `evaluate`. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("measure a detector on labelled traffic: detection at fixed rates of false alarms")
    .argument("<file...>", "labelled traffic files, plain or gzip; - is standard input")
    .option("--model <file>", "detector file, or file of a single model (default: the detector that ships)")
    .option("--profiles <file>", "application profiles (they stay as they are)")
    .option("--config <file>", "a settings file: the models of your own that it names are measured too")
    .option("--json", "write JSON")
    .action(async (files: string[], options: Options) => {
      const model = loadDetectorOrModel(options.model);
      const profiles = options.profiles === undefined ? undefined : await loadProfiles(options.profiles);
      const inspectOptions = profiles === undefined ? {} : { profiles };
      const panel = await openModels(options.config);
      const rows: ScoredRow[] = [];
      const rowsOf = new Map(panel.models.map(({ name }): [string, ScoredRow[]] => [name, []]));
      for await (const row of readTraffic(files)) {
        if (row.label === undefined) continue;
        const { source, label, attackType } = row;
        if ("score" in model) {
          rows.push({ source, label, attackType, probability: model.score(transactionOf(row)) });
          continue;
        }
        const { verdict, heard } = await inspectWith(model, panel, row, inspectOptions);
        const predictedType = verdict.attackType ?? "none";
        rows.push({ source, label, attackType, predictedType, probability: verdict.probability });
        for (const { settings, opinion } of heard) {
          if (typeof opinion !== "number") throw noScore(settings.name, row.id, opinion);
          rowsOf.get(settings.name)?.push({ source, label, attackType, probability: opinion });
        }
      }
      await panel.close();
      if (rows.length === 0)
        throw new ArbiterError("data_invalid", "there is no labelled row in these files");
      const evaluation = evaluate(rows);
      const models = Object.fromEntries([...rowsOf].map(([name, scored]) => [name, evaluate(scored)]));
      if (options.json === true) {
        const all = panel.models.length === 0 ? evaluation : { ...evaluation, models };
        process.stdout.write(`${JSON.stringify(all)}\n`);
        return;
      }
      process.stdout.write(evaluationTable(evaluation));
      for (const [name, own] of Object.entries(models))
        process.stdout.write(`\nthe model ${name} alone\n\n${evaluationTable(own)}`);
    });
}

/** A comparison in which a model was not asked about every row would be none. */
function noScore(model: string, row: string, failure: string): ArbiterError {
  return new ArbiterError(
    "foreign_model_invalid",
    `the model ${model} gave no score for row ${row} (${failure})`,
  );
}

/** The evaluation as a table for people. */
export function evaluationTable(evaluation: Evaluation): string {
  const lines = [
    "thresholds (share of all benign rows called an attack):",
    ...falseAlarmRates.map(
      (rate) => `  ${percent(Number(rate)).padStart(8)}   ${evaluation.thresholds[rate].toPrecision(6)}`,
    ),
    "",
    [
      "".padEnd(26),
      "benign".padStart(8),
      "attack".padStart(8),
      ...falseAlarmRates.map((rate) => `FA@${percent(Number(rate))}`.padStart(10)),
      ...falseAlarmRates.map((rate) => `det@${percent(Number(rate))}`.padStart(11)),
      "AUC".padStart(8),
    ].join(" "),
    row("all", evaluation.overall),
    ...Object.entries(evaluation.sources).map(([name, report]) => row(name, report)),
    "",
    ...Object.entries(evaluation.attackTypes).map(([name, report]) => row(name, report)),
    ...confusionLines(evaluation.confusion),
    ...reliabilityLines(evaluation.reliability),
  ];
  return `${lines.join("\n")}\n`;
}

function confusionLines(confusion: Evaluation["confusion"]): string[] {
  const columns = predictedTypes(confusion);
  if (columns.length === 0) return [];
  const widths = columns.map((name) => Math.max(8, name.length));
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(26), ...cells.map((cell, i) => cell.padStart(widths[i]!))].join(" ");
  return [
    "",
    `what the attacks found at ${percent(0.01)} were taken for:`,
    line("", columns),
    ...Object.entries(confusion).map(([type, own]) =>
      line(
        type,
        columns.map((column) => String(own[column] ?? 0)),
      ),
    ),
  ];
}

function reliabilityLines(reliability: Evaluation["reliability"]): string[] {
  if (reliability.length === 0) return [];
  return [
    "",
    "probability against the share of attacks, where both labels weigh the same:",
    `${"mean".padStart(10)} ${"attacks".padStart(10)} ${"rows".padStart(10)}`,
    ...reliability.map(({ probability, observed, count }) =>
      [probability.toFixed(4), observed.toFixed(4), String(count)].map((cell) => cell.padStart(10)).join(" "),
    ),
  ];
}

function row(name: string, report: GroupReport): string {
  const { falseAlarms, detection, auc } = report;
  return [
    name.padEnd(26),
    String(report.benign).padStart(8),
    String(report.attack).padStart(8),
    ...falseAlarmRates.map((rate) =>
      (falseAlarms === undefined ? "" : percent(falseAlarms[rate])).padStart(10),
    ),
    ...falseAlarmRates.map((rate) => (detection === undefined ? "" : percent(detection[rate])).padStart(11)),
    (auc === null ? "" : auc.toFixed(4)).padStart(8),
  ].join(" ");
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 1 || value === 0 ? value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, "") : value.toPrecision(2)} %`;
}
