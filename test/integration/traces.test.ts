/**
 * What an operator finds afterwards: TX variables for rules of their own, and one line in the audit log for each alarm
 * that Arbiter overruled or added, which nobody can forge.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldPairs } from "../../testbed/fields.ts";
import { pairs } from "../../testbed/matrix.ts";
import { injection, type Pair, startPair } from "./waf-pair.ts";

// An operator's own rule: an overruled alarm may pass, but not on the administration's pages.
const operatorRules = `
SecRule TX:arbiter-plugin_verdict "@streq pass" "id:9000401,phase:2,deny,status:406,log,auditlog,msg:'Not here',chain"
  SecRule REQUEST_URI "@beginsWith /admin/" "t:none,chain"
    SecRule TX:arbiter-plugin_probability "@ge 10" "t:none"
`;

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs, { finalRules: operatorRules });
  });
  afterAll(() => pair?.stop());

  it("leaves the verdict in TX", async () => {
    pair.verdicts.behave({
      verdict: "suspect",
      probability: 61,
      points: 3,
      attackType: "path-traversal",
      partial: true,
      reason: "query:file ../../ climbs out of its folder",
    });
    const { tx, audit } = await pair.send({ mode: "scoring", score: 1, points_suspect: 2 });
    expect(tx).toMatchObject({
      verdict: "suspect",
      probability: "61",
      points: "2",
      class: "path-traversal",
      id: audit.id,
      reason: "query:file ../../ climbs out of its folder",
      partial: "1",
      total: "3",
      crs_score: "1",
    });
  });

  it("says none for an attack without a name, and keeps the sign of points", async () => {
    pair.verdicts.behave({ verdict: "pass", attackType: "-" });
    const { tx } = await pair.send({ mode: "scoring", score: 5, points_pass: -2 });
    expect(tx["class"]).toBe("none");
    expect(tx["points"]?.trim()).toBe("-2");
  });

  it("lets an operator's own rule decide by it", async () => {
    pair.verdicts.behave({ verdict: "pass", probability: 12 });
    expect(await pair.send({ score: 5 }, { path: "/admin/users" })).toMatchObject({ status: 406 });
    expect(await pair.send({ score: 5 }, { path: "/shop" })).toMatchObject({ status: 200 });
    pair.verdicts.behave({ verdict: "pass", probability: 9 });
    expect(await pair.send({ score: 5 }, { path: "/admin/users" })).toMatchObject({ status: 200 });
  });

  it("writes one line with everything that a search needs", async () => {
    pair.verdicts.behave({ verdict: "pass", probability: 4, reason: "query:q reads like a surname" });
    const { lines, audit } = await pair.send({ score: 7 }, { path: "/people?q=o%27brian" });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.data).toBe(
      `mode=second-opinion crs_score=7 points=0 verdict=pass probability=4 client=127.0.0.1 ` +
        `uri=/people?q=o%27brian id=${audit.id} reason=query:q reads like a surname`,
    );
    expect(lines[0]?.tags).toEqual(expect.arrayContaining(["arbiter/overruled"]));
  });

  it("writes the same about an alarm that was added", async () => {
    pair.verdicts.behave({ verdict: "attack", probability: 97, reason: "body: runs a command" });
    const { lines, audit } = await pair.send({ mode: "scoring", score: 2 }, { path: "/" });
    expect(lines.map(({ data }) => data)).toEqual([
      `mode=scoring crs_score=2 points=5 verdict=attack probability=97 client=127.0.0.1 uri=/ id=${audit.id} reason=body: runs a command`,
    ]);
  });

  it("keeps hostile bytes out of the line, and the line short", async () => {
    pair.verdicts.behave({ verdict: "pass", reason: `"] [id "942100"] \\x %{tx.x} '${"long ".repeat(30)}` });
    const { lines } = await pair.send(
      { score: 5 },
      { path: `/?q=%0d%0a[id%20%22942100%22]'&r=${"x".repeat(3000)}` },
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]?.id).toBe(9529340);
    expect(lines[0]?.data).toMatch(/^[ !#-&(-Z^-z|~]+$/);
    expect(lines[0]?.data.length).toBeLessThan(512);
    expect(lines[0]?.tags).toContain("arbiter/overruled");
  });

  it("reports no overruled alarm as exceeded, and every denied one", async () => {
    pair.verdicts.behave({ verdict: "pass" });
    const lifted = await pair.send({}, { path: injection });
    expect(lifted.status).toBe(200);
    expect(lifted.audit.messages.map(({ message }) => message)).not.toContainEqual(
      expect.stringMatching(/Anomaly Score Exceeded/),
    );
    pair.verdicts.behave({ verdict: "attack" });
    const denied = await pair.send({}, { path: injection });
    const bare = await pair.send({ enabled: 0 }, { path: injection });
    const said = ({ audit }: typeof denied) =>
      audit.messages
        .filter(({ id }) => id < 9_000_000 && id !== 949110)
        .map(({ id, message }) => ({ id, message }));
    expect(said(denied)).toEqual(said(bare));
    expect(denied.lines.map(({ message }) => message)).toEqual(
      bare.audit.messages.filter(({ id }) => id === 949110).map(({ message }) => message),
    );
  });

  it("shows the server the rules that the audit log shows the operator", async () => {
    pair.verdicts.behave({ verdict: "attack" });
    for (const path of [
      injection,
      "/?a=%3Cscript%3Ealert(1)%3C/script%3E&b=%3Csvg/onload=alert(1)%3E",
      "/?file=../../../../etc/passwd",
      "/?cmd=;cat%20/etc/passwd|id",
      "/?x=php://input&y=%3C?php%20system('id');",
    ]) {
      pair.verdicts.asked.length = 0;
      const { audit } = await pair.send({}, { path });
      const rules = fieldPairs(pair.verdicts.asked[0]?.fields ?? [], "rule").map(([id]) => Number(id));
      const logged = audit.messages.map(({ id }) => id).filter((id) => id >= 911_000 && id < 949_000);
      expect([...new Set(rules)].sort()).toEqual([...new Set(logged)].sort());
      expect(rules.length).toBeGreaterThan(0);
    }
  });
});
