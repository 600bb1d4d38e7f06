import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, backendMarker, startBackend } from "../../testbed/backend.ts";
import { pairs } from "../../testbed/matrix.ts";
import { sendRequest } from "../../testbed/raw-http.ts";
import { startWaf } from "../../testbed/waf.ts";

const attack = "/?q=1%27%20union%20select%20password%20from%20users--%20";

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.stop());

describe.each(pairs)("$title, without the plugin", ({ engine, crs }) => {
  it("passes ordinary requests, denies attacks, and logs both", async () => {
    const waf = await startWaf({ engine, crs, upstream: backend.port });
    try {
      const ordinary = await sendRequest(waf.port, { path: "/?q=shoes", headers: { "X-Number": "1" } });
      expect([ordinary.status, ordinary.headers[backendMarker]]).toEqual([200, "seen"]);
      const denied = await sendRequest(waf.port, { path: attack, headers: { "X-Number": "2" } });
      expect([denied.status, denied.headers[backendMarker]]).toEqual([403, undefined]);
      const entry = await waf.waitForAudit(({ requestHeaders }) => requestHeaders["x-number"] === "2");
      expect(entry.status).toBe(403);
      expect(entry.messages.map(({ id }) => id)).toEqual(expect.arrayContaining([942100, 949110]));
      expect(await waf.waitForAudit(entry.id)).toEqual(entry);
      expect(await waf.cpuSeconds()).toBeGreaterThan(0);
    } finally {
      await waf.stop();
    }
  });

  it("gives each virtual host rules of its own", async () => {
    const virtualHosts = [{ name: "watched.example", ruleEngine: "DetectionOnly" as const }];
    const waf = await startWaf({ engine, crs, upstream: backend.port, virtualHosts });
    try {
      expect((await sendRequest(waf.port, { path: attack })).status).toBe(403);
      expect((await sendRequest(waf.port, { path: attack, host: "watched.example" })).status).toBe(200);
    } finally {
      await waf.stop();
    }
  });

  it("names the server's own reason when it does not start", async () => {
    const faulty = startWaf({ engine, crs, upstream: backend.port, finalRules: "SecNoSuchDirective On" });
    await expect(faulty).rejects.toThrow(/did not start[\s\S]*SecNoSuchDirective/);
  });
});
