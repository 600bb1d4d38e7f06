/** The figures as tables for people: a share with the half-width of its interval over seeds. */
import { figure, percent, type Table } from "../report.ts";
import type { Outcome } from "./beside-crs.ts";
import { falseAlarmRates } from "./cold.ts";
import type { Cost } from "./cost.ts";
import type { CrsRecording } from "./crs-recording.ts";
import type { SeedFigures } from "./figures.ts";
import type { Interval, OverSeeds } from "./rates.ts";
import type { Site } from "./rows.ts";
import type { TunedStep } from "./tuned-crs.ts";
import { warmRates } from "./warm-figures.ts";

/** A share as text, with half of its interval where there is one. */
export function share({ mean, high }: Interval, digits = 2): string {
  // Nothing to measure gives no number, and JSON has no other word for that than null.
  if (!Number.isFinite(mean)) return "-";
  return high === null
    ? percent(mean, digits)
    : `${percent(mean, digits)} ±${((high - mean) * 100).toFixed(digits)}`;
}

type Row = readonly string[];

/** The heading of a rate: `at 0.07 %`. */
export function rateTitle(rate: string): string {
  return `at ${Number((Number(rate) * 100).toPrecision(6))} %`;
}

const rateTitles = falseAlarmRates.map(rateTitle);

/** Detection at fixed rates of false alarms, cold. */
export function coldTable({ cold }: OverSeeds<SeedFigures>, ordinaryRequests: number): Table {
  const at = (pick: (found: (typeof cold)[string]["detection"]) => Interval | undefined): string[] =>
    falseAlarmRates.map((rate) => {
      const found = pick((cold[rate] as (typeof cold)[string]).detection);
      return found === undefined ? "-" : share(found, 1);
    });
  const [first] = Object.values(cold) as [(typeof cold)[string]];
  return {
    title: `Cold: attacks found at so many false alarms per ordinary request, of which there are ${figure(ordinaryRequests)}; sources left out, no history, no CRS`,
    columns: ["", ...rateTitles],
    rows: [
      ["mean over sources", ...at(({ overSources }) => overSources)],
      ["mean over classes", ...at(({ overClasses }) => overClasses)],
      ...Object.keys(first.detection.sources).map((name) => [
        `source ${name}`,
        ...at(({ sources }) => sources[name]),
      ]),
      ...Object.keys(first.detection.classes).map((name) => [
        `class ${name}`,
        ...at(({ classes }) => classes[name]),
      ]),
    ],
  };
}

/** What the detectors' own verdicts do where they stand alone. */
export function verdictTable({ verdicts, payloads }: OverSeeds<SeedFigures>): Table {
  const row = (name: keyof typeof verdicts): Row => {
    const { requests, values, prose, detection } = verdicts[name];
    return [
      name,
      share(requests.pooled, 3),
      share(values.pooled, 3),
      share(prose.pooled, 3),
      share(detection.overSources, 1),
      share(detection.overClasses, 1),
    ];
  };
  return {
    title: `Cold: verdicts at the detectors' own operating points; payload lists in one parameter: balanced accuracy ${share(payloads.own)}, at the best threshold ${share(payloads.best)}`,
    columns: ["", "of requests", "of values", "of prose", "found, over sources", "over classes"],
    rows: [row("suspect"), row("attack")],
  };
}

/** False alarms by source. */
export function falseAlarmTable({ verdicts }: OverSeeds<SeedFigures>): Table {
  const sources = [verdicts.suspect, verdicts.attack].map(({ requests, values, prose }) => ({
    ...requests.sources,
    ...values.sources,
    ...prose.sources,
  }));
  return {
    title: "Cold: false alarms by source, at the detectors' own operating points",
    columns: ["", "suspect", "attack"],
    rows: Object.keys(sources[0] as object).map((name) => [
      name,
      ...sources.map((own) => share(own[name] as Interval, 3)),
    ]),
  };
}

const outcomeColumns = ["", "of requests", "of values", "of prose", "found, over sources", "over classes"];

function outcomeRow(name: string, { requests, values, prose, detection }: OverSeeds<Outcome>): string[] {
  return [
    name,
    share(requests, 3),
    share(values, 2),
    share(prose, 2),
    share(detection.overSources, 1),
    share(detection.overClasses, 1),
  ];
}

/** CRS alone, with a second opinion, and with points. */
export function besideTable(
  crs: OverSeeds<Readonly<Record<string, Outcome>>>,
  figures: OverSeeds<SeedFigures>,
): Table {
  const rows: Row[] = Object.entries(crs).map(([name, outcome]) => outcomeRow(`CRS ${name} alone`, outcome));
  for (const [name, beside] of Object.entries(figures.secondOpinion))
    rows.push([
      ...outcomeRow(`second opinion beside ${name}`, beside),
      share(beside.kept, 2),
      share(beside.gone, 2),
      ...Object.values(beside.atRates).map((found) => share(found, 1)),
    ]);
  for (const [name, outcome] of Object.entries(figures.scoring))
    rows.push(outcomeRow(`scoring beside ${name}`, outcome));
  const [first] = Object.values(figures.secondOpinion);
  return {
    title: "Beside CRS: false alarms and attacks found (without CRS's own tests)",
    columns: [...outcomeColumns, "kept", "gone", ...Object.keys(first?.atRates ?? {}).map(rateTitle)],
    rows,
  };
}

/** CRS with rules switched off. */
export function tunedTable(tuned: Readonly<Record<string, readonly TunedStep[]>>): Table {
  return {
    title:
      "CRS with its worst rules switched off, chosen on one half and measured on the other; each source weighs as much as its rows up to a cap",
    columns: ["", "rules off", "of requests", "found", "switched off last"],
    rows: Object.entries(tuned).flatMap(([name, steps]) =>
      steps.map(({ off, falseAlarms, detection }) => [
        `CRS ${name}`,
        String(off.length),
        share({ mean: falseAlarms, low: null, high: null }),
        share({ mean: detection, low: null, high: null }, 1),
        off.slice(-3).join(" "),
      ]),
    ),
  };
}

/** Published models on the same rows. */
export function baselineTable({ baselines, cold, verdicts }: OverSeeds<SeedFigures>): Table {
  const row = (name: string, rates: typeof cold, own: typeof verdicts.attack): Row => [
    name,
    ...falseAlarmRates.map((rate) => share((rates[rate] as (typeof cold)[string]).detection.overSources, 1)),
    share(own.requests.pooled),
    share(own.detection.overSources, 1),
  ];
  return {
    title:
      "Published models, fitted on the benign rows of the other groups, which call one of ten of these anomalous: attacks found, mean over sources",
    columns: ["", ...rateTitles, "own threshold: of requests", "found"],
    rows: [
      row("Arbiter", cold, verdicts.attack),
      ...Object.entries(baselines).map(([name, figures]) => row(name, figures.cold, figures.own)),
    ],
  };
}

/** Detection and false alarms on sites with a history. */
export function warmTable({ warm }: OverSeeds<SeedFigures>, sites: readonly Site[]): Table {
  const names = sites.map(({ name, requests }) => `${name} (${figure(requests.length)} requests)`);
  return {
    title: `Warm: later requests of the same sites, and attacks of left-out sources in their parameters; ${names.join(", ")}`,
    columns: ["", "false alarms", "found", ...warmRates.map(rateTitle)],
    rows: Object.entries(warm).map(([name, { falseAlarms, found, atRates }]) => [
      name,
      share(falseAlarms, 3),
      share(found, 1),
      ...warmRates.map((rate) => share(atRates[rate] as Interval, 1)),
    ]),
  };
}

/** Scores that follow from the rules, against the engine's own. */
export function checkTable({ release, check }: Pick<CrsRecording, "release" | "check">): Table {
  return {
    title: `CRS ${release}: scores from the rules that matched, against the engine's own`,
    columns: ["", "rows", "different"],
    rows: [
      ["within one run at level 4", figure(check.rows), figure(check.different)],
      ...Object.entries(check.atLevel).map(([level, { rows, different }]) => [
        `sent again at level ${level}`,
        figure(rows),
        figure(different),
      ]),
    ],
  };
}

/** What a verdict costs. */
export function costTable(cost: Cost): Table {
  return {
    title: "Cost: time of inspect in one thread, each input once",
    columns: ["", "median µs", "p99 µs", "p99.9 µs"],
    rows: [
      [`${figure(cost.requests)} ordinary requests`, figure(cost.medianUs, 1), figure(cost.p99Us, 1), ""],
      [
        `${figure(cost.largeInputs)} inputs of 64 KB`,
        figure(cost.largeMedianUs, 1),
        "",
        figure(cost.largeP999Us, 1),
      ],
      [`detector file: ${figure(cost.fileBytes / 1e6, 2)} MB`, "", "", ""],
    ],
  };
}

/** The sources that the measured detector was trained on. */
export function inSampleTable(sources: readonly string[]): Table {
  return {
    title: "IN-SAMPLE: the detector was trained on these sources, and its figures on them say nothing",
    columns: ["source"],
    rows: sources.map((name) => [name]),
  };
}
