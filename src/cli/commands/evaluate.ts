/** `arbiter evaluate`: how well a detector tells the labelled rows of traffic files apart. */
import { Command } from "commander";
import { loadDetectorOrModel } from "../../config/load-detector.ts";
import { loadProfiles } from "../../config/load-profiles.ts";
import { ArbiterError } from "../../errors.ts";
import { transactionOf } from "../../traffic/traffic-row.ts";
import type { Evaluation, GroupReport, ScoredRow } from "../../training/evaluate.ts";
import { evaluate, falseAlarmRates } from "../../training/evaluate.ts";
import { readTraffic } from "../traffic-input.ts";

interface Options {
  readonly model?: string;
  readonly profiles?: string;
  readonly json?: boolean;
}

/** The command `evaluate`. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("measure a detector on labelled traffic: detection at fixed rates of false alarms")
    .argument("<file...>", "labelled traffic files, plain or gzip; - is standard input")
    .option("--model <file>", "detector file, or file of a single model (default: the detector that ships)")
    .option("--profiles <file>", "application profiles (they stay as they are)")
    .option("--json", "write JSON")
    .action(async (files: string[], options: Options) => {
      const model = loadDetectorOrModel(options.model);
      const profiles = options.profiles === undefined ? undefined : await loadProfiles(options.profiles);
      const inspectOptions = profiles === undefined ? {} : { profiles };
      const rows: ScoredRow[] = [];
      for await (const row of readTraffic(files)) {
        if (row.label === undefined) continue;
        const transaction = transactionOf(row);
        const probability =
          "score" in model
            ? model.score(transaction)
            : model.inspect(transaction, inspectOptions).probability;
        rows.push({ source: row.source, label: row.label, attackType: row.attackType, probability });
      }
      if (rows.length === 0)
        throw new ArbiterError("data_invalid", "there is no labelled row in these files");
      const evaluation = evaluate(rows);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(evaluation)}\n` : evaluationTable(evaluation),
      );
    });
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
  ];
  return `${lines.join("\n")}\n`;
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
