import { isIP } from "node:net";
import { expect, test } from "vitest";
import { makeHouseholds, networkOf } from "../../../corpus/recorded/visitors.ts";
import { pngOf, writingFor } from "../../../corpus/recorded/writing.ts";
import { seededRandom } from "../../../src/random.ts";

test("households have networks of their own, addresses that are nobody's, and headers that agree with one another", () => {
  const households = makeHouseholds(seededRandom(1), 24);
  expect(new Set(households.map(({ client }) => networkOf(client))).size).toBe(24);
  for (const { client, userAgent, headers, locale } of households) {
    expect(isIP(client)).not.toBe(0);
    expect(client).toMatch(/^(?:192\.0\.2|198\.51\.100|203\.0\.113|198\.18\.\d+)\.\d+$|^2001:db8:/);
    const version = /Chrome\/(\d+)/.exec(userAgent)![1];
    expect(headers["sec-ch-ua"]).toContain(`"Chromium";v="${version}"`);
    expect(headers["sec-ch-ua-mobile"] === "?1").toBe(userAgent.includes("Mobile"));
    expect(headers["accept-language"]!.startsWith(locale)).toBe(true);
  }
  expect(makeHouseholds(seededRandom(1), 24)).toEqual(households);
});

test("the same seed writes the same, and every text comes before one comes again", () => {
  const [a, b] = [writingFor(seededRandom(7)), writingFor(seededRandom(7))];
  const texts = Array.from({ length: 30 }, () => a.remark());
  expect(Array.from({ length: 30 }, () => b.remark())).toEqual(texts);
  expect(new Set(texts).size).toBe(30);
  expect(a.page().length).toBeGreaterThan(0);
  expect(a.page("rich").startsWith("<")).toBe(true);
});

test("a picture is a PNG", () => {
  const picture = pngOf(seededRandom(3));
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect(picture.subarray(-8, -4).toString()).toBe("IEND");
});
