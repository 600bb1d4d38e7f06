/** Writes the model card of a detector: what it was trained on, under which licences, how it does, what it cannot do. */
import type { DetectorParts } from "../src/detector/detector-file.ts";
import { predictedTypes } from "../src/training/confusion.ts";
import type { Evaluation, GroupReport } from "../src/training/evaluate.ts";
import { falseAlarmRates } from "../src/training/evaluate.ts";

/** Origin and licence of each public source; those of the project's own corpus begin with `corpus`. */
const origins: Readonly<Record<string, readonly [origin: string, licence: string]>> = {
  httpparams: ["Morzeux/HttpParamsDataset", "MIT"],
  "modsec-learn": ["pralab/modsec-learn", "MIT"],
  libinjection: ["libinjection/libinjection", "BSD-3-Clause"],
  patt: ["swisskyrepo/PayloadsAllTheThings", "MIT"],
  "patt-readme": ["swisskyrepo/PayloadsAllTheThings", "MIT"],
  payloadbox: ["payloadbox", "MIT"],
  fuzzdb: ["fuzzdb-project/fuzzdb", "BSD-3-Clause, CC-BY"],
  "crs-regression": ["coreruleset/coreruleset, regression tests", "Apache-2.0"],
  "openappsec-legit": ["openappsec, by way of pralab", "Apache-2.0, MIT"],
  "elastic-apache": ["elastic/examples", "Apache-2.0"],
  "tldr-pages": ["tldr-pages/tldr", "CC-BY-4.0"],
  "ud-ewt-a": ["UD_English-EWT", "CC-BY-SA-4.0"],
  "octokit-webhooks": ["octokit/webhooks", "MIT"],
  "commonmark-spec": ["commonmark/commonmark-spec", "CC-BY-SA-4.0"],
};

/** The card as Markdown. */
export function modelCard(parts: DetectorParts, id: string, bytes: number, evaluation: Evaluation): string {
  const { provenance, operatingPoints, fusion } = parts;
  const total = (field: "benign" | "attack" | "dropped"): number =>
    provenance.sources.reduce((sum, source) => sum + source[field], 0);
  return `# Model card: the default detector

Made by \`npm run train:default\`; this card is written by the same command.

| | |
| --- | --- |
| detector | \`${id}\`, ${bytes} bytes, made with Arbiter ${provenance.madeWith}, seed ${provenance.seed} |
| data digest | \`${provenance.dataDigest}\` |
| models | n-grams of letters, n-grams of tokens, Isolation Forest over 26 numbers; fused by logistic regression; boosted trees over signs of structure; in second opinion, evidence of CRS's rules |
| fusion weights | letters ${fusion.weights[0]?.toFixed(3)}, tokens ${fusion.weights[1]?.toFixed(3)}, forest ${fusion.weights[2]?.toFixed(3)} |

## What it is for

Verdicts on HTTP requests of sites that it has never seen, beside a web application firewall or instead of none. It knows
nothing of your site: expect more false alarms on sites whose ordinary traffic holds code, markup or query languages.

## Data

${total("benign")} benign and ${total("attack")} attack rows. ${total("dropped")} rows were left out: said before, without any syntax to learn from,
or attack rows that models trained on the other sources called harmless (wrong labels, such as plain words in fuzz lists).

| source | origin | licence | benign | attack | left out |
| --- | --- | --- | ---: | ---: | ---: |
${provenance.sources
  .map(({ name, benign, attack, dropped }) => {
    const [origin, licence] = origins[name] ?? ["the project's own corpus", "Apache-2.0"];
    return `| ${name} | ${origin} | ${licence} | ${benign} | ${attack} | ${dropped} |`;
  })
  .join("\n")}

${secondOpinion(parts)}
## How it does on sources that it had not seen

The sources are parted into groups; every row below was scored by models that were fitted without its group. Thresholds
come from all benign rows pooled. FA: share of the source's benign rows called an attack. Found: share of its attacks.
Rows of lists are distinct, so these are no shares of traffic. The final models are fitted on all sources.

${table("source", evaluation.sources)}

| attack type | rows | ${falseAlarmRates.map((rate) => `found at ${percent(Number(rate))} FA`).join(" | ")} |
| --- | ---: | ---: | ---: | ---: |
${Object.entries(evaluation.attackTypes)
  .map(
    ([name, { attack, detection }]) =>
      `| ${name} | ${attack} | ${falseAlarmRates.map((rate) => percent(detection?.[rate] ?? 0)).join(" | ")} |`,
  )
  .join("\n")}

${confusionTable(evaluation.confusion)}
## Operating points

| preset | mode | suspect from | attack from |
| --- | --- | ---: | ---: |
${Object.entries(operatingPoints)
  .flatMap(([preset, points]) =>
    Object.entries(points).map(
      ([mode, { suspect, attack }]) =>
        `| ${preset} | ${mode} | ${suspect.toFixed(6)} | ${attack.toFixed(6)} |`,
    ),
  )
  .join("\n")}

| threshold | benign rows at or above | attacks at or above |
| ---: | ---: | ---: |
${parts.measured
  .map(
    ({ threshold, falseAlarms, detection }) =>
      `| ${threshold.toFixed(6)} | ${percent(falseAlarms)} | ${percent(detection)} |`,
  )
  .join("\n")}

Probabilities are calibrated at even odds: 0.5 means that a request like this is as common among the attacks of the
training set as among its ordinary requests. Real traffic holds far fewer attacks. The picture shows left-out rows in bins
of one step of log-odds, where both labels weigh the same; on the diagonal a probability is what it says.

![Share of attacks against mean probability](default-reliability.svg)

## Limits

- Attacks without syntax (a missing authentication check, a path that only an exploit asks for, a stolen session) leave
  nothing to read. They need the application profiles and sequences that this release does not have yet.
- A site whose users post code, SQL or markup needs its own labels, or second opinion with rule exclusions.
- The benign side holds few recorded whole requests; rates below 0.1 % are extrapolated from generated ones.
- Encrypted and binary bodies are not read, nor compressed ones that come to more than 1 MiB; the verdict says so.
`;
}

/** What second opinion does with alarms, and the rules whose word counts most. */
function secondOpinion(parts: DetectorParts): string {
  const { secondOpinion: measured, evidence } = parts;
  if (measured === null) return "";
  const heaviest = evidence.signs
    .map((rule, i) => [rule, evidence.weights[i]!] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([rule, weight]) => `${rule} (${weight.toFixed(1)})`);
  return `## Second opinion

On ${measured.falseAlarms} false alarms and ${measured.attacks} attacks of a sample of these sources, sent through CRS 3.3 and 4 at paranoia level 1
and scored by models that had not seen the source: **${percent(measured.left)} of the false alarms are left, ${percent(measured.kept)} of the attacks stay
blocked**. Each source counts as if it had at most 800 alarms of a label. ${evidence.signs.length} rules add evidence; the most:
${heaviest.join(", ")}.
`;
}

/** What attacks were taken for. */
function confusionTable(confusion: Evaluation["confusion"]): string {
  const columns = predictedTypes(confusion);
  if (columns.length === 0) return "";
  return `What the attacks found at ${percent(0.01)} FA were taken for, rows by what they are. The models that named them learnt types in a
third of the passes that the final ones do.

| | ${columns.join(" | ")} |
| --- |${" ---: |".repeat(columns.length)}
${Object.entries(confusion)
  .map(([type, own]) => `| ${type} | ${columns.map((column) => own[column] ?? "").join(" | ")} |`)
  .join("\n")}
`;
}

function table(heading: string, groups: Readonly<Record<string, GroupReport>>): string {
  const header = `| ${heading} | benign | attack | FA at ${falseAlarmRates.map((rate) => percent(Number(rate))).join(" | FA at ")} | found at ${falseAlarmRates
    .map((rate) => percent(Number(rate)))
    .join(" | found at ")} | AUC |`;
  const rule = `| --- | ${"---: | ".repeat(9)}`.trim();
  const rows = Object.entries(groups).map(
    ([name, { benign, attack, falseAlarms, detection, auc }]) =>
      `| ${name} | ${benign} | ${attack} | ${falseAlarmRates
        .map((rate) => (falseAlarms === undefined ? "" : percent(falseAlarms[rate])))
        .join(" | ")} | ${falseAlarmRates
        .map((rate) => (detection === undefined ? "" : percent(detection[rate])))
        .join(" | ")} | ${auc?.toFixed(4) ?? ""} |`,
  );
  return [header, rule, ...rows].join("\n");
}

function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return "0 %";
  return `${value >= 10 ? value.toFixed(1) : value.toPrecision(2)} %`;
}
