import { describe, expect, it } from "vitest";
import { builtIns, randomText } from "../../../corpus/generate/built-ins.ts";
import { seededRandom } from "../../../src/random.ts";

describe("built-in tokens", () => {
  it.each([
    ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ["date", /^20[12]\d-\d\d-\d\d$/],
    ["time", /^\d\d:\d\d:\d\d$/],
    ["ipv4", /^\d{1,3}(\.\d{1,3}){3}$/],
    ["hex32", /^[0-9a-f]{32}$/],
    ["blob", /^[A-Za-z0-9+/]+=*$/],
    ["bloburl", /^[A-Za-z0-9_-]+$/],
    ["int", /^\d{1,5}$/],
    ["price", /^\d+\.\d\d$/],
    ["crlf", /^\r\n$/],
  ])("%s looks like %s", (name, pattern) => {
    const random = seededRandom(4);
    for (let i = 0; i < 100; i++) expect(builtIns[name]!(random)).toMatch(pattern);
  });

  it("are the same for the same seed", () => {
    for (const make of Object.values(builtIns)) expect(make(seededRandom(9))).toBe(make(seededRandom(9)));
  });

  it("draw a text of the length asked for", () => {
    expect(randomText(seededRandom(1), "ab", 50)).toMatch(/^[ab]{50}$/);
  });
});
