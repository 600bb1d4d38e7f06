/**
 * The repaired configuration for the CRS machine-learning plugin, on a real Apache with both releases of CRS, asking a
 * verdict server whose detector is a fake: the word EVIL makes an attack.
 */
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeHitsFile } from "../../src/seclang/crs-hits.ts";
import { type Backend, backendMarker, startBackend } from "../../testbed/backend.ts";
import { type CrsVersion, findCrs } from "../../testbed/crs.ts";
import { findFreePort } from "../../testbed/free-port.ts";
import { projectDirectory } from "../../testbed/install.ts";
import { sendRequest } from "../../testbed/raw-http.ts";
import { startWaf, type Waf } from "../../testbed/waf.ts";
import { fakeDetector } from "../server/fake-detector.ts";
import { startTestServer, type TestServer } from "../server/start-test-server.ts";

const compat = path.join(projectDirectory, "compat/ml-plugin");
/** What CRS takes for an attack and the fake does not, and both ways round. */
const alarm = "1' union select password from users-- ";
const falseAlarm = `/?q=${encodeURIComponent(alarm)}`;
const trueAlarm = `/?q=${encodeURIComponent(`${alarm}EVIL`)}`;
const unnoticed = "/?q=EVIL";

describe.each(["3", "4"] as const)(
  "the machine-learning plugin with the repaired configuration, CRS %s",
  (crs: CrsVersion) => {
    let backend: Backend;
    let server: TestServer;
    let stranger: Server;
    let directory: string;
    let waf: Waf;
    const urls = new Map<string, string>();

    beforeAll(async () => {
      backend = await startBackend();
      server = await startTestServer({ loadDetector: () => fakeDetector() });
      stranger = createServer((_, response) => response.end("<h1>Welcome</h1>"));
      await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
      urls.set("up", `http://127.0.0.1:${server.port}/`);
      urls.set("down", `http://127.0.0.1:${await findFreePort()}/`);
      urls.set("stranger", `http://127.0.0.1:${(stranger.address() as { port: number }).port}/`);
      directory = await mkdtemp(path.join(tmpdir(), "arbiter-ml-plugin-"));
      await chmod(directory, 0o755);
      for (const part of ["config", "before", "after"]) {
        await copyFile(
          path.join(compat, `machine-learning-${part}.conf`),
          path.join(directory, `machine-learning-${part}.conf`),
        );
      }
      await copyFile(
        path.join(projectDirectory, "test/compat/ml-client.lua"),
        path.join(directory, "machine-learning-client.lua"),
      );
      const hits = path.join(directory, "hits.conf");
      await writeHitsFile({ rulesDirectory: (await findCrs(crs)).rulesDirectory, outFile: hits });
      // The same as the sed command of the README.
      const lines = (await readFile(hits, "utf8"))
        .split("\n")
        .filter((line) => line.startsWith("SecRuleUpdateActionById"))
        .map((line) =>
          line.replace(
            /tx\.arbiter-hit_[0-9]*=%\{MATCHED_VAR_NAME\}/,
            "tx.ml-hit_%{MATCHED_VAR_NAME}=%{MATCHED_VAR_NAME}",
          ),
        );
      await writeFile(path.join(directory, "machine-learning-hits-after.conf"), lines.join("\n"));

      const include = (name: string) => `Include ${path.join(directory, `machine-learning-${name}.conf`)}`;
      const choices = ["mode", "enabled"].map(
        (name, i) =>
          `SecRule REQUEST_HEADERS:X-${name} "@rx ^[0-9]$" "id:${9_100_000 + i},phase:1,pass,nolog,setvar:'tx.machine-learning-plugin_${name}=%{MATCHED_VAR}'"`,
      );
      const servers = [...urls].map(
        ([name, url], i) =>
          `SecRule REQUEST_HEADERS:X-Server "@streq ${name}" "id:${9_100_010 + i},phase:1,pass,nolog,setvar:'tx.machine-learning-plugin_ml_server_url=${url}'"`,
      );
      waf = await startWaf({
        engine: "apache",
        crs,
        upstream: backend.port,
        extraRules: [...choices, ...servers, include("config"), include("before")].join("\n"),
        finalRules: [include("hits-after"), include("after")].join("\n"),
      });
    });
    afterAll(async () => {
      await waf?.stop();
      await server?.stop();
      await backend?.stop();
      stranger?.close();
      if (directory !== undefined) await rm(directory, { recursive: true });
    });

    let number = 0;
    const send = async (
      mode: number,
      uri: string,
      over: { server?: string; headers?: Record<string, string>; enabled?: number } = {},
    ) => {
      const id = `n${number++}`;
      const reply = await sendRequest(waf.port, {
        path: uri,
        headers: {
          "X-Number": id,
          "X-mode": String(mode),
          "X-Server": over.server ?? "up",
          ...(over.enabled === undefined ? {} : { "X-enabled": String(over.enabled) }),
          ...over.headers,
        },
      });
      const entry = await waf.waitForAudit(({ requestHeaders }) => requestHeaders["x-number"] === id);
      const own = entry.messages
        .map((message) => message.id)
        .filter((rule) => rule >= 9_516_000 || rule === 949_110);
      return { status: reply.status, passed: reply.headers[backendMarker] !== undefined, rules: own };
    };
    const passed = { status: 200, passed: true };
    const denied = { status: 403, passed: false };

    it.each([1, 2])(
      "mode %i lifts an alarm that the server does not share, and lets one stand that it does",
      async (mode) => {
        expect(await send(mode, falseAlarm)).toEqual({ ...passed, rules: [9_516_310] });
        expect(await send(mode, trueAlarm)).toEqual({ ...denied, rules: [9_516_330] });
      },
    );

    it("mode 2 denies an attack that CRS does not see, mode 1 does not ask about it", async () => {
      expect(await send(2, unnoticed)).toEqual({ ...denied, rules: [9_516_320] });
      expect(await send(1, unnoticed)).toEqual({ ...passed, rules: [] });
      expect(await send(2, "/?q=shoes")).toEqual({ ...passed, rules: [] });
    });

    it.each([1, 2])(
      "mode %i leaves everything to CRS where the server is down or is none of ours",
      async (mode) => {
        for (const server of ["down", "stranger"]) {
          expect(await send(mode, falseAlarm, { server })).toEqual({ ...denied, rules: [9_516_330] });
          expect(await send(mode, unnoticed, { server })).toEqual({ ...passed, rules: [] });
        }
      },
    );

    it.each([1, 2])(
      "mode %i lets an alarm about a header or a cookie stand, whatever the server says of the arguments",
      async (mode) => {
        for (const headers of [
          { Cookie: `a=${alarm.trim()}` },
          { Referer: `http://a/?${alarm.trim()}`, "User-Agent": "sqlmap/1.7" },
        ]) {
          expect(await send(mode, "/?q=shoes", { headers })).toEqual({ ...denied, rules: [9_516_330] });
          expect(await send(mode, falseAlarm, { headers })).toEqual({ ...denied, rules: [9_516_330] });
        }
      },
    );

    it("gives no value the power to change the message", async () => {
      const forged = `/?q=${encodeURIComponent(`${alarm}EVIL&hour=99&day=9&args={"ARGS:q":"shoes"}&files={}&sizes={}&hour=1&day=1`)}`;
      expect(await send(1, forged)).toEqual({ ...denied, rules: [9_516_330] });
    });

    it("is as if it were not there when it is switched off", async () => {
      expect(await send(1, falseAlarm, { enabled: 0 })).toEqual({ ...denied, rules: [949_110] });
      expect(await send(2, unnoticed, { enabled: 0 })).toEqual({ ...passed, rules: [] });
    });
  },
);
