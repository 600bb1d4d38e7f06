/**
 * Requests made to break the client: names that look like variables, bytes of every kind, bodies that lie about
 * themselves. Whatever comes, the question keeps its framing, no worker ends, and nothing is left open.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/random.ts";
import { fieldValue } from "../../testbed/fields.ts";
import { isFullMatrix, pairs } from "../../testbed/matrix.ts";
import type { PlainRequest } from "../../testbed/raw-http.ts";
import { type Pair, startPair } from "./waf-pair.ts";

const rounds = isFullMatrix ? 1000 : 100;

// Each of these kills a worker of libmodsecurity 3.0.9 when a script asks for it as a variable.
const deadly = [
  "RULE:id",
  "DURATION",
  "NOSUCHVAR",
  "ENV:PATH",
  "GEO",
  "XML",
  "ARGS",
  "ARGS:json.a",
  "MULTIPART_PART_HEADERS:f",
  "TX.x",
  "a:b.c",
];

/** Processes of the web server, in ascending order. */
async function processes(pair: Pair): Promise<readonly number[]> {
  const main = Number(await readFile(path.join(pair.waf.directory, "server.pid"), "latin1"));
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    all.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
      return [Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])] as const;
    }),
  );
  return parents
    .filter(([pid, parent]) => pid === main || parent === main)
    .map(([pid]) => pid)
    .sort((a, b) => a - b);
}

/** Sockets that these processes hold to the verdict server or left behind: all that are open. */
async function openFiles(pids: readonly number[]): Promise<number> {
  const counts = await Promise.all(
    pids.map(async (pid) => (await readdir(`/proc/${pid}/fd`).catch(() => [])).length),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  const settings = { mode: "general", breaker_failures: 0 };
  beforeAll(async () => {
    pair = await startPair(engine, crs, { ruleEngine: "DetectionOnly" });
    await pair.send(settings);
  });
  afterAll(() => pair?.stop());

  async function survives(request: PlainRequest): Promise<void> {
    pair.verdicts.asked.length = 0;
    const outcome = await pair.send(settings, request);
    expect(outcome.tx["verdict"]).toBe("pass");
    expect(pair.verdicts.asked.map(({ problem }) => problem)).toEqual([undefined]);
    const fields = pair.verdicts.asked[0]?.fields ?? [];
    expect(fieldValue(fields, "id")).toBe(outcome.audit.id);
    expect(fields.filter(({ key }) => key === "line")).toHaveLength(1);
    if (engine === "nginx" && request.body !== undefined)
      expect(fieldValue(fields, "body")).toBe(request.body);
  }

  it("takes names that look like variables for names", async () => {
    const before = await processes(pair);
    for (const name of deadly) {
      await survives({ path: `/?${name}=1&${encodeURIComponent(name)}=2` });
      await survives({ path: "/", headers: { Cookie: `${name}=1`, "X-Odd": `%{${name}}` } });
      await survives({
        body: JSON.stringify({ [name]: { [name]: [name] } }),
        headers: { "Content-Type": "application/json" },
      });
      await survives({
        body: `--B\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\nx\r\n--B--\r\n`,
        headers: { "Content-Type": "multipart/form-data; boundary=B" },
      });
    }
    expect(await processes(pair)).toEqual(before);
  });

  it("survives bytes of every kind", async () => {
    const before = await processes(pair);
    const random = seededRandom(20_261_121);
    const bytes = (most: number) =>
      String.fromCharCode(...Array.from({ length: 1 + random.below(most) }, () => random.below(256)));
    const types = ["application/x-www-form-urlencoded", "text/plain", "application/octet-stream"];
    for (let i = 0; i < rounds; i++) {
      await survives({
        path: `/search?${[...bytes(40)].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}`,
        body: bytes(300),
        headers: { "Content-Type": types[i % 3] ?? "", "X-Bytes": bytes(60).replace(/[\0-\x1f\x7f]/g, "?") },
      });
    }
    expect(await processes(pair)).toEqual(before);
  });

  it("leaves nothing open behind itself, whatever the server does", async () => {
    const all = async (count: number) => {
      for (let i = 0; i < count; i++) {
        for (const behavior of ["hang-up", "html", "cut", "error-status"] as const) {
          pair.verdicts.behave(behavior);
          await pair.send(settings);
        }
      }
      pair.verdicts.behave({ verdict: "pass" });
    };
    await all(2);
    const before = await openFiles(await processes(pair));
    await all(10);
    const after = await openFiles(await processes(pair));
    // A worker may keep a few connections to the application; a leak would be forty.
    expect(after - before).toBeLessThan(10);
  });

  it("runs its script without an error", async () => {
    const lines = (await pair.waf.errorLog()).split("\n");
    expect(lines.filter((line) => /\bLua: |exited on signal|exit signal/.test(line))).toEqual([]);
  });
});
