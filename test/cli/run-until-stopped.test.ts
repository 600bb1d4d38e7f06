import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runUntilStopped } from "../../src/cli/run-until-stopped.ts";

describe("a long-running command", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("says where it is ready, reloads on SIGHUP, and stops once on SIGTERM", async () => {
    const lines: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
    const events: string[] = [];
    const service = {
      addresses: ["unix:/a", "http://127.0.0.1:1"],
      stop: async () => void events.push("stopped"),
    };
    const hangups = process.listenerCount("SIGHUP");
    const ended = runUntilStopped(service, pino({ level: "silent" }), () => events.push("reloaded"));
    process.emit("SIGHUP");
    process.emit("SIGTERM");
    await ended;
    expect(lines).toEqual(["arbiter: ready on unix:/a,http://127.0.0.1:1\n"]);
    expect(events).toEqual(["reloaded", "stopped"]);
    expect(process.listenerCount("SIGHUP")).toBe(hangups);
    process.removeAllListeners("SIGTERM");
    process.removeAllListeners("SIGINT");
  });
});
