import { expect, test } from "vitest";
import { rulePoints, scoreAt } from "../../../corpus/recorded/levels.ts";

const rules = `
SecRule ARGS "@rx a" \\
    "id:942100,phase:2,block,\\
    setvar:'tx.sql_injection_score=+%{tx.critical_anomaly_score}',\\
    setvar:'tx.inbound_anomaly_score_pl1=+%{tx.critical_anomaly_score}'"

SecRule ARGS "@rx b" "id:942430,phase:2,block,chain"
    SecRule ARGS "@rx c" "setvar:'tx.inbound_anomaly_score_pl2=+%{tx.warning_anomaly_score}'"

SecRule ARGS "@rx d" "id:920274,phase:1,pass,setvar:'tx.inbound_anomaly_score_pl4=+%{tx.notice_anomaly_score}'"

SecRule RESPONSE_BODY "@rx e" "id:951100,phase:4,block,setvar:'tx.outbound_anomaly_score_pl1=+%{tx.error_anomaly_score}'"
`;

test("points and levels come from the rule files, of chains too, and a level adds to those below", () => {
  const points = rulePoints([rules]);
  expect([...points]).toEqual([
    [942100, { level: 1, points: 5 }],
    [942430, { level: 2, points: 3 }],
    [920274, { level: 4, points: 2 }],
  ]);
  const matched = [920274, 942100, 942430, 999999];
  expect([1, 2, 3, 4].map((level) => scoreAt(level, matched, points))).toEqual([5, 8, 8, 10]);
});
