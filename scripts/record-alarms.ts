/**
 * Records which rules of CRS match on the training set: `npm run record:alarms`. Sends a sample of every source through a
 * real Apache with the plugin in second opinion, with CRS 3.3 and with CRS 4, at each of the paranoia levels that are recorded,
 * and keeps what the verdict server is told of the alarms, so that training sees what serving will see. Run it after the corpus has changed.
 */
import { writeFileSync } from "node:fs";
import {
  type Alarms,
  alarmKey,
  alarmsFile,
  formatAlarms,
  type RecordedLevel,
  recordedLevels,
} from "../corpus/alarms.ts";
import { progressLine } from "../src/cli/progress.ts";
import type { TrafficRow } from "../src/traffic/traffic-row.ts";
import { startBackend } from "../testbed/backend.ts";
import type { CrsVersion } from "../testbed/crs.ts";
import { startFakeVerdictServer } from "../testbed/fake-verdict-server.ts";
import { fieldPairs } from "../testbed/fields.ts";
import { sendBytes } from "../testbed/raw-http.ts";
import { replayBytes } from "../testbed/replay-bytes.ts";
import { startWaf } from "../testbed/waf.ts";
import { trainingRows } from "./training-rows.ts";

const seed = 1;
const dataFolder = process.argv[2] ?? "../shared/data";
/** Rows of each source and label that are sent. */
const sampleSize = Number(process.argv[3] ?? 1_500);
/** Each of these rows was written so that one rule matches it: their alarms do not show how often a rule is right. */
const rulesOwnTests = "crs-regression";
/** Requests under way at the same time. */
const width = 6;
/** Names the row within a request; no rule of CRS objects to a number in a header. */
const rowHeader = "X-Row";

const rows = await sampleRows();
const alarms = new Map<string, Alarms>();
const progress = progressLine(process.stderr);
const backend = await startBackend();
for (const level of recordedLevels) for (const crs of ["3", "4"] as const) await record(crs, level);
await backend.stop();
progress.clear();
writeFileSync(alarmsFile, formatAlarms(alarms));
process.stdout.write(`corpus/alarms.jsonl.gz: alarms on ${alarms.size} of ${rows.length} requests\n`);

/** Rows at equal distances from every source and label. */
async function sampleRows(): Promise<readonly TrafficRow[]> {
  const groups = new Map<string, TrafficRow[]>();
  for await (const row of trainingRows(dataFolder, seed)) {
    if (row.source === rulesOwnTests) continue;
    const key = `${row.source} ${row.label}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const step = Math.max(1, group.length / sampleSize);
    return Array.from({ length: Math.min(sampleSize, group.length) }, (_, i) => group[Math.floor(i * step)]!);
  });
}

/** Sends all rows through one rule set at one paranoia level and adds the alarms that it raises. */
async function record(crs: CrsVersion, level: RecordedLevel): Promise<void> {
  const verdicts = await startFakeVerdictServer({ verdict: "pass" });
  const settings = { socket: verdicts.socket, deadline: 30_000, breaker_failures: 1_000_000 };
  const waf = await startWaf({
    engine: "apache",
    crs,
    paranoiaLevel: level,
    upstream: backend.port,
    auditLog: "off",
    plugin: { settings },
  });
  try {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < rows.length; index = next++) {
        await sendBytes(waf.port, replayBytes(rows[index]!.request, [[rowHeader, String(index)]]));
        if (index % 100 === 0) progress.update(`CRS ${crs}, level ${level}`, index, rows.length);
      }
    };
    await Promise.all(Array.from({ length: width }, work));
    for (const { fields } of verdicts.asked) {
      const row = fieldPairs(fields, "header").find(([name]) => name === rowHeader)?.[1];
      const rules = fieldPairs(fields, "rule").map(([id]) => Number(id));
      if (row === undefined || rules.length === 0) continue;
      const key = alarmKey(rows[Number(row)]!.request);
      alarms.set(key, [...(alarms.get(key) ?? []), { level, rules: rules.sort((a, b) => a - b) }]);
    }
  } finally {
    await waf.stop();
    await verdicts.stop();
  }
}
