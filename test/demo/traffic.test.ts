/** The recorded traffic is what its recorders give, and enough of it. */
import { describe, expect, it } from "vitest";
import { recordAttacks } from "../../demo/attacks/record.ts";
import { readTraffic } from "../../demo/traffic.ts";
import { recordVisitors } from "../../demo/users/record.ts";
import { sharedStringFinder } from "../../scripts/shared-strings.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { attackTypes } from "../../src/verdict/verdict.ts";

const visitors = recordVisitors();
const attacks = recordAttacks();

describe("recorded traffic", () => {
  it("is on disk as its recorders give it (else run demo/users/record.ts and demo/attacks/record.ts)", () => {
    const asRead = (rows: unknown) => JSON.parse(JSON.stringify(rows)) as unknown;
    expect(readTraffic("history")).toEqual(asRead(visitors.history));
    expect(readTraffic("reading")).toEqual(asRead(visitors.reading));
    expect(readTraffic("writing")).toEqual(asRead(visitors.writing));
    expect(readTraffic("attacks")).toEqual(asRead(attacks));
  });

  it("holds thousands of benign requests, hundreds of them with text of the visitors' own", () => {
    expect(visitors.reading.length + visitors.writing.length).toBeGreaterThan(3_000);
    expect(visitors.writing.filter(({ text }) => text !== undefined).length).toBeGreaterThan(500);
  });

  it("holds at least 500 different attacks of every type that a verdict can name", () => {
    expect(new Set(attacks.map(({ text }) => text)).size).toBeGreaterThan(500);
    expect(new Set(attacks.map(({ attack_type }) => attack_type))).toEqual(new Set(attackTypes));
  });

  it("brings attacks in every part of a request", () => {
    const types = attacks.map(
      ({ headers }) => headers.find(([name]) => name === "Content-Type")?.[1].split(";")[0],
    );
    for (const type of [
      "application/x-www-form-urlencoded",
      "application/json",
      "multipart/form-data",
      "application/xml",
    ]) {
      expect(types).toContain(type);
    }
    expect(attacks.filter(({ query, text }) => query !== "" && text !== undefined).length).toBeGreaterThan(
      100,
    );
  });

  it("comes after a history of other visitors, of many networks, who wrote none of it", () => {
    const networks = visitors.history.map(({ client }) => client?.split(".").slice(0, 3).join("."));
    expect(new Set(networks).size).toBe(40);
    const asked = [...visitors.writing, ...attacks].flatMap(({ text }) => text ?? []);
    const finder = sharedStringFinder(asked);
    const shared = visitors.history.flatMap(({ text }) => (text === undefined ? [] : finder.find(text)));
    expect(shared).toEqual([]);
  });

  it("has ids of its own for every row and can be read as a traffic file", () => {
    const rows = [...visitors.history, ...visitors.reading, ...visitors.writing, ...attacks];
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const row of rows) {
      expect(transactionOf(parseTrafficRow(JSON.stringify(row))).method).toBe(row.method);
    }
  });
});
