import { expect, test } from "vitest";
import { formatKept, parseKept, readEntry } from "../../../benchmarks/detection/crs-recording.ts";
import { readRuleWorths, rulesAt, scoreAt } from "../../../benchmarks/detection/crs-rules.ts";

const rules = `
SecRule ARGS "@rx a" "id:942100,phase:2,block,severity:'CRITICAL',\\
    setvar:'tx.sql_injection_score=+%{tx.critical_anomaly_score}',\\
    setvar:'tx.inbound_anomaly_score_pl1=+%{tx.critical_anomaly_score}'"

SecRule ARGS "@rx b" "id:920230,phase:2,block,setvar:'tx.inbound_anomaly_score_pl2=+%{tx.warning_anomaly_score}'"

SecRule ARGS "@rx c" "id:920274,phase:1,block,chain"
  SecRule ARGS "@rx d" "setvar:'tx.inbound_anomaly_score_pl4=+%{tx.notice_anomaly_score}'"

SecRule RESPONSE_BODY "@rx e" "id:951100,phase:4,block,setvar:'tx.outbound_anomaly_score_pl1=+%{tx.error_anomaly_score}'"

SecAction "id:949060,phase:2,pass,setvar:'tx.blocking_inbound_anomaly_score=+%{tx.inbound_anomaly_score_pl1}'"
`;

test("the worth of a rule is the level and the points that it adds to the inbound score", () => {
  expect(Object.fromEntries(readRuleWorths([rules]))).toEqual({
    942100: { level: 1, points: 5 },
    920230: { level: 2, points: 3 },
    920274: { level: 4, points: 2 },
  });
});

test("a score counts every match of the rules at or below the level, and none of those that are off", () => {
  const worths = readRuleWorths([rules]);
  const hits = new Map([
    [942100, 2],
    [920230, 1],
    [920274, 3],
    [999999, 4],
  ]);
  expect([1, 2, 3, 4].map((level) => scoreAt(hits, worths, level))).toEqual([10, 13, 13, 19]);
  expect(scoreAt(hits, worths, 4, new Set([942100, 920274]))).toBe(3);
  expect(rulesAt(hits, worths, 2)).toEqual([920230, 942100]);
});

test("a log entry tells how often each rule matched and the variable that it named last", () => {
  const message = (id: number, data: string, match = "Warning. Pattern match") => ({
    id,
    message: "",
    data,
    tags: [],
    match,
  });
  const entry = {
    messages: [
      message(200002, "Failed to parse request body."),
      message(942100, "Matched Data: s&1 found within ARGS:a: 1' or 1"),
      message(942100, "Matched Data: s&1 found within ARGS:b: 1' or 1"),
      message(920230, "", "Warning. Operator GE matched 3 at REQUEST_HEADERS:Host."),
      message(949110, "Inbound Anomaly Score Exceeded"),
      { ...message(9_000_900, ""), message: "10 3 0 0" },
    ],
  };
  const noted = readEntry(entry);
  expect([...(noted?.hits ?? [])]).toEqual([
    [942100, 2],
    [920230, 1],
  ]);
  expect(noted?.matched).toEqual({ 942100: "ARGS:b", 920230: "REQUEST_HEADERS:Host" });
  expect(noted?.sums).toEqual([10, 3, 0, 0]);
});

test("an entry without the engine's sums is of a request that no rule has read", () => {
  expect(readEntry({ messages: [] })).toBeUndefined();
});

test("a recording is read as it was written, with what the web server refused", () => {
  const kept = {
    check: { rows: 1, different: 0, atLevel: {}, examples: [] },
    answers: new Map([
      ["a", { hits: new Map([[942100, 2]]), matched: { 942100: "ARGS:p" } }],
      ["b", null],
    ]),
  };
  expect(parseKept(formatKept(kept))).toEqual(kept);
});
