/**
 * The cross product: every mode and its shadow, with every state of the verdict server and every kind of body, benign and
 * attack, on all four pairs. The expectation is the table of the reference page, written down once more.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Behavior } from "../../testbed/fake-verdict-server.ts";
import { pairs } from "../../testbed/matrix.ts";
import type { PlainRequest } from "../../testbed/raw-http.ts";
import { type Pair, type Settings, startPair } from "../integration/waf-pair.ts";

const modes = ["second-opinion", "scoring", "general"] as const;
type Mode = (typeof modes)[number];
type Said = "pass" | "suspect" | "attack" | "unavailable";

const states: readonly { name: string; behavior: Behavior | "down"; said: Said; settings?: Settings }[] = [
  { name: "says pass", behavior: { verdict: "pass" }, said: "pass" },
  { name: "says suspect", behavior: { verdict: "suspect" }, said: "suspect" },
  { name: "says attack", behavior: { verdict: "attack" }, said: "attack" },
  { name: "says unavailable", behavior: { verdict: "unavailable" }, said: "unavailable" },
  { name: "is down", behavior: "down", said: "unavailable" },
  {
    name: "is slow",
    behavior: { lateMs: 3_600_000, verdict: "pass" },
    said: "unavailable",
    settings: { deadline: 20 },
  },
  { name: "is frozen", behavior: "frozen", said: "unavailable", settings: { deadline: 20 } },
  { name: "lies about the id", behavior: "other-id", said: "unavailable" },
  { name: "is cut off", behavior: "cut", said: "unavailable" },
];

const sql = "1' union select password from users-- ";
const filler = "lorem ipsum ".repeat(16_700);
const post = (type: string, body: string): PlainRequest => ({
  path: "/comments",
  body,
  headers: { "Content-Type": type },
});
const bodies: readonly { name: string; withText: (text: string) => PlainRequest }[] = [
  { name: "query", withText: (text) => ({ path: `/?q=${encodeURIComponent(text)}` }) },
  {
    name: "form",
    withText: (text) => post("application/x-www-form-urlencoded", `q=${encodeURIComponent(text)}`),
  },
  { name: "JSON", withText: (text) => post("application/json", JSON.stringify({ q: [text] })) },
  { name: "XML", withText: (text) => post("text/xml", `<q>${text}</q>`) },
  {
    name: "multipart",
    withText: (text) =>
      post(
        "multipart/form-data; boundary=X",
        `--X\r\nContent-Disposition: form-data; name="q"\r\n\r\n${text}\r\n--X\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nmeow\r\n--X--\r\n`,
      ),
  },
  {
    name: "200 KB form",
    withText: (text) =>
      post("application/x-www-form-urlencoded", `filler=${filler}&q=${encodeURIComponent(text)}`),
  },
];

/** What the reference page promises: the status, and the case in which the plugin leaves a line. */
function promised(
  mode: Mode,
  isAlarm: boolean,
  said: Said,
  failClosed: boolean,
): { status: number; line: string } {
  const deny = (line: string) => ({ status: 403, line });
  const letPass = { status: 200, line: "" };
  if (isAlarm) {
    if (mode === "scoring") return deny("unasked");
    if (said === "pass") return { status: 200, line: "overruled" };
    return deny(said === "unavailable" ? "unavailable" : "confirmed");
  }
  if (mode === "second-opinion") return letPass;
  if (said === "unavailable") return failClosed ? { status: 503, line: "closed" } : letPass;
  if (said !== "attack") return letPass;
  return deny(mode === "scoring" ? "added" : "attack");
}

const lineIds: Readonly<Record<string, number>> = {
  unasked: 9529310,
  unavailable: 9529320,
  confirmed: 9529330,
  overruled: 9529340,
  added: 9529350,
  attack: 9529360,
  closed: 9529372,
};

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs, { limits: { noFilesBytes: 1_048_576 } });
  });
  afterAll(() => pair?.stop());

  describe.each(states)("a server that $name", ({ behavior, said, settings = {} }) => {
    beforeAll(async () => {
      if (behavior === "down") await pair.verdicts.down();
      else pair.verdicts.behave(behavior);
    });
    afterAll(async () => {
      if (behavior === "down") await pair.verdicts.up();
    });

    const rows = modes.flatMap((mode) =>
      ["open", "closed"].flatMap((fail) =>
        [false, true].flatMap((isAlarm) => bodies.map((body) => ({ mode, fail, isAlarm, ...body }))),
      ),
    );
    it.each(rows)("$mode, fail=$fail, alarm: $isAlarm, $name", async ({ mode, fail, isAlarm, withText }) => {
      const request = withText(isAlarm ? sql : "red shoes, please");
      const chosen = { ...settings, breaker_failures: 0, mode, fail };
      const { status, line } = promised(mode, isAlarm, said, fail === "closed");

      const outcome = await pair.send(chosen, request);
      expect({ status: outcome.status, lines: outcome.lines.map(({ id }) => id) }).toEqual({
        status,
        lines: line === "" ? [] : [lineIds[line]],
      });

      const shadow = await pair.send({ ...chosen, shadow: 1 }, request);
      expect(shadow.status).toBe(isAlarm ? 403 : 200);
      expect(shadow.ruleIds.includes(949110)).toBe(isAlarm);
      expect(shadow.lines.map(({ message }) => message.replace(/ \(.*/, ""))).toEqual(
        line === "" || line === "unasked" ? [] : [`Arbiter in shadow: ${line}`],
      );
    });
  });
});
