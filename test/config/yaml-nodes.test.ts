import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { settingTable } from "../../src/config/settings.ts";
import { entries, offsetOf, plainScalar, plainValue, unknown } from "../../src/config/yaml-nodes.ts";

const fail = (offset: number, message: string): never => {
  throw new Error(`${offset}: ${message}`);
};
const nodeOf = (text: string) => parseDocument(text, { version: "1.2", schema: "core" }).contents;

describe("the nodes of a settings file", () => {
  it("give the entries of a map with the places of their keys, and none for nothing", () => {
    expect(entries(nodeOf("a: 1\nb: 2"), "x", fail).map(([key, , offset]) => [key, offset])).toEqual([
      ["a", 0],
      ["b", 5],
    ]);
    expect(entries(null, "x", fail)).toEqual([]);
    expect(entries(nodeOf("~"), "x", fail)).toEqual([]);
  });

  it.each([
    ["a list", "- a", /0: x must be a map/],
    ["a key that is no text", "1: a", /0: every key must be a plain text/],
    ["an anchor", "&a { b: 1 }", /anchors are not allowed/],
    ["a tag", "!t { b: 1 }", /tags are not allowed/],
  ])("refuse %s", (_, text, complaint) => {
    expect(() => entries(nodeOf(text), "x", fail)).toThrow(complaint);
  });

  it("give plain values, and what fits nothing for all else", () => {
    expect(plainScalar(nodeOf("5"), fail)).toBe(5);
    expect(plainScalar(undefined, fail)).toBeUndefined();
    expect(plainScalar(nodeOf("a: 1"), fail)).toEqual({});
    expect(plainValue(nodeOf("0640"), settingTable["server.socketMode"], fail)).toBe("0640");
    expect(plainValue(nodeOf("1e3"), settingTable["server.drainMs"], fail)).toBe("1e3");
    expect(plainValue(nodeOf("[a, b]"), settingTable["gateway.trustedProxies"], fail)).toEqual(["a", "b"]);
  });

  it("know their places, and name what may have been meant", () => {
    expect(offsetOf(nodeOf("  a"), 9)).toBe(2);
    expect(offsetOf(undefined, 9)).toBe(9);
    expect(() => unknown("rloe", "m.", ["role", "weight"], 3, fail)).toThrow(
      '3: unknown setting "m.rloe"; did you mean "m.role"?',
    );
  });
});
