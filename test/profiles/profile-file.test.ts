import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ArbiterError } from "../../src/errors.ts";
import { tableCells } from "../../src/profiles/piece-table.ts";
import { parseProfiles, profileParts, profilesVersion } from "../../src/profiles/profile-file.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const q = { location: "query", name: "q" } as const;
const request = (client: string, host = "a.example") =>
  buildTransaction({
    method: "GET",
    uri: "/wiki/start?q=1",
    client,
    headers: [{ name: "Host", value: host }],
  });

function learnt(): Profiles {
  const profiles = new Profiles();
  for (let network = 0; network < 50; network++) {
    for (const host of ["a.example", "__proto__", "ü\n{}"]) {
      const lesson = profiles.learn(request(`10.0.${network}.1`, host))(q)!;
      for (let piece = 0; piece < 400; piece++) lesson.notePiece("letters", piece);
      lesson.noteValue("12", network % 9 === 0);
    }
  }
  return profiles;
}
const fileOf = (profiles: Profiles): Buffer => gzipSync(Buffer.concat([...profileParts(profiles)]));
const codeOf = (file: Uint8Array): string => {
  try {
    parseProfiles(file);
  } catch (error) {
    return error instanceof ArbiterError ? error.code : String(error);
  }
  return "read";
};

test("what was written is what is read", () => {
  const profiles = learnt();
  const read = parseProfiles(fileOf(profiles));
  expect(read.sites).toEqual(profiles.sites);
  expect(read.requests).toBe(150);
  expect(Buffer.from(read.pieces.cells.buffer).equals(Buffer.from(profiles.pieces.cells.buffer))).toBe(true);
  expect(read.historyOf(request("10.0.0.1", "__proto__"))!(q)!.isFamiliar("letters", 7)).toBe(true);
});

test("an empty file holds nothing", () => {
  expect(parseProfiles(new Uint8Array()).requests).toBe(0);
});

describe("a file is refused", () => {
  const good = fileOf(learnt());
  const lines = gunzipSync(good).toString("latin1").split("\n");
  const edited = (edit: (head: Record<string, unknown>, lines: string[]) => void): Buffer => {
    const copy = [...lines];
    const head = JSON.parse(copy[0]!) as Record<string, unknown>;
    edit(head, copy);
    copy[0] = JSON.stringify(head);
    return gzipSync(Buffer.from(copy.join("\n"), "latin1"));
  };

  test("wherever it is cut", () => {
    for (let length = 1; length < good.length; length += Math.ceil(good.length / 97))
      expect(codeOf(good.subarray(0, length))).toBe("profiles_invalid");
  });

  test("with any byte changed that matters", () => {
    const whole = gunzipSync(good);
    let refused = 0;
    for (let at = 10; at < good.length; at += Math.ceil(good.length / 97)) {
      const copy = Buffer.from(good);
      copy[at]! ^= 0x10;
      // A few bits of a gzip file say nothing.
      if (codeOf(copy) === "read") expect(gunzipSync(copy).equals(whole)).toBe(true);
      else refused++;
    }
    expect(refused).toBeGreaterThan(80);
  });

  test.each<[string, Uint8Array]>([
    ["that is no gzip", Buffer.from("profiles")],
    ["that holds nothing", gzipSync("")],
    ["that holds no JSON", gzipSync("{\n")],
    ["that holds a list", gzipSync("[]\n")],
    ["of another kind", edited((head) => (head["kind"] = "other"))],
    ["without a count", edited((head) => delete head["requests"])],
    ["with a negative count", edited((head) => (head["requests"] = -1))],
    ["with more sites than it has", edited((head) => (head["sites"] = 4))],
    ["with more sites than the limit", edited((head) => (head["sites"] = 1e9))],
    ["with a site that is a number", edited((_, copy) => (copy[1] = "7"))],
    ["with a site without a host", edited((_, copy) => (copy[1] = '{"everywhere":{},"root":{"n":1}}'))],
    [
      "with a parameter cut short",
      edited((_, copy) => (copy[1] = '{"host":"a","everywhere":{"q":[1,2]},"root":{"n":1}}')),
    ],
    [
      "with a count that is a text",
      edited(
        (_, copy) => (copy[1] = `{"host":"a","everywhere":{"q":[1${',"2"'.repeat(16)}]},"root":{"n":1}}`),
      ),
    ],
    [
      "with paths too deep",
      edited(
        (_, copy) =>
          (copy[1] = `{"host":"a","everywhere":{},"root":${'{"n":1,"c":{"a":'.repeat(40)}{"n":1}${"}}".repeat(40)}}`),
      ),
    ],
    ["with half a piece", edited((_, copy) => (copy[copy.length - 1] += "x"))],
    ["that unpacks to too much", gzipSync(Buffer.alloc(80 * 1_048_576))],
  ])("%s", (_, file) => {
    expect(codeOf(file)).toBe("profiles_invalid");
  });

  test("with a piece outside the table", () => {
    const piece = Buffer.alloc(8);
    piece.writeUInt32LE(tableCells);
    expect(codeOf(gzipSync(Buffer.concat([gunzipSync(good), piece])))).toBe("profiles_invalid");
  });

  test("of another version, with both versions named", () => {
    const file = edited((head) => (head["version"] = 99));
    expect(codeOf(file)).toBe("unsupported_version");
    expect(() => parseProfiles(file)).toThrow(new RegExp(`99.*${profilesVersion}`));
  });
});
