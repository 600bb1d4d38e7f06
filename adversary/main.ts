/**
 * `npm run bench:adversary`: attacks a detector with mutants that an oracle proves, class by class, and prints what it still
 * finds. One process, one core; ends by itself, at the latest after `--minutes`.
 */
import { existsSync, readFileSync } from "node:fs";
import { readOptions } from "../benchmarks/options.ts";
import { figure, percent, report } from "../benchmarks/report.ts";
import { defaultDetectorPath } from "../src/config/load-detector.ts";
import type { Attacker } from "./attackers/attacker.ts";
import { decisionAttacker, guidedAttacker, randomAttacker } from "./attackers/black-box.ts";
import { stealDetector } from "./attackers/steal.ts";
import { surrogateAttacker } from "./attackers/surrogate.ts";
import { openDetector, whiteBoxAttacker } from "./attackers/white-box.ts";
import { attackClass, type ClassResult } from "./bench.ts";
import { mutatedClasses } from "./classes.ts";
import { browserOracle, chromiumPrograms } from "./oracle/browser.ts";
import { readPayloads, seedsOf } from "./seeds.ts";
import { type StepResult, singleSteps } from "./single-steps.ts";

const options = readOptions("Attacks a detector with mutants that an oracle proves.", {
  seeds: 200,
  classes: mutatedClasses.map(({ type }) => type).join(","),
  attacker: "guided",
  detector: "",
  data: "/tmp/shared/data",
  minutes: 60,
  seed: 1,
});

const file = readFileSync(options.detector === "" ? defaultDetectorPath : options.detector);
const { detector, logOddsOf } = openDetector(file);
/** Stands for the one that is made when the answers have been stolen. */
const surrogateName = "surrogate";
const blackBox = [randomAttacker, guidedAttacker, decisionAttacker];
const attackers: readonly Attacker[] = [
  ...blackBox,
  whiteBoxAttacker(logOddsOf),
  surrogateAttacker({ logOddsOf: () => 0 }),
];
const names = options.attacker === "all" ? attackers.map(({ name }) => name) : options.attacker.split(",");
const chosen = (options.attacker === "none" ? [] : names).map((name) =>
  attackers.find((attacker) => attacker.name === name),
);
const classes = options.classes
  .split(",")
  .map((type) => mutatedClasses.find((mutated) => mutated.type === type));
if (chosen.includes(undefined) || classes.includes(undefined)) {
  process.stderr.write(
    `attackers: ${attackers.map(({ name }) => name).join(", ")}, all\nclasses: ${mutatedClasses.map(({ type }) => type).join(", ")}\n`,
  );
  process.exit(2);
}

/** Shares of false alarms at which the thresholds are frozen. */
const frozenAt = [0.01, 0.001];
const thresholds = frozenAt.map((wanted) => {
  const nearest = detector.measured.toSorted(
    (a, b) => Math.abs(Math.log(a.falseAlarms / wanted)) - Math.abs(Math.log(b.falseAlarms / wanted)),
  )[0];
  return nearest === undefined
    ? {
        falseAlarms: wanted,
        threshold: detector.operatingPoints.balanced.general[wanted === 0.01 ? "suspect" : "attack"],
      }
    : { falseAlarms: wanted, threshold: nearest.threshold };
});

const { byType, missing } = readPayloads(options.data);
const notes: string[] = [];
if (missing.length > 0) notes.push(`collections that are not there: ${missing.join(", ")}`);
const program = chromiumPrograms.find((path) => existsSync(path));
const needsBrowser = classes.some((mutated) => mutated?.type === "xss");
if (needsBrowser && program === undefined) notes.push("no Chromium: xss is proven by the HTML reader alone");
const browser = needsBrowser && program !== undefined ? await browserOracle(program) : undefined;

/** Steps of a class that are printed; all of them are in the JSON. */
const shownSteps = 6;

const stolen = names.includes(surrogateName)
  ? surrogateAttacker(stealDetector(detector, thresholds[0]!.threshold, byType, options.seed))
  : undefined;

const start = performance.now();
const deadlineMs = start + options.minutes * 60_000;
const results: ClassResult[] = [];
const steps: StepResult[] = [];
const total = chosen.length * classes.length * options.seeds;
let done = 0;
try {
  for (const mutated of classes) {
    const confirm = mutated!.type === "xss" ? browser?.runs : undefined;
    const seeds = await seedsOf(
      mutated!,
      byType.get(mutated!.type) ?? [],
      options.seeds,
      options.seed,
      confirm,
      deadlineMs,
    );
    steps.push(...singleSteps(mutated!, seeds, detector, thresholds[0]!.threshold, options.seed));
    for (const [index, named] of chosen.entries()) {
      const attacker = named?.name === surrogateName ? stolen : named;
      const before = (classes.indexOf(mutated) * chosen.length + index) * options.seeds;
      let count = 0;
      results.push(
        await attackClass(mutated!, seeds, attacker!, {
          detector,
          thresholds,
          seed: options.seed,
          deadlineMs,
          ...(confirm === undefined ? {} : { confirm }),
          onSeed: () => {
            done = before + ++count;
            const left = ((performance.now() - start) / done) * (total - done);
            if (process.stderr.isTTY)
              process.stderr.write(
                `\r${mutated!.type} ${attacker!.name} ${count}/${seeds.length}, ${figure(left / 60_000, 1)} min left   `,
              );
          },
        }),
      );
      if (!process.stderr.isTTY)
        process.stderr.write(
          `${mutated!.type} ${attacker!.name}: ${seeds.length} seeds, ${figure((performance.now() - start) / 1000)} s\n`,
        );
    }
  }
} finally {
  await browser?.close();
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const optional = (value: number | null, text: (value: number) => string): string =>
  value === null ? "-" : text(value);
await report(
  [
    {
      title: `Detector ${detector.id}; thresholds ${thresholds.map(({ falseAlarms, threshold }) => `${threshold.toFixed(4)} (${percent(falseAlarms)} false alarms)`).join(", ")}`,
      columns: [
        "class",
        "attacker",
        "seeds",
        "clean 1 %",
        "attacked",
        "queries",
        "clean 0.1 %",
        "attacked",
        "queries",
        "valid",
        "p99 ms",
      ],
      rows: results.map((result) => [
        result.type,
        result.attacker,
        String(result.seeds),
        ...result.at.flatMap(({ clean, attacked, medianQueries }) => [
          percent(clean),
          percent(attacked),
          optional(medianQueries, (value) => figure(value)),
        ]),
        optional(result.validSampled ?? result.validChecked, (value) => percent(value, 0)),
        figure(result.p99Ms, 2),
      ]),
    },
    {
      title:
        "Single steps: each carrier and operator alone, on seeds that are found at 1 %; those that hide the most",
      columns: ["class and step", "valid mutants", "missed", "log-odds down"],
      rows: classes.flatMap((mutated) =>
        steps
          .filter(({ type, mutants, missed }) => type === mutated!.type && mutants >= 5 && missed > 0)
          .slice(0, shownSteps)
          .map(({ type, step, mutants, missed, meanDrop }) => [
            `${type} ${step}`,
            figure(mutants),
            percent(missed),
            figure(meanDrop, 1),
          ]),
      ),
    },
  ],
  { benchmark: "adversary", options, detector: detector.id, thresholds, notes, results, steps },
  options.json,
);
const listed = (items: readonly string[]): string => items.slice(0, 5).join(", ");
for (const { type, attacker, operators, inEvasions } of results) {
  process.stdout.write(`\n${type}, ${attacker}\n`);
  process.stdout.write(
    `  share of the fall: ${listed(operators.map(({ name, share }) => `${name} ${percent(share, 0)}`))}\n`,
  );
  process.stdout.write(
    `  in evasions at 1 %: ${listed(inEvasions.map(({ name, count }) => `${name} ${count}`))}\n`,
  );
}
for (const note of notes) process.stdout.write(`${note}\n`);
