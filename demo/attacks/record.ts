/**
 * Writes `demo/traffic/attacks.jsonl`: every payload in one carrier of its class and every third in a second one. The
 * same seed and payloads give the same file: `node demo/attacks/record.ts`.
 */
import { writeFileSync } from "node:fs";
import { seededRandom } from "../../src/random.ts";
import { visitor } from "../requests/browser.ts";
import type { RecordedRequest } from "../requests/request.ts";
import { carriers } from "./carriers.ts";
import { payloadFiles, readPayloads } from "./payloads.ts";

/** The recorded attacks, class by class. */
export function recordAttacks(): RecordedRequest[] {
  const random = seededRandom(4711);
  const rows: RecordedRequest[] = [];
  for (const file of payloadFiles) {
    const choices = carriers[file];
    readPayloads(file).forEach((text, index) => {
      const uses = index % 3 === 0 && choices.length > 1 ? 2 : 1;
      for (let use = 0; use < uses; use++) {
        const carrier = choices[(index + use * 2 + Math.floor(index / choices.length)) % choices.length]!;
        rows.push({
          id: `demo-attacks-${rows.length + 1}`,
          source: "demo-attacks",
          label: "attack",
          attack_type: file.startsWith("scanner") ? "scanner" : file,
          ...carrier(text, visitor(random), random),
          granularity: "request",
          text,
        });
      }
    });
  }
  return rows;
}

if (import.meta.main) {
  const rows = recordAttacks();
  const file = new URL("../traffic/attacks.jsonl", import.meta.url);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  process.stdout.write(`${rows.length} requests in demo/traffic/attacks.jsonl\n`);
}
