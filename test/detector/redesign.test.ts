/**
 * A redesign of the demo's shop: every page and every name in queries and forms is new from one day to the next. What was learnt of
 * the old ones must not be held against the new ones, and the new ones must be learnt.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadDetector } from "../../src/config/load-detector.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";

const detector = loadDetector(undefined);
const rows = readFileSync(new URL("../../demo/traffic/history.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "");

/** The new name of an old one. */
const renamed = (name: string): string => (/^[A-Za-z][\w-]*$/.test(name) ? `new_${name}` : name);
const renamedPairs = (pairs: string): string =>
  pairs
    .split("&")
    .map((pair) => pair.replace(/^[^=]+/, renamed))
    .join("&");

/** The same visit after the redesign. Bodies other than forms keep the names of their fields, under new paths. */
function redesigned(line: string): string {
  const row = JSON.parse(line) as Record<string, unknown>;
  const isForm = JSON.stringify(row["headers"]).includes("x-www-form-urlencoded");
  return JSON.stringify({
    ...row,
    path: (row["path"] as string)
      .split("/")
      .map((segment) => (segment.includes(".") ? segment : renamed(segment)))
      .join("/"),
    ...(typeof row["query"] === "string" && { query: renamedPairs(row["query"]) }),
    ...(isForm && typeof row["body"] === "string" && { body: renamedPairs(row["body"]) }),
  });
}
const transactionsOf = (lines: readonly string[]): Transaction[] =>
  lines.map((line) => buildTransaction(parseTrafficRow(line).request));

const before = transactionsOf(rows);
const after = transactionsOf(rows.map(redesigned));
/** Requests after which a redesigned site is known again. */
const learntWithin = 1_400;
const isAlarm = (transaction: Transaction, profiles?: Profiles): boolean =>
  detector.inspect(transaction, { mode: "second-opinion", ...(profiles && { profiles }) }).verdict !== "pass";
const alarms = (transactions: readonly Transaction[], profiles?: Profiles): number =>
  transactions.filter((transaction) => isAlarm(transaction, profiles)).length;

describe("after a redesign of the whole site", () => {
  test("every page is new", () => {
    const placesOf = (transactions: readonly Transaction[]): Set<string> =>
      new Set(transactions.map(({ method, path }) => `${method} ${path}`));
    const [old, redone] = [placesOf(before), placesOf(after)];
    const kept = [...redone].filter((place) => old.has(place));
    expect(kept.length).toBeLessThan(redone.size / 10);
  });

  test("of the requests that raise no alarm on an unknown site, one in a thousand does at most", () => {
    const profiles = new Profiles();
    for (const transaction of before) detector.learn(transaction, profiles);
    const added = after.filter((transaction) => isAlarm(transaction, profiles) && !isAlarm(transaction));
    expect(added.length).toBeLessThanOrEqual(after.length / 1_000);
  });

  test(`${learntWithin} requests later it raises as few as before`, () => {
    const half = before.length - learntWithin;
    const known = new Profiles();
    for (const transaction of before.slice(0, learntWithin)) detector.learn(transaction, known);
    const warm = alarms(before.slice(learntWithin), known);
    expect(half).toBeGreaterThan(1_000);
    expect(warm).toBeLessThan(alarms(before.slice(learntWithin)));

    const profiles = new Profiles();
    for (const transaction of before) detector.learn(transaction, profiles);
    for (const transaction of after.slice(0, learntWithin)) detector.learn(transaction, profiles);
    expect(alarms(after.slice(learntWithin), profiles)).toBeLessThanOrEqual(warm + half / 1_000);
  });
});
