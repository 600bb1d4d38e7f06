/**
 * Where the time of a verdict goes: each step of a request measured alone, in one process, in its CPU time. The steps take
 * turns. Alone, each has the caches of the processor to itself: inside the server all of them together cost more.
 */
import { loadDetector } from "../src/config/load-detector.ts";
import { fillRequestShape, requestShape } from "../src/features/request-shape.ts";
import { textsOf } from "../src/features/texts.ts";
import { createMetrics } from "../src/server/metrics.ts";
import { readVerdictFields, writeVerdictLine } from "../src/server/protocols/verdict-fields.ts";
import { readVerdictJson, writeVerdictJson } from "../src/server/protocols/verdict-json.ts";
import { buildTransaction } from "../src/transaction/build.ts";
import { type Dialect, fieldsDialect, jsonDialect } from "./dialects.ts";
import { readOptions } from "./options.ts";
import { figure, report } from "./report.ts";
import { makeRequests } from "./requests.ts";
import { median } from "./statistics.ts";

const options = readOptions("Measures the steps of a verdict, each alone.", {
  model: "",
  rounds: 25,
  requests: 4_000,
  seed: 1,
});

/** Rounds after which compilers have settled. */
const warmUpRounds = 5;

const requests = makeRequests(options.requests, options.seed);
const bodiesOf = (dialect: Dialect): readonly Buffer[] =>
  requests.map(dialect).map((message) => message.subarray(message.indexOf("\r\n\r\n") + 4));
const json = bodiesOf(jsonDialect);
const fields = bodiesOf(fieldsDialect);
const parts = json.map((message) => readVerdictJson(message, Date.now()).parts);
const transactions = parts.map(buildTransaction);
const detector = loadDetector(options.model === "" ? undefined : options.model);
const verdicts = transactions.map((transaction) => detector.inspect(transaction));
const metrics = createMetrics();
const row = new Float64Array(requestShape.length);

const at = <T>(items: readonly T[], index: number): T => items[index] as T;
const steps: Readonly<Record<string, (index: number) => unknown>> = {
  "reading the message, JSON": (index) => readVerdictJson(at(json, index), Date.now()),
  "reading the message, fields": (index) => readVerdictFields(at(fields, index)),
  "building the transaction": (index) => buildTransaction(at(parts, index)),
  "the whole detector": (index) => detector.inspect(at(transactions, index)),
  "the 26 numbers, where the forest has a say": (index) => fillRequestShape(at(transactions, index), row, 0),
  "… of which decoding and choosing texts": (index) => textsOf(at(transactions, index)),
  metrics: (index) => metrics.verdict("default", "general", at(verdicts, index), 0.0001),
  "writing the verdict, JSON": (index) => writeVerdictJson(at(verdicts, index), 50),
  "writing the verdict, fields": (index) => writeVerdictLine(at(verdicts, index)),
};

const found = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
for (let round = 0; round < warmUpRounds + options.rounds; round++) {
  for (const [name, step] of Object.entries(steps)) {
    const before = process.cpuUsage();
    for (let index = 0; index < requests.length; index++) step(index);
    const { user, system } = process.cpuUsage(before);
    if (round >= warmUpRounds) found.get(name)?.push((user + system) / requests.length);
  }
}

const results = Array.from(found, ([name, us]) => ({ name, us: median(us), fastestUs: Math.min(...us) }));
await report(
  [
    {
      title: `CPU time of each step of a request; ${options.rounds} rounds of ${figure(requests.length)} requests`,
      columns: ["", "median µs", "fastest µs"],
      rows: results.map(({ name, us, fastestUs }) => [name, figure(us, 1), figure(fastestUs, 1)]),
    },
  ],
  { benchmark: "parts", options, results },
  options.json,
);
