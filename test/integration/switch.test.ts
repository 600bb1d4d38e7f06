/**
 * The switch, the gate and the other settings that differ by path, host and method: where the plugin is off, replies
 * and alarms are those of CRS alone.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, startBackend } from "../../testbed/backend.ts";
import { pairs } from "../../testbed/matrix.ts";
import { type PlainRequest, sendRequest } from "../../testbed/raw-http.ts";
import { startWaf, type Waf } from "../../testbed/waf.ts";
import { injection, type Pair, type Settings, startPair } from "./waf-pair.ts";

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const requests: readonly PlainRequest[] = [
  { path: "/shop?q=shoes" },
  { path: injection },
  { path: "/?q=%3Cscript%3Ealert(1)%3C/script%3E" },
  { path: "/?file=../../../../etc/passwd" },
  { path: "/wiki", body: "text=%27%20or%201%3D1--%20", headers: form },
  {
    path: "/api",
    body: '{"q":"1 union select 2,3 from users"}',
    headers: { "Content-Type": "application/json" },
  },
  { path: "/", method: "PUT", body: "x" },
  { path: "/", headers: { "User-Agent": "sqlmap/1.7" } },
];

// By path and by host, as an operator writes it: the rules stand before the plugin's configuration.
const operatorRules = `
SecRule REQUEST_URI "@beginsWith /off/" "id:9000301,phase:1,pass,nolog,setvar:'tx.arbiter-plugin_enabled=0'"
SecRule REQUEST_HEADERS:Host "@streq off.example" "id:9000302,phase:1,pass,nolog,setvar:'tx.arbiter-plugin_enabled=0'"
SecRule REQUEST_URI "@beginsWith /general/" "id:9000303,phase:1,pass,nolog,setvar:'tx.arbiter-plugin_mode=general'"
SecRule REQUEST_URI "@beginsWith /late/" "id:9000304,phase:2,pass,nolog,setvar:'tx.arbiter-plugin_enabled=0'"
`;

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  let bareBackend: Backend;
  let bare: Waf;
  beforeAll(async () => {
    pair = await startPair(engine, crs, { plugin: { extraRules: operatorRules } });
    bareBackend = await startBackend();
    bare = await startWaf({ engine, crs, upstream: bareBackend.port, workers: 1 });
  });
  afterAll(async () => {
    await pair?.stop();
    await bare?.stop();
    await bareBackend?.stop();
  });

  describe("switched off", () => {
    it.each(requests)(
      "gives the reply and the alarms of bare CRS: $method $path $headers",
      async (request) => {
        pair.verdicts.behave({ verdict: "pass" });
        pair.verdicts.asked.length = 0;
        const outcome = await pair.send({ enabled: 0 }, request);
        const number = `bare-${requests.indexOf(request)}`;
        const headers = {
          ...(request.headers as Record<string, string> | undefined),
          "X-Test-Number": number,
        };
        const reply = await sendRequest(bare.port, { ...request, headers });
        const audit = await bare.waitForAudit((entry) => entry.requestHeaders["x-test-number"] === number);
        expect(outcome.status).toBe(reply.status);
        expect(outcome.ruleIds).toEqual(audit.messages.map(({ id }) => id));
        expect(pair.verdicts.asked).toHaveLength(0);
      },
    );

    it.each([
      ["by path", { path: "/off/?q=1%27%20union%20select%20password%20from%20users--%20" }],
      ["by host", { path: injection, host: "off.example" }],
      ["as late as phase 2", { path: "/late/?q=1%27%20union%20select%20password%20from%20users--%20" }],
    ] as const)("may be so %s", async (_, request) => {
      pair.verdicts.behave({ verdict: "pass" });
      const outcome = await pair.send({}, request);
      expect(outcome.status).toBe(403);
      expect(outcome.lines).toEqual([]);
      expect(outcome.ruleIds).toContain(949110);
    });
  });

  it("takes a mode by path", async () => {
    pair.verdicts.behave({ verdict: "attack" });
    expect(await pair.send({}, { path: "/general/" })).toMatchObject({ status: 403, tx: { case: "attack" } });
    expect(await pair.send({}, { path: "/other/" })).toMatchObject({ status: 200, tx: { verdict: "" } });
  });

  it("says once an alarm comes that a mode is misspelt, and leaves the alarm to CRS", async () => {
    pair.verdicts.behave({ verdict: "pass" });
    const outcome = await pair.send({ mode: "secnd-opinion" }, { path: injection });
    expect(outcome.status).toBe(403);
    expect(outcome.ruleIds).toContain(949110);
    expect(outcome.lines.map(({ id, message }) => ({ id, message }))).toEqual([
      { id: 9529490, message: "Arbiter: no such mode as secnd-opinion, so CRS decides alone" },
    ]);
  });

  const gates: readonly (readonly [Settings, PlainRequest, boolean])[] = [
    [{ gate_methods: "GET POST" }, { method: "GET" }, true],
    [{ gate_methods: "PUT POST" }, { method: "GET" }, false],
    [{ gate_paths: "/shop/|/forum/" }, { path: "/forum/new?a=/x" }, true],
    [{ gate_paths: "/shop/|/forum/" }, { path: "/wiki/shop/" }, false],
    [{ gate_paths: "/shop/|/api/v1/" }, { path: "/api/v1/users/7" }, true],
    [{ gate_paths: "/shop/|/api/v1/" }, { path: "/api/v2/users" }, false],
    [{ gate_paths: "/shop/|/api/v1/" }, { path: "/v1/" }, false],
    [{ gate_paths: "/shop/|/search.php" }, { path: "/search.php?q=a" }, true],
    [{ gate_paths: "/shop/" }, { path: "/" }, false],
    [
      { gate_types: "application/json" },
      { body: "{}", headers: { "Content-Type": "Application/JSON" } },
      true,
    ],
    [
      { gate_types: "application/json|text/xml" },
      { body: "{}", headers: { "Content-Type": "application/json;charset=utf-8" } },
      true,
    ],
    [{ gate_types: "application/json" }, { body: "a=b", headers: form }, false],
    [{ gate_types: "application/json" }, {}, true],
    [{ gate_max_body: 10 }, { body: "a=12345678", headers: form }, true],
    [{ gate_max_body: 10 }, { body: "a=123456789", headers: form }, false],
    [{ gate_max_body: 10 }, {}, true],
  ];
  it.each(gates)("a gate %o lets %o through: %s", async (settings, request, isOpen) => {
    pair.verdicts.behave({ verdict: "pass" });
    const outcome = await pair.send({ ...settings, score: 5 }, request);
    expect(outcome.status).toBe(isOpen ? 200 : 403);
    expect(outcome.ruleIds.includes(949110)).toBe(!isOpen);
    expect(outcome.tx["verdict"]).toBe(isOpen ? "pass" : "");
  });

  it("denies nothing in detection only, and logs what it would have done", async () => {
    pair.verdicts.behave({ verdict: "attack" });
    const alarm = await pair.send({ engine: "DetectionOnly", score: 5 });
    expect(alarm).toMatchObject({ status: 200, reachedApplication: true });
    expect(alarm.lines.map(({ id }) => id)).toEqual([9529330]);
    const closed = await pair.send({
      engine: "DetectionOnly",
      mode: "general",
      socket: "/none",
      fail: "closed",
      fail_status: 403,
    });
    expect(closed.status).toBe(200);
    expect(closed.lines.map(({ id }) => id)).toEqual([9529371]);
    pair.verdicts.behave({ verdict: "pass" });
    const lifted = await pair.send({ engine: "DetectionOnly", score: 5 });
    expect(lifted.lines.map(({ id }) => id)).toEqual([9529340]);
  });

  if (crs === "4") {
    describe("early blocking", () => {
      // A rule of phase 1, so that the score is there before the body is.
      const request = { headers: { "X-Test-Early-Score": "5" } };

      it("denies in phase 1 when the plugin is off or in shadow", async () => {
        pair.verdicts.behave({ verdict: "pass" });
        for (const settings of [{ enabled: 0 }, { shadow: 1 }]) {
          const outcome = await pair.send({ ...settings, early: 1 }, request);
          expect(outcome.status).toBe(403);
          expect(outcome.ruleIds).toContain(949111);
        }
      });

      it("waits for the verdict under Apache, and loses nothing by it; under nginx it denies as ever", async () => {
        const isApache = engine === "apache";
        pair.verdicts.behave({ verdict: "pass" });
        const lifted = await pair.send({ early: 1 }, request);
        pair.verdicts.behave({ verdict: "attack" });
        const confirmed = await pair.send({ early: 1 }, request);
        const gated = await pair.send({ early: 1, gate_methods: "POST" }, request);
        const unread = await pair.send({ early: 1, access: "Off" }, { ...request, body: "a=b" });
        expect(lifted.status).toBe(isApache ? 200 : 403);
        expect(lifted.tx["case"]).toBe(isApache ? "overruled" : "");
        expect(confirmed.status).toBe(403);
        expect(gated.status).toBe(403);
        expect(gated.ruleIds).toContain(isApache ? 949110 : 949111);
        expect(unread.status).toBe(403);
      });
    });
  }
});

describe.each(pairs)("$title, where the second half of the plugin is missing", ({ engine, crs }) => {
  it("leaves the decision with CRS", async () => {
    const pair = await startPair(engine, crs, { plugin: { after: false } });
    try {
      pair.verdicts.behave({ verdict: "pass" });
      for (const mode of ["second-opinion", "scoring", "general"]) {
        const outcome = await pair.send({ mode }, { path: injection });
        expect(outcome.status).toBe(403);
        expect(outcome.ruleIds).toContain(949110);
        expect(pair.verdicts.asked).toHaveLength(0);
      }
    } finally {
      await pair.stop();
    }
  });
});

// CRS's rule 949060 matches every request, between the plugin's two halves; so it can stand for a rule in between.
describe.each(pairs)("$title, where a rule between the plugin's halves", ({ engine, crs }) => {
  const startWith = (actions: string) =>
    startPair(engine, crs, { finalRules: `SecRuleUpdateActionById 949060 "${actions}"` });

  it.each([{}, { mode: "second-opinion" }])(
    "ends phase 2, CRS's threshold is back for phase 5: %j",
    async (settings) => {
      const pair = await startWith("allow:phase");
      try {
        const outcome = await pair.send(settings, { path: injection });
        expect(outcome.status).toBe(200);
        expect(outcome.tx["threshold"]).toBe("5");
      } finally {
        await pair.stop();
      }
    },
  );

  it("sets another threshold, CRS decides by it", async () => {
    const pair = await startWith("setvar:'tx.inbound_anomaly_score_threshold=7'");
    try {
      pair.verdicts.behave({ verdict: "pass" });
      for (const [score, status] of [
        [6, 200],
        [7, 403],
      ] as const) {
        const outcome = await pair.send({ score }, { path: "/shop" });
        expect(outcome.status).toBe(status);
        expect(outcome.ruleIds.includes(949110)).toBe(status === 403);
        expect(outcome.tx["threshold"]).toBe("7");
      }
      expect(pair.verdicts.asked).toHaveLength(0);
    } finally {
      await pair.stop();
    }
  });
});

describe.each(pairs)("$title", ({ engine, crs }) => {
  it("leaves CRS's threshold as it was, whatever becomes of the request", async () => {
    const pair = await startPair(engine, crs);
    try {
      for (const verdict of ["pass", "attack"] as const) {
        pair.verdicts.behave({ verdict });
        for (const settings of [
          {},
          { mode: "scoring" },
          { mode: "general" },
          { shadow: 1 },
          { enabled: 0 },
        ]) {
          for (const path of ["/shop", injection]) {
            expect((await pair.send(settings, { path })).tx["threshold"]).toBe("5");
          }
        }
      }
    } finally {
      await pair.stop();
    }
  });
});
