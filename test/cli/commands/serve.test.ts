import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultDetectorPath, loadDetector } from "../../../src/config/load-detector.ts";
import { loadProfiles } from "../../../src/config/load-profiles.ts";
import { call, open } from "../../server/raw-client.ts";
import { type Running, runCommand, startCommand } from "../run-command.ts";

const body = JSON.stringify({ id: "a", method: "GET", uri: "/", headers: [] });
const json = { "Content-Type": "application/json" };

describe("arbiter serve", () => {
  let directory: string;
  let running: Running[];
  const start = async (args: readonly string[], environment?: Record<string, string>): Promise<Running> => {
    const process = await startCommand(["serve", ...args], environment);
    running.push(process);
    return process;
  };
  const portOf = ({ addresses }: Running) => Number(addresses.at(-1)?.split(":").at(-1));
  const modelOf = async (process: Running) =>
    (JSON.parse((await call(portOf(process), { headers: json, body })).text) as { model: string }).model;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-serve-"));
    running = [];
  });
  afterEach(async () => {
    for (const { process, ended } of running) {
      process.kill("SIGKILL");
      await ended;
    }
    rmSync(directory, { recursive: true });
  });

  it("prints one line when it is ready, serves on both listeners, and ends with 0 when told to", async () => {
    const socket = join(directory, "a.sock");
    const process = await start(["--socket", socket, "--listen", "127.0.0.1:0"]);
    expect(process.stdout()).toMatch(
      new RegExp(`^arbiter: ready on unix:${socket},http://127\\.0\\.0\\.1:[0-9]+\\n$`),
    );
    expect((await call(socket, { headers: json, body })).status).toBe(200);
    expect((await call(portOf(process), { headers: json, body })).status).toBe(200);
    process.process.kill("SIGTERM");
    expect(await process.ended).toBe(0);
    expect(existsSync(socket)).toBe(false);
    expect(process.stdout().split("\n").length).toBe(2);
  });

  it("ends at once at the second signal", async () => {
    const process = await start(["--listen", "127.0.0.1:0"], {
      ARBITER_SERVER_DRAIN_MS: "600000",
      ARBITER_SERVER_REQUEST_TIMEOUT_MS: "600000",
    });
    const socket = await open(portOf(process));
    socket.write("POST /v1/verdict HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    let arrived = false;
    while (!arrived) {
      const { text } = await call(portOf(process), { method: "GET", path: "/metrics" });
      arrived = text.includes("arbiter_messages_arriving 1");
    }
    process.process.kill("SIGINT");
    await process.untilLogged("stopping");
    process.process.kill("SIGINT");
    expect(await process.ended).toBe(1);
    socket.destroy();
  });

  it("takes a new detector over on SIGHUP, and keeps the old one where the new one is bad", async () => {
    const model = join(directory, "d.arbiter");
    copyFileSync(defaultDetectorPath, model);
    const process = await start(["--listen", "127.0.0.1:0", "--model", model]);
    const { id } = loadDetector(undefined);
    writeFileSync(model, "this is no detector");
    process.process.kill("SIGHUP");
    await process.untilLogged("the reload was refused");
    expect(process.stderr()).toContain("model_invalid");
    expect(await modelOf(process)).toBe(id);
    copyFileSync(defaultDetectorPath, model);
    process.process.kill("SIGHUP");
    await process.untilLogged('"reloaded"');
    expect(await modelOf(process)).toBe(id);
    const { text } = await call(portOf(process), { method: "GET", path: "/metrics" });
    expect(text).toContain('arbiter_reloads_total{outcome="refused"} 1');
    expect(text).toContain('arbiter_reloads_total{outcome="done"} 1');
  });

  it("keeps its settings where the file turns bad, and says which changes need a restart", async () => {
    const config = join(directory, "arbiter.yaml");
    writeFileSync(config, "server:\n  listen: 127.0.0.1:0\n");
    const process = await start(["--config", config]);
    writeFileSync(config, "server:\n  lisen: 127.0.0.1:0\n");
    process.process.kill("SIGHUP");
    await process.untilLogged("did you mean");
    writeFileSync(config, "server:\n  listen: 127.0.0.1:0\n  connections: 7\n");
    process.process.kill("SIGHUP");
    await process.untilLogged("server.connections");
    expect((await call(portOf(process), { headers: json, body })).status).toBe(200);
  });

  it("ends with 78 and the place in the file for a bad settings file", () => {
    const config = join(directory, "arbiter.yaml");
    writeFileSync(config, "server:\n  deadlineMs: soon\n");
    const { status, stderr } = runCommand(["serve"], { ARBITER_CONFIG: config });
    expect(status).toBe(78);
    expect(stderr).toBe(
      `arbiter: ${config}:2:15: server.deadlineMs must be a whole number of ms from 1 to 60000 (config_invalid)\n`,
    );
  });

  it("accepts a file of profiles that holds nothing yet", async () => {
    const profiles = join(directory, "profiles");
    writeFileSync(profiles, "");
    const process = await start(["--listen", "127.0.0.1:0", "--profiles", profiles]);
    expect((await call(portOf(process), { headers: json, body })).status).toBe(200);
  });

  it("learns from what it is asked about, keeps that through a restart, and learns nothing where it is frozen", async () => {
    const profiles = join(directory, "profiles");
    const ask = async (...more: string[]): Promise<number> => {
      const process = await start(["--listen", "127.0.0.1:0", "--profiles", profiles, ...more]);
      await call(portOf(process), { headers: json, body });
      await call(portOf(process), { path: "/v1/transactions", headers: json, body });
      process.process.kill("SIGTERM");
      expect(await process.ended).toBe(0);
      return (await loadProfiles(profiles)).requests;
    };
    expect(await ask()).toBe(2);
    expect(await ask()).toBe(4);
    expect(await ask("--frozen")).toBe(4);
  });

  it("starts with profiles that cannot be read, and puts them aside", async () => {
    const profiles = join(directory, "profiles");
    writeFileSync(profiles, "no profiles");
    const process = await start(["--listen", "127.0.0.1:0", "--profiles", profiles]);
    expect((await call(portOf(process), { headers: json, body })).status).toBe(200);
    expect(process.stderr()).toContain("profiles_invalid");
    expect(existsSync(`${profiles}.bad`)).toBe(true);
  });
});
