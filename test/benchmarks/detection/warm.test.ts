import { expect, test } from "vitest";
import { groupsWith } from "../../../benchmarks/detection/groups.ts";
import type { BenchRow } from "../../../benchmarks/detection/rows.ts";
import { evenlySpaced } from "../../../benchmarks/detection/rows.ts";
import { lessonsOf, planSite } from "../../../benchmarks/detection/warm.ts";
import { measureWarm } from "../../../benchmarks/detection/warm-figures.ts";

const requests = Array.from({ length: 10 }, (_, index) => ({
  method: "GET",
  uri: `/page/${index}?n=${index}`,
  headers: [],
  client: `192.0.2.${index}`,
}));
const attacks = Array.from(
  { length: 6 },
  (_, index): BenchRow => ({
    source: "list",
    attack: true,
    attackType: "sqli",
    kind: "values",
    group: 0,
    request: { method: "GET", uri: `/?p=evil${index}`, headers: [] },
  }),
);
const plan = planSite({ name: "site", requests }, attacks, 1);

test("early requests are learnt, later ones measured, and no attack is both", () => {
  expect(plan.early).toEqual(requests.slice(0, 7));
  expect(plan.later).toEqual(requests.slice(7));
  const valuesOn = (uris: readonly string[], pages: RegExp): readonly string[] =>
    uris.filter((uri) => pages.test(uri)).map((uri) => uri.replace(/.*=/, ""));
  const attackUris = plan.attacks.map(({ request }) => request.uri);
  expect(valuesOn(attackUris, /^\/page\/[789]\?/)).toEqual(["evil0", "evil2", "evil4"]);
  const learntUris = plan.learntAttacks.map(({ uri }) => uri);
  expect(valuesOn(learntUris, /^\/page\/[0-6]\?/)).toEqual(["evil1", "evil3", "evil5"]);
});

test("what comes again comes from other clients, with its share of attacks", () => {
  const lessons = [...lessonsOf(plan, { requests: 20, attackShare: 0.1 })];
  expect(lessons).toHaveLength(20);
  expect(lessons.filter(({ uri }) => uri.includes("evil"))).toHaveLength(2);
  expect(lessons.slice(0, 7)).toEqual(requests.slice(0, 7));
  const again = lessons.slice(7).filter(({ uri }) => !uri.includes("evil"));
  expect(again.map(({ client }) => client).filter((client) => client?.startsWith("192."))).toEqual([]);
  expect(new Set(again.map(({ uri, client }) => `${uri} ${client}`)).size).toBe(again.length);
});

test("false alarms are of later requests, detection is a mean over sources", () => {
  const score = (source: string, probability: number) => ({
    site: "site",
    source,
    probability,
    verdict: probability > 0.5 ? ("attack" as const) : ("pass" as const),
  });
  const { falseAlarms, found, atRates } = measureWarm([
    score("", 0.1),
    score("", 0.2),
    score("", 0.3),
    score("", 0.9),
    score("a", 0.95),
    score("a", 0.6),
    score("b", 0.4),
  ]);
  expect(falseAlarms).toBe(0.25);
  expect(found).toBe(0.5);
  expect(atRates["0.01"]).toBe(0.25);
});

test("samples are evenly spaced and keep their order", () => {
  expect(evenlySpaced([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4]);
  expect(evenlySpaced([0, 1], 3)).toEqual([0, 1]);
});

test("recorded applications are dealt out over the groups that have attacks", () => {
  const groups = groupsWith(["recorded-b", "recorded-a", "recorded-e", "recorded-c", "recorded-d"]);
  expect(groups.map(({ sources }) => sources.filter((name) => name.startsWith("recorded-")))).toEqual([
    ["recorded-a", "recorded-e"],
    ["recorded-b"],
    ["recorded-c"],
    ["recorded-d"],
    [],
  ]);
});
