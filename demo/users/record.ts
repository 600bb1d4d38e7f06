/**
 * Writes the recorded visitors: `demo/traffic/history.jsonl` of the weeks before, `reading.jsonl` and `writing.jsonl` of the
 * examination. The same seed and texts give the same files: `node demo/users/record.ts`.
 */
import { writeFileSync } from "node:fs";
import { seededRandom } from "../../src/random.ts";
import { visitor } from "../requests/browser.ts";
import type { RecordedRequest } from "../requests/request.ts";
import { read, type Step, writingErrands } from "./errands.ts";
import { readWriting } from "./writing.ts";

/** Requests of pure reading, at least. */
const readingRequests = 2_400;

/** Errands of pure reading in the weeks before, and the networks that their visitors came from. */
const historyReading = 500;
const historyNetworks = 40;

/** The recorded visitors, by the name of their traffic file. */
export function recordVisitors(): Record<"history" | "reading" | "writing", RecordedRequest[]> {
  const random = seededRandom(2024);
  const now = readWriting("writing");
  const reading: Step[] = [];
  while (reading.length < readingRequests) {
    const headers = visitor(random);
    for (let pages = random.below(4) + 1; pages > 0; pages--) reading.push(...read(random, headers, now));
  }
  const writing = writingErrands(random, () => visitor(random), now).flat();
  return {
    history: recordHistory(),
    reading: reading.map(rowOf("reading")),
    writing: writing.map(rowOf("writing")),
  };
}

/** What others did in the weeks before, in no order, each errand from an address of its own. */
function recordHistory(): RecordedRequest[] {
  const random = seededRandom(2023);
  const before = readWriting("history");
  const errands = writingErrands(random, () => visitor(random), before);
  for (let i = 0; i < historyReading; i++) errands.push(read(random, visitor(random), before));
  for (let last = errands.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [errands[last], errands[other]] = [errands[other]!, errands[last]!];
  }
  const clients = errands.flatMap((steps) => {
    const client = `127.0.${random.below(historyNetworks) + 1}.${random.below(200) + 1}`;
    return steps.map(() => client);
  });
  return errands
    .flat()
    .map(rowOf("history"))
    .map((row, index) => ({ ...row, client: clients[index]! }));
}

function rowOf(source: string): (step: Step, index: number) => RecordedRequest {
  return ({ draft, text }, index) => ({
    id: `demo-${source}-${index + 1}`,
    source: `demo-${source}`,
    label: "benign",
    attack_type: null,
    ...draft,
    granularity: "request",
    ...(text === undefined ? {} : { text }),
  });
}

if (import.meta.main) {
  for (const [name, rows] of Object.entries(recordVisitors())) {
    const file = new URL(`../traffic/${name}.jsonl`, import.meta.url);
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    process.stdout.write(`${rows.length} requests in demo/traffic/${name}.jsonl\n`);
  }
}
