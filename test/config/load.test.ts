import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentName, loadSettings, readToken } from "../../src/config/load.ts";
import { settingTable } from "../../src/config/settings.ts";

describe("loading settings", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-config-"));
    file = join(directory, "arbiter.yaml");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("takes the flag before the environment, the environment before the file, and the file before the default", () => {
    writeFileSync(file, "server:\n  socket: /file\n  deadlineMs: 70\n  drainMs: 1\nlog:\n  level: warn\n");
    const environment = { ARBITER_SERVER_SOCKET: "/environment", ARBITER_SERVER_DEADLINE_MS: "60" };
    const { values } = loadSettings(
      { flags: { "server.socket": "/flag" }, environment, file },
      "serve",
    ).settings;
    expect(values["server.socket"]).toBe("/flag");
    expect(values["server.deadlineMs"]).toBe(60);
    expect(values["server.drainMs"]).toBe(1);
    expect(values["log.level"]).toBe("warn");
    expect(values["server.connections"]).toBe(1_024);
  });

  it("has a name in the environment for every setting, each its own", () => {
    const names = Object.keys(settingTable).map(environmentName);
    expect(new Set(names).size).toBe(names.length);
    expect(environmentName("server.deadlineMs")).toBe("ARBITER_SERVER_DEADLINE_MS");
    expect(environmentName("gateway.inspectKiB")).toBe("ARBITER_GATEWAY_INSPECT_KIB");
  });

  it("warns of a misspelt variable and lets foreign ones be", () => {
    const environment = {
      ARBITER_SERVER_SOKET: "/x",
      ARBITER_PORT_80_TCP_PROTO_SOMETHING: "tcp",
      OTHER: "1",
    };
    const { warnings } = loadSettings({ flags: {}, environment, file: undefined }, "serve");
    expect(warnings).toEqual([
      "the variable ARBITER_SERVER_SOKET is not known; did you mean ARBITER_SERVER_SOCKET?",
    ]);
  });

  it("always holds the default site", () => {
    writeFileSync(file, "sites:\n  shop:\n    hosts: [shop.example]\n");
    const { sites } = loadSettings({ flags: {}, environment: {}, file }, "serve").settings;
    expect(sites.map(({ name }) => name)).toEqual(["default", "shop"]);
  });

  it.each([
    [
      "C22 a number that is none",
      {},
      { ARBITER_SERVER_DEADLINE_MS: "1e3" },
      /ARBITER_SERVER_DEADLINE_MS must be a whole number of ms from 1 to 60000/,
    ],
    ["C24 a word with a blank", {}, { ARBITER_GATEWAY_PARTIAL: "deny " }, /must be one of pass, deny/],
    ["C10 a switch that is no switch", {}, { ARBITER_GATEWAY_SHADOW: "yes" }, /must be true or false/],
    ["C33 port 65536", { "server.listen": "127.0.0.1:65536" }, {}, /--listen must be HOST:PORT/],
    ["C33 no port", { "server.listen": "127.0.0.1" }, {}, /--listen must be HOST:PORT/],
    [
      "C35 a socket path of 108 bytes",
      { "server.socket": `/${"a".repeat(107)}` },
      {},
      /108 bytes long, and sockets allow 107/,
    ],
    [
      "C35 a socket path of 54 two-byte characters",
      { "server.socket": "é".repeat(54) },
      {},
      /108 bytes long/,
    ],
    ["C39 an open address without token", { "server.listen": "0.0.0.0:80" }, {}, /set server.tokenFile/],
    ["C39 all IPv6 addresses without token", { "server.listen": "[::]:80" }, {}, /set server.tokenFile/],
    ["C64 an empty path", { "server.socket": "" }, {}, /--socket must be a path/],
    [
      "messages larger than all memory for them",
      {},
      { ARBITER_SERVER_MESSAGE_KIB: "65536" },
      /must fit into server.bufferMiB/,
    ],
  ])("refuses %s", (_what, flags, environment, message) => {
    const load = () => loadSettings({ flags, environment, file: undefined }, "serve");
    expect(load).toThrow(message);
    expect(load).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });

  it("takes loopback addresses without token, and port 0", () => {
    for (const listen of ["127.0.0.1:0", "127.8.8.8:80", "[::1]:0", "localhost:80"]) {
      loadSettings({ flags: { "server.listen": listen }, environment: {}, file: undefined }, "serve");
    }
  });

  it("tells a gateway what it lacks", () => {
    const load = (flags: object) => loadSettings({ flags, environment: {}, file: undefined }, "gateway");
    expect(() => load({ "gateway.upstream": "http://a" })).toThrow("--listen (gateway.listen) is not set");
    expect(() => load({ "gateway.listen": "127.0.0.1:0" })).toThrow(
      "--upstream (gateway.upstream) is not set",
    );
    for (const upstream of ["https://a", "http://a/path", "http://u:p@a", "a", "unix:/a"]) {
      expect(() => load({ "gateway.listen": "127.0.0.1:0", "gateway.upstream": upstream })).toThrow(
        /--upstream must be/,
      );
    }
  });

  it("names a file that is missing or too large", () => {
    const load = () => loadSettings({ flags: {}, environment: {}, file }, "serve");
    expect(load).toThrow(`${file}: the file cannot be read (ENOENT)`);
    writeFileSync(file, "a".repeat(2_000_000));
    expect(load).toThrow(/larger than 1048576 bytes/);
  });
});

describe("a token file", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "arbiter-token-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const written = (content: string) => {
    const path = join(directory, "token");
    writeFileSync(path, content);
    return path;
  };

  it("holds one long line", () => {
    expect(readToken(written("0123456789abcdef\n"))).toBe("0123456789abcdef");
  });

  it.each(["", "\n", "short", "0123456789abcde f", "0123456789abcdef\nsecond line"])(
    "C40, C41, C44: %j is refused without being shown",
    (content) => {
      const read = () => readToken(written(content));
      expect(read).toThrow(/one line of 16 or more printable characters/);
      if (content.trim() !== "") expect(read).not.toThrow(content.trim());
    },
  );
});
