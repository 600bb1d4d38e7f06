/**
 * Writes `demo/traffic/reading.jsonl` and `demo/traffic/writing.jsonl`, the recorded visitors. The same seed and texts
 * give the same files: `node demo/users/record.ts`.
 */
import { writeFileSync } from "node:fs";
import { seededRandom } from "../../src/random.ts";
import { visitor } from "../requests/browser.ts";
import type { RecordedRequest } from "../requests/request.ts";
import { read, type Step, writingErrands } from "./errands.ts";

/** Requests of pure reading, at least. */
const readingRequests = 2_400;

/** The recorded visitors, by the name of their traffic file. */
export function recordVisitors(): Record<"reading" | "writing", RecordedRequest[]> {
  const random = seededRandom(2024);
  const reading: Step[] = [];
  while (reading.length < readingRequests) {
    const headers = visitor(random);
    for (let pages = random.below(4) + 1; pages > 0; pages--) reading.push(...read(random, headers));
  }
  const writing = writingErrands(random, () => visitor(random)).flat();
  return { reading: reading.map(rowOf("reading")), writing: writing.map(rowOf("writing")) };
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
