/** Runs FTW tests against a WAF and says of each what the log showed and whether that is what the test expects. */
import { randomUUID } from "node:crypto";
import type { AuditEntry, AuditMessage } from "../audit-log.ts";
import { type RawReply, sendBytes, sendRequest } from "../raw-http.ts";
import type { Waf, WafOptions } from "../waf.ts";
import { formatFtwRequest } from "./request.ts";
import type { FtwOutput, FtwStage } from "./tests.ts";

/** What became of one stage. */
export interface FtwResult {
  readonly name: string;
  /** Status of the reply; 0 when the server closed without one. */
  readonly status: number;
  /** UNIQUE_ID, when the transaction is in the audit log. */
  readonly transaction: string | undefined;
  /** Ids in the audit log, ascending, none twice; `undefined` when the transaction is not in it. */
  readonly ids: readonly number[] | undefined;
  /** The alarms themselves, for a look at scores and texts. */
  readonly messages: readonly AuditMessage[];
  /** What the test expects and did not get; empty when it passes. */
  readonly complaints: readonly string[];
}

/** How CRS's tests want a WAF to be set up: everything detected, nothing blocked, and limits on arguments and files. */
export const ftwSettings: Pick<WafOptions, "ruleEngine" | "paranoiaLevel" | "crsSettings" | "auditLog"> = {
  ruleEngine: "DetectionOnly",
  paranoiaLevel: 4,
  auditLog: "ABFHZ",
  crsSettings: {
    crs_validate_utf8_encoding: 1,
    arg_name_length: 100,
    arg_length: 400,
    total_arg_length: 64_000,
    max_num_args: 255,
    max_file_size: 64_100,
    combined_file_sizes: 65_535,
  },
};

const markerName = "X-CRS-Test";

// A request that promises more than it sends leaves both sides waiting. After this time our side closes its half, which
// makes the server go on.
const silenceMs = 10_000;

/** Runs the stages, several at a time, and gives the results in the same order. */
export async function runFtwTests(waf: Waf, stages: readonly FtwStage[]): Promise<readonly FtwResult[]> {
  const run = randomUUID();
  const replies: (RawReply | Error)[] = new Array(stages.length);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < stages.length; at = next++) {
      const stage = stages[at];
      if (stage === undefined) return;
      const bytes = formatFtwRequest(stage.input, [markerName, `${run}/${at}`]);
      replies[at] = await sendBytes(waf.port, bytes, { silenceMs }).catch((error: Error) => error);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));

  // The server has closed every connection after it had logged; the marker only waits for the end of the file.
  const marker = `${run}/end`;
  await sendRequest(waf.port, { path: "/end-of-tests", headers: { [markerName]: marker } });
  await waf.waitForAudit((entry) => entry.requestHeaders["x-crs-test"] === marker);
  const entries = new Map<string, AuditEntry>();
  for (const entry of await waf.auditLog()) entries.set(entry.requestHeaders["x-crs-test"] ?? "", entry);
  return stages.map((stage, at) => judge(stage, replies[at], entries.get(`${run}/${at}`)));
}

function judge(
  stage: FtwStage,
  reply: RawReply | Error | undefined,
  entry: AuditEntry | undefined,
): FtwResult {
  const status = reply === undefined || reply instanceof Error ? 0 : reply.status;
  const body = reply === undefined || reply instanceof Error ? "" : reply.body;
  const messages = entry?.messages ?? [];
  const ids =
    entry && [...new Set(messages.map(({ id }) => id))].filter((id) => id > 0).sort((a, b) => a - b);
  return {
    name: stage.name,
    status,
    transaction: entry?.id,
    ids,
    messages,
    complaints: complain(stage.output, status, body, new Set(ids), messages.map(formatMessage).join("\n")),
  };
}

function complain(
  output: FtwOutput,
  status: number,
  body: string,
  ids: ReadonlySet<number>,
  log: string,
): readonly string[] {
  if (output.expect_error === true && status === 0) return [];
  const complaints: string[] = [];
  const demand = (isMet: boolean, complaint: string) => {
    if (!isMet) complaints.push(complaint);
  };
  const { expect_ids = [], no_expect_ids = [], match_regex, no_match_regex } = output.log ?? {};
  if (output.status !== undefined) demand(status === output.status, `status ${status}, not ${output.status}`);
  for (const id of expect_ids) demand(ids.has(id), `rule ${id} did not match`);
  for (const id of no_expect_ids) demand(!ids.has(id), `rule ${id} matched`);
  const says = (pattern: string) => new RegExp(pattern, "m").test(log);
  if (match_regex !== undefined) demand(says(match_regex), `the log does not say ${match_regex}`);
  if (no_match_regex !== undefined) demand(!says(no_match_regex), `the log says ${no_match_regex}`);
  if (output.log_contains !== undefined)
    demand(says(output.log_contains), `the log lacks ${output.log_contains}`);
  if (output.no_log_contains !== undefined)
    demand(!says(output.no_log_contains), `the log has ${output.no_log_contains}`);
  if (output.response_contains !== undefined) {
    demand(body.includes(output.response_contains), `the reply lacks ${output.response_contains}`);
  }
  return complaints;
}

/** As error logs write an alarm, since that is what tests with patterns are written for. */
function formatMessage({ id, message, data, tags, match }: AuditMessage): string {
  const shownTags = tags.map((tag) => ` [tag "${tag}"]`).join("");
  return `${match} [id "${id}"] [msg "${message}"] [data "${data}"]${shownTags}`;
}
