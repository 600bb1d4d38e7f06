/**
 * What the recordings hold and what CRS 4 makes of them, as a table in Markdown: `node scripts/recorded-report.ts`. Needs the
 * rule files of CRS 4, which the testbed brings.
 */
import { readFileSync } from "node:fs";
import { rulePoints, scoreAt } from "../corpus/recorded/levels.ts";
import { isStatic, type RecordedRow, readRecording, recordingFiles } from "../corpus/recorded/recording.ts";
import { networkOf } from "../corpus/recorded/visitors.ts";
import { findCrs, listRuleFiles } from "../testbed/crs.ts";

/** CRS's threshold as it comes. */
const threshold = 5;

const { rulesDirectory } = await findCrs("4");
const points = rulePoints((await listRuleFiles(rulesDirectory)).map((file) => readFileSync(file, "utf8")));

const lines = [
  "| recording | rows | of these dynamic | distinct dynamic | with a body | networks | KB | PL1 | PL2 | PL3 | PL4 |",
  "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  ...recordingFiles().map((file) => {
    const rows = readRecording(file);
    const dynamic = rows.filter((row) => !isStatic({ query: "", ...row }));
    const share = (level: number): string => {
      const blocked = rows.filter((row) => scoreOf(row, level) >= threshold).length;
      return `${blocked} (${((100 * blocked) / rows.length).toFixed(1)} %)`;
    };
    return `| ${[
      `\`${rows[0]!.source}\``,
      rows.length,
      dynamic.length,
      new Set(dynamic.map(contentOf)).size,
      rows.filter(({ body, body_b64 }) => body !== undefined || body_b64 !== undefined).length,
      new Set(rows.map(({ client }) => networkOf(client))).size,
      Math.round(readFileSync(file).length / 1024),
      ...[1, 2, 3, 4].map(share),
    ].join(" | ")} |`;
  }),
];
process.stdout.write(`${lines.join("\n")}\n`);

/** CRS says the score of level 1 itself; those of the others follow from the rules. */
function scoreOf({ waf }: RecordedRow, level: number): number {
  if (waf === undefined) return 0;
  return level === 1 ? waf.score : Math.max(waf.score, scoreAt(level, waf.rules, points));
}

function contentOf({ method, path, query, body, body_b64 }: RecordedRow): string {
  return JSON.stringify([method, path, query, body, body_b64]);
}
