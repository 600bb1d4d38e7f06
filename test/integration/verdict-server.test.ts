/** The plugin before the real verdict server, with the detector that ships, on all four pairs. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ArbiterServer, startArbiterServer } from "../../testbed/arbiter-server.ts";
import { pairs } from "../../testbed/matrix.ts";
import type { PlainRequest } from "../../testbed/raw-http.ts";
import { injection, type Pair, startPair } from "./waf-pair.ts";

/** A rule that raises an alarm about a page, whatever is asked of it, as one that is too strict for its site. */
const strictRule = `SecRule REQUEST_FILENAME "@streq /offers" "id:9000501,phase:2,pass,nolog,setvar:'tx.anomaly_score_pl1=+5',setvar:'tx.inbound_anomaly_score_pl1=+5'"`;

let server: ArbiterServer;
beforeAll(async () => {
  server = await startArbiterServer();
});
afterAll(() => server?.stop());

const sql = "1' union select password from users-- ";
const post = (type: string, body: string): PlainRequest => ({
  path: "/comments",
  body,
  headers: { "Content-Type": type, Accept: "*/*" },
});
const attacks: readonly (readonly [string, PlainRequest])[] = [
  ["query", { path: injection, headers: { Accept: "*/*" } }],
  ["form", post("application/x-www-form-urlencoded", `comment=${encodeURIComponent(sql)}`)],
  ["JSON", post("application/json", JSON.stringify({ comment: sql }))],
  ["XML", post("text/xml", `<comment>${sql}</comment>`)],
  [
    "multipart",
    post(
      "multipart/form-data; boundary=X",
      `--X\r\nContent-Disposition: form-data; name="c"\r\n\r\n${sql}\r\n--X--\r\n`,
    ),
  ],
];
const ordinary: readonly (readonly [string, PlainRequest])[] = [
  ["query", { path: "/shop?q=red+shoes&sort=price", headers: { Accept: "*/*" } }],
  ["form", post("application/x-www-form-urlencoded", "comment=I+like+these+shoes")],
  ["JSON", post("application/json", '{"comment":"I like these shoes","stars":5}')],
  ["XML", post("text/xml", "<comment>I like these shoes</comment>")],
  [
    "multipart",
    post(
      "multipart/form-data; boundary=X",
      '--X\r\nContent-Disposition: form-data; name="c"\r\n\r\nI like these shoes\r\n--X--\r\n',
    ),
  ],
];

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs, {
      plugin: { settings: { socket: server.socket, deadline: 60_000 }, extraRules: strictRule },
    });
  });
  afterAll(() => pair?.stop());

  it.each(attacks)("confirms an attack in a %s in every mode", async (_, request) => {
    for (const mode of ["second-opinion", "general"]) {
      const outcome = await pair.send({ mode }, request);
      expect(outcome).toMatchObject({ status: 403, tx: { verdict: "attack", case: "confirmed" } });
      expect(Number(outcome.tx["probability"])).toBeGreaterThan(50);
      expect(outcome.tx["reason"]).not.toBe("");
    }
    expect(await pair.send({ mode: "scoring" }, request)).toMatchObject({ status: 403 });
  });

  it.each(ordinary)("lets an ordinary %s through in every mode", async (_, request) => {
    for (const mode of ["second-opinion", "general", "scoring"])
      expect(await pair.send({ mode }, request)).toMatchObject({ status: 200, lines: [] });
  });

  it("overrules an alarm on an ordinary request", async () => {
    const outcome = await pair.send({}, { path: "/offers?q=red+shoes", headers: { Accept: "*/*" } });
    expect(outcome).toMatchObject({ status: 200, tx: { verdict: "pass", case: "overruled" } });
  });

  it("takes what is collected without a word", async () => {
    expect(await pair.send({ collect: 1 }, { path: "/shop?q=shoes" })).toMatchObject({
      status: 200,
      lines: [],
    });
  });

  it("goes on without a frozen server, and hears it again once it wakes", async () => {
    const settings = { breaker_failures: 0 };
    server.signal("SIGSTOP");
    const frozen = await pair.send({ ...settings, deadline: 50 }, { path: injection });
    server.signal("SIGCONT");
    const awake = await pair.send(settings, { path: injection });
    expect(frozen).toMatchObject({ status: 403, tx: { verdict: "unavailable", case: "unavailable" } });
    expect(awake).toMatchObject({ status: 403, tx: { verdict: "attack", case: "confirmed" } });
  });
});
