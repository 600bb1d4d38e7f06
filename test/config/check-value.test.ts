import { BlockList } from "node:net";
import { describe, expect, it } from "vitest";
import {
  addNetwork,
  checkText,
  checkValue,
  expectation,
  isLoopback,
  parseAddress,
} from "../../src/config/check-value.ts";
import type { Setting } from "../../src/config/setting.ts";
import { settingTable } from "../../src/config/settings.ts";

describe("addresses", () => {
  it("are a host and a port", () => {
    expect(parseAddress("127.0.0.1:80")).toEqual({ host: "127.0.0.1", port: 80 });
    expect(parseAddress("[::1]:0")).toEqual({ host: "::1", port: 0 });
    expect(parseAddress("name.example:65535")).toEqual({ host: "name.example", port: 65_535 });
    for (const bad of [
      "",
      ":80",
      "80",
      "a:",
      "a:-1",
      "a:65536",
      "a:b",
      "::1:80",
      "[a]:80",
      "a b:80",
      "http://a:80",
    ]) {
      expect([bad, parseAddress(bad)]).toEqual([bad, undefined]);
    }
  });

  it("are loopback where only this machine reaches them", () => {
    for (const host of ["127.0.0.1", "127.255.0.1", "::1", "localhost"]) expect(isLoopback(host)).toBe(true);
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.evil.example"])
      expect(isLoopback(host)).toBe(false);
  });

  it("make networks with a prefix", () => {
    const list = new BlockList();
    expect(
      addNetwork(list, "10.0.0.0/8") && addNetwork(list, "2001:db8::/32") && addNetwork(list, "192.0.2.1"),
    ).toBe(true);
    expect([list.check("10.9.9.9"), list.check("2001:db8::1", "ipv6"), list.check("192.0.2.2")]).toEqual([
      true,
      true,
      false,
    ]);
    for (const bad of [
      "0.0.0.0/0",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/",
      "10.0.0.0/x",
      "a",
      "fe80::1%eth0",
    ]) {
      expect([bad, addNetwork(list, bad)]).toEqual([bad, false]);
    }
  });
});

describe("the settings table", () => {
  const rows = Object.entries(settingTable) as [string, Setting][];

  it("has defaults that are right by its own rules, and reasons", () => {
    for (const [name, row] of rows) {
      if (row.default !== undefined)
        expect([name, checkValue(row, row.default)]).toEqual([name, { value: row.default }]);
      expect(row.why.length).toBeGreaterThan(20);
      expect(name).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
    }
  });

  it("says what it expects in words for every type", () => {
    for (const [, row] of rows) expect(expectation(row)).not.toBe("");
  });

  it("reads texts as the file's values", () => {
    expect(checkText(settingTable["server.drainMs"], "5")).toEqual({ value: 5 });
    expect(checkText(settingTable["gateway.shadow"], "true")).toEqual({ value: true });
    expect(checkText(settingTable["gateway.trustedProxies"], "10.0.0.1, ::1")).toEqual({
      value: ["10.0.0.1", "::1"],
    });
    expect(checkText(settingTable["gateway.trustedProxies"], "")).toEqual({ value: [] });
    expect(checkText(settingTable["server.drainMs"], "0x5")).toHaveProperty("problem");
  });
});
