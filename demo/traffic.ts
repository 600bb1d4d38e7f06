/** Reads the recorded traffic of the demo. */
import { readFileSync } from "node:fs";
import type { RecordedRequest } from "./requests/request.ts";

/** The traffic files: the visitors of the weeks before, those of the examination by what they do, and the attacks. */
export type TrafficName = "history" | "reading" | "writing" | "attacks";

/** The rows of `traffic/NAME.jsonl`. */
export function readTraffic(name: TrafficName): RecordedRequest[] {
  return readFileSync(new URL(`traffic/${name}.jsonl`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RecordedRequest);
}
