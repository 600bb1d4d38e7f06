/**
 * The plugin's own tests in CRS's layout, `test/plugin/<rule id>.yaml`, on every pair. The request says how things stand:
 * `X-Test-<setting>` headers set `tx.arbiter-plugin_<setting>` (see `test/integration/waf-pair.ts`), and
 * `X-Test-Verdict: WORD PROBABILITY POINTS` is what the verdict server answers, "pass 1 0" where it is missing and
 * nothing at all for "none".
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AskedQuestion, Behavior } from "../../testbed/fake-verdict-server.ts";
import { fieldPairs, fieldValue } from "../../testbed/fields.ts";
import { runFtwTests } from "../../testbed/ftw/run.ts";
import { readFtwTests } from "../../testbed/ftw/tests.ts";
import { pairs } from "../../testbed/matrix.ts";
import { type Pair, startPair } from "../integration/waf-pair.ts";

/** The value of a request header, from the pairs that Apache's client sends or the raw head that nginx's sends. */
function askedHeader({ fields }: AskedQuestion, wanted: string): string | undefined {
  const sent = fieldPairs(fields, "header").find(([name]) => name.toLowerCase() === wanted)?.[1];
  return sent ?? new RegExp(`^${wanted}: *(.*?)\\r?$`, "im").exec(fieldValue(fields, "request") ?? "")?.[1];
}

function answerAsAsked(question: AskedQuestion): Behavior {
  const [verdict = "pass", probability, points] = (
    askedHeader(question, "x-test-verdict") ?? "pass 1 0"
  ).split(" ");
  if (verdict === "none") return "hang-up";
  return { verdict, probability: Number(probability ?? 50), points: Number(points ?? 0) };
}

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs);
    pair.verdicts.behave(answerAsAsked);
  });
  afterAll(() => pair.stop());

  it("passes the plugin's own FTW tests", async () => {
    const stages = await readFtwTests("test/plugin");
    expect(stages.length).toBeGreaterThan(0);
    const results = await runFtwTests(pair.waf, stages);
    expect(results.filter(({ complaints }) => complaints.length > 0)).toEqual([]);
  });
});
