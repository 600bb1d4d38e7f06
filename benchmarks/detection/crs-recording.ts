/**
 * What CRS says of every row. All rows go once through a real Apache with CRS 4 at paranoia level 4 that only detects; the
 * rules that matched tell the scores at the levels below. The answers are kept, so that a second run needs no web server.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { alarmKey } from "../../corpus/alarms.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import type { AuditEntry } from "../../testbed/audit-log.ts";
import { startBackend } from "../../testbed/backend.ts";
import { findCrs, listRuleFiles } from "../../testbed/crs.ts";
import { sendBytes } from "../../testbed/raw-http.ts";
import { replayBytes } from "../../testbed/replay-bytes.ts";
import { startWaf } from "../../testbed/waf.ts";
import { type Hits, paranoiaLevels, type RuleWorths, readRuleWorths, scoreAt } from "./crs-rules.ts";
import { benchCache } from "./detectors.ts";
import { evenlySpaced } from "./rows.ts";

/** What CRS noted on one request. */
export interface CrsAnswer {
  readonly hits: Hits;
  /** The variable that each rule matched last, by rule id, where its log line names one. */
  readonly matched: Readonly<Record<string, string>>;
}

/** How the scores that follow from the hits compare with what the engine itself added up. */
export interface ScoreCheck {
  /** Rows whose scores at all levels were compared within the same run. */
  readonly rows: number;
  /** Of these, so many differ at some level. */
  readonly different: number;
  /** Rows sent once more at a lower level, and how many of them differ, by level. */
  readonly atLevel: Readonly<Record<string, { readonly rows: number; readonly different: number }>>;
  /** Some of the rows that differ, for whoever looks into it. */
  readonly examples: readonly string[];
}

/** The recording of all rows. */
export interface CrsRecording {
  readonly release: string;
  readonly worths: RuleWorths;
  /** Undefined for a request that the web server refused before any rule could read it. */
  answerOf(request: RequestParts): CrsAnswer | undefined;
  readonly check: ScoreCheck;
}

/** Requests under way at the same time, and requests between two starts of the web server: its log is read as a whole. */
const width = 6;
const batchSize = 4_000;
/** Rows of the sample that is sent once more at each lower level. */
const sampleSize = 400;
/** Names the row within a request; no rule of CRS objects to a number in a header. */
const rowHeader = "X-Row";
/** The engine's own sums go into the log at the end of each request. */
const sumsRule = 9_000_900;
const sumsNames = paranoiaLevels.map((level) => `%{tx.inbound_anomaly_score_pl${level}}`).join(" ");

interface Noted extends CrsAnswer {
  readonly sums: readonly number[];
}

/** What is kept, by the key of the request; null where the web server refused it. */
interface Kept {
  readonly answers: ReadonlyMap<string, CrsAnswer | null>;
  readonly check: ScoreCheck;
}

/** Asks CRS about those requests that it was not asked about before, and gives what is known of all. */
export async function recordCrs(
  requests: readonly RequestParts[],
  onProgress: (stage: string, done: number, total: number) => void,
): Promise<CrsRecording> {
  const crs = await findCrs("4");
  const files = await listRuleFiles(crs.rulesDirectory);
  const worths = readRuleWorths(await Promise.all(files.map((file) => readFile(file, "utf8"))));
  const file = join(benchCache, `crs-${crs.release}.json.gz`);
  let kept: Kept = existsSync(file) ? parseKept(readFileSync(file)) : nothingKept;
  const unknown = [...new Map(requests.map((request) => [alarmKey(request), request] as const))].filter(
    ([key]) => !kept.answers.has(key),
  );
  if (unknown.length > 0) {
    const asked = unknown.map(([, request]) => request);
    const noted = await note(asked, 4, (done) => onProgress("CRS", done, asked.length));
    const check = await checkScores(asked, noted, worths, onProgress);
    const answers = new Map(kept.answers);
    for (const [index, [key]] of unknown.entries()) answers.set(key, noted[index] ?? null);
    kept = { answers, check: addChecks(kept.check, check) };
    await mkdir(benchCache, { recursive: true });
    await writeFile(file, formatKept(kept));
  }
  const { answers, check } = kept;
  const answerOf = (request: RequestParts) => answers.get(alarmKey(request)) ?? undefined;
  return { release: crs.release, worths, check, answerOf };
}

const nothingKept: Kept = { answers: new Map(), check: { rows: 0, different: 0, atLevel: {}, examples: [] } };

/** The bytes of a recording. */
export function formatKept({ answers, check }: Kept): Uint8Array {
  const list = [...answers].map(([key, answer]) =>
    answer === null ? [key] : [key, [...answer.hits], answer.matched],
  );
  return gzipSync(JSON.stringify({ check, answers: list }));
}

/** Reads what `formatKept` has written. */
export function parseKept(bytes: Uint8Array): Kept {
  const { check, answers } = JSON.parse(gunzipSync(bytes).toString("utf8")) as {
    check: ScoreCheck;
    answers: [string, [number, number][]?, Record<string, string>?][];
  };
  return {
    check,
    answers: new Map(
      answers.map(([key, hits, matched = {}]) => [
        key,
        hits === undefined ? null : { hits: new Map(hits), matched },
      ]),
    ),
  };
}

function addChecks(one: ScoreCheck, two: ScoreCheck): ScoreCheck {
  const atLevel = Object.fromEntries(
    paranoiaLevels.slice(0, 3).map((level) => {
      const counts = [one.atLevel[level], two.atLevel[level]];
      const sum = (name: "rows" | "different") =>
        counts.reduce((total, own) => total + (own?.[name] ?? 0), 0);
      return [level, { rows: sum("rows"), different: sum("different") }];
    }),
  );
  return {
    rows: one.rows + two.rows,
    different: one.different + two.different,
    atLevel,
    examples: [...one.examples, ...two.examples],
  };
}

/** Sends all requests through CRS at one level, and gives what its audit log says of each. */
async function note(
  requests: readonly RequestParts[],
  level: number,
  onProgress: (done: number) => void,
): Promise<readonly (Noted | undefined)[]> {
  const noted: (Noted | undefined)[] = requests.map(() => undefined);
  const backend = await startBackend({ keep: 1 });
  try {
    for (let from = 0; from < requests.length; from += batchSize) {
      const waf = await startWaf({
        engine: "apache",
        crs: "4",
        upstream: backend.port,
        paranoiaLevel: level,
        ruleEngine: "DetectionOnly",
        auditLog: "ABHZ",
        finalRules: `SecAction "id:${sumsRule},phase:5,pass,log,auditlog,t:none,msg:'${sumsNames}'"`,
      });
      try {
        const until = Math.min(requests.length, from + batchSize);
        let next = from;
        const work = async (): Promise<void> => {
          for (let index = next++; index < until; index = next++) {
            const row = [rowHeader, String(index)] as const;
            await sendBytes(waf.port, replayBytes(requests[index] as RequestParts, [row]));
            if (index % 50 === 0) onProgress(index);
          }
        };
        await Promise.all(Array.from({ length: width }, work));
        for (const entry of await waf.auditLog()) {
          const index = Number(entry.requestHeaders[rowHeader.toLowerCase()] ?? Number.NaN);
          const answer = readEntry(entry);
          if (answer !== undefined && noted[index] === undefined) noted[index] = answer;
        }
      } finally {
        await waf.stop();
      }
    }
  } finally {
    await backend.stop();
  }
  return noted;
}

/** Rules of the rule set have six digits from here on; what is below belongs to the engine's configuration. */
const firstRule = 910_000;
const lastRule = 949_000;

/** What one entry of the audit log says; undefined where the rules did not run. */
export function readEntry(entry: Pick<AuditEntry, "messages">): Noted | undefined {
  const sums = entry.messages.find(({ id }) => id === sumsRule)?.message;
  if (sums === undefined) return undefined;
  const hits = new Map<number, number>();
  const matched: Record<string, string> = {};
  for (const { id, data, match } of entry.messages) {
    if (id < firstRule || id >= lastRule) continue;
    hits.set(id, (hits.get(id) ?? 0) + 1);
    const variable =
      /found within (.{1,200}?): /.exec(data)?.[1] ?? / at ([A-Z_]+(?::.{1,200})?)\./.exec(match)?.[1];
    if (variable !== undefined) matched[id] = variable;
  }
  return { hits, matched, sums: sums.split(" ").map((text) => Number(text) || 0) };
}

async function checkScores(
  requests: readonly RequestParts[],
  noted: readonly (Noted | undefined)[],
  worths: RuleWorths,
  onProgress: (stage: string, done: number, total: number) => void,
): Promise<ScoreCheck> {
  const examples: string[] = [];
  const totals = (sums: readonly number[]): readonly number[] =>
    paranoiaLevels.map((level) => sums.slice(0, level).reduce((sum, points) => sum + points, 0));
  let different = 0;
  let rows = 0;
  for (const [index, answer] of noted.entries()) {
    if (answer === undefined) continue;
    rows++;
    const found = paranoiaLevels.map((level) => scoreAt(answer.hits, worths, level));
    if (found.join() === totals(answer.sums).join()) continue;
    different++;
    if (examples.length < 20)
      examples.push(
        `${requests[index]?.uri.slice(0, 80)}: rules ${[...answer.hits].join(" ")} give ${found}, the engine ${totals(answer.sums)}`,
      );
  }
  const atLevel: Record<string, { rows: number; different: number }> = {};
  const sample = evenlySpaced(
    [...noted.keys()].filter((index) => noted[index] !== undefined),
    sampleSize,
  );
  for (const level of paranoiaLevels.slice(0, 3)) {
    const again = await note(
      sample.map((index) => requests[index] as RequestParts),
      level,
      (done) => onProgress(`CRS at level ${level}`, done, sample.length),
    );
    let count = 0;
    for (const [position, index] of sample.entries()) {
      const expected = scoreAt(noted[index]?.hits ?? new Map(), worths, level);
      const real = totals(again[position]?.sums ?? []).at(-1);
      if (expected === real) continue;
      count++;
      if (examples.length < 40)
        examples.push(`level ${level}: ${requests[index]?.uri.slice(0, 80)}: ${expected}, really ${real}`);
    }
    atLevel[level] = { rows: sample.length, different: count };
  }
  return { rows, different, atLevel, examples };
}
