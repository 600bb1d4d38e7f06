import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Segment } from "../../src/profiles/endpoints.ts";
import type { ParameterName } from "../../src/profiles/parameter-name.ts";
import { Profiles, profileLimits } from "../../src/profiles/profiles.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";

const request = (uri: string, client = "10.0.0.1", host = "a.example", method = "GET"): Transaction =>
  buildTransaction({ method, uri, client, headers: [{ name: "Host", value: host }] });
const q: ParameterName = { location: "query", name: "q" };

/** Teaches the piece 42 as an ordinary one of a parameter, once from each of so many networks. */
function teach(
  profiles: Profiles,
  uri: string,
  { networks = 40, from = 0, host = "a.example", parameter = q } = {},
): void {
  for (let network = from; network < from + networks; network++) {
    const lesson = profiles.learn(request(uri, `10.0.${network}.1`, host))(parameter)!;
    lesson.notePiece("tokens", 42);
    lesson.noteValue("12", false);
  }
}

const isFamiliar = (profiles: Profiles, transaction: Transaction, name = q): boolean | undefined =>
  profiles.historyOf(transaction)?.(name)?.isFamiliar("tokens", 42);

test("all profiles stay below 24 MB at their limits", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = await used();
  const profiles = new Profiles();
  for (let host = 0; host < profileLimits.sites; host++) {
    for (let page = 0; page < 4; page++) {
      const client = `10.0.${page}.1`;
      const lessonOf = profiles.learn(request(`/${host}-${page}/page`, client, `${host}.example`));
      for (let n = 0; n < 4; n++)
        lessonOf({ location: "query", name: `name_${host}_${n}` })?.noteValue("12", false);
    }
  }
  const bytes = (await used()) - before;
  expect(profiles.sites.size).toBe(profileLimits.sites);
  expect(bytes).toBeGreaterThan(12 * 1_048_576);
  expect(bytes).toBeLessThan(24 * 1_048_576);
});

describe("what is learnt of a parameter", () => {
  test("is known at its endpoint, at the siblings of that, and nowhere else", () => {
    const profiles = new Profiles();
    teach(profiles, "/wiki/start?q=x");
    expect(isFamiliar(profiles, request("/wiki/start"))).toBe(true);
    expect(isFamiliar(profiles, request("/wiki/other"))).toBe(true);
    expect(isFamiliar(profiles, request("/wiki/start"), { location: "form", name: "q" })).toBeUndefined();
    expect(isFamiliar(profiles, request("/wiki/start"), { location: "query", name: "r" })).toBeUndefined();
    expect(isFamiliar(profiles, request("/start"))).toBeUndefined();
    expect(isFamiliar(profiles, request("/wiki/start", "10.0.0.1", "b.example"))).toBeUndefined();
    expect(isFamiliar(profiles, request("/wiki/start", "10.0.0.1", "a.example", "POST"))).toBeUndefined();
  });

  test("belongs to the Host in whatever case it is sent", () => {
    const profiles = new Profiles();
    teach(profiles, "/?q=x");
    expect(isFamiliar(profiles, request("/", "10.0.0.1", "A.Example"))).toBe(true);
  });

  test("holds for all places of a JSON list", () => {
    const profiles = new Profiles();
    teach(profiles, "/", { parameter: { location: "json", name: "tags.0" } });
    expect(isFamiliar(profiles, request("/"), { location: "json", name: "tags.17" })).toBe(true);
    expect(isFamiliar(profiles, request("/"), { location: "json", name: "tags.a" })).toBeUndefined();
  });

  test("holds for a field of a body, whatever form the body has and whoever took it apart", () => {
    const profiles = new Profiles();
    teach(profiles, "/", { parameter: { location: "form", name: "text" } });
    for (const parameter of [
      { location: "json", name: "text" },
      { location: "multipart", name: "text" },
      { location: "engine", name: "text" },
      { location: "engine", name: "json.text" },
    ] as const)
      expect(isFamiliar(profiles, request("/"), parameter), parameter.location).toBe(true);
    expect(isFamiliar(profiles, request("/"), { location: "query", name: "text" })).toBeUndefined();
  });

  test("of headers, cookies and paths holds on the whole site", () => {
    const profiles = new Profiles();
    teach(profiles, "/a", { parameter: { location: "header", name: "X-App" } });
    expect(isFamiliar(profiles, request("/b/c"), { location: "header", name: "x-app" })).toBe(true);
  });

  test("says nothing before thirty values", () => {
    const profiles = new Profiles();
    teach(profiles, "/", { networks: 29 });
    expect(isFamiliar(profiles, request("/"))).toBeUndefined();
    teach(profiles, "/", { networks: 1 });
    expect(isFamiliar(profiles, request("/"))).toBe(true);
  });

  test("at an endpoint of its own ends what its siblings say, once it has had 300 values", () => {
    const profiles = new Profiles();
    teach(profiles, "/wiki/one");
    const another = (values: number): void => {
      for (let i = 0; i < values; i++)
        profiles
          .learn(request("/wiki/two", `10.0.${i % 40}.1`))(q)!
          .noteValue("12", false);
    };
    another(299);
    expect(isFamiliar(profiles, request("/wiki/two"))).toBe(true);
    another(1);
    expect(isFamiliar(profiles, request("/wiki/two"))).toBe(false);
    expect(isFamiliar(profiles, request("/wiki/three"))).toBe(true);
  });
});

test("a loud network teaches nothing alone", () => {
  const profiles = new Profiles();
  for (let i = 0; i < 1_000; i++) {
    const lesson = profiles.learn(request("/?q=x", `10.9.9.${i % 256}`))(q)!;
    lesson.notePiece("tokens", 42);
    lesson.noteValue("12", false);
  }
  expect(isFamiliar(profiles, request("/"))).toBeUndefined();
});

test("startling values that are no lessons make others weigh less, and grow nothing", () => {
  const profiles = new Profiles();
  const startling = { ...q, value: "12'" };
  teach(profiles, "/?q=x", { networks: 200 });
  const raise = (): number => profiles.historyOf(request("/"))!(q)!.raiseOf("12");
  const before = raise();
  for (let network = 0; network < 60; network++)
    profiles.noteStartling(request("/", `10.0.${network}.1`), startling);
  expect(raise()).toBeLessThan(before);
  profiles.noteStartling(request("/never/seen"), startling);
  profiles.noteStartling(request("/", "10.0.0.1", "never.seen"), startling);
  expect(profiles.historyOf(request("/never/seen"))?.(q)).toBeUndefined();
  expect(profiles.sites.size).toBe(1);
});

test("looking up grows nothing", () => {
  const profiles = new Profiles();
  profiles.historyOf(request("/a?b=c"))?.(q);
  expect(profiles.sites.size).toBe(0);
});

describe("limits", () => {
  const letters = "abcdefghijklmnop";
  const word = (i: number): string =>
    [...i.toString(16)].map((digit) => letters[Number.parseInt(digit, 16)]).join("");

  test("hold for sites, segments and parameters, whatever is sent", () => {
    const profiles = new Profiles();
    let parameters = 0;
    for (let i = 0; i < 30_000; i++) {
      const lessonOf = profiles.learn(
        request(`/${word(i)}/${word(i * 7)}`, "10.0.0.1", `${i % 9_000}.example`),
      );
      for (let n = 0; n < 3; n++)
        if (lessonOf({ location: "query", name: word(i + n) }) !== undefined) parameters++;
    }
    expect(parameters).toBeGreaterThan(10_000);
    expect(profiles.sites.size).toBeLessThanOrEqual(profileLimits.sites);
    const count = (segment: Segment): [segments: number, parameters: number] => {
      let [segments, found] = [1, 0];
      for (const kind of [segment.endpoints, segment.siblings])
        for (const endpoint of kind.values()) found += endpoint.size;
      for (const child of segment.children.values()) {
        const [more, others] = count(child);
        segments += more;
        found += others;
      }
      return [segments, found];
    };
    const counts = [...profiles.sites.values()].map(({ root }) => count(root));
    const segments = counts.reduce((sum, [more]) => sum + more, 0);
    const found = counts.reduce((sum, [, more]) => sum + more, 0);
    // A lesson is not cut off in the middle.
    expect(segments).toBeLessThanOrEqual(profileLimits.allSegments + profileLimits.sites + 8);
    expect(found).toBeLessThanOrEqual(profileLimits.allParameters + 2 * profileLimits.parameters);
  });

  test("keep what the site has while strangers make names up", () => {
    const profiles = new Profiles();
    teach(profiles, "/search?q=x");
    for (let i = 0; i < 5_000; i++) {
      profiles.learn(request(`/${word(i)}`))({ location: "query", name: "q" });
      profiles.learn(request("/search"))({ location: "query", name: word(i) });
      profiles.learn(request("/", "10.0.0.1", `${word(i)}.example`));
    }
    expect(isFamiliar(profiles, request("/search"))).toBe(true);
  });
});

test("merging keeps the limits", () => {
  const letters = "abcdefghijklmnop";
  const learnt = (first: string): Profiles => {
    const profiles = new Profiles();
    for (let i = 0; i < 5_000; i++) {
      const word = [...i.toString(16)].map((digit) => letters[Number.parseInt(digit, 16)]).join("");
      const host = `${first}${i % 300}.example`;
      for (let n = 0; n < 4; n++)
        profiles.learn(request(`/${word}`, `10.0.${n}.1`, host))({ location: "query", name: `${word}${n}` });
    }
    return profiles;
  };
  const all = learnt("a");
  for (const first of ["b", "c", "d"]) all.merge(learnt(first));
  let [parameters, segments] = [0, 0];
  const count = ({ endpoints, siblings, children }: Segment): void => {
    segments++;
    for (const kind of [endpoints, siblings])
      for (const endpoint of kind.values()) parameters += endpoint.size;
    for (const child of children.values()) count(child);
  };
  for (const { root } of all.sites.values()) count(root);
  expect(parameters).toBeLessThanOrEqual(profileLimits.allParameters + profileLimits.parameters);
  expect(segments).toBeLessThanOrEqual(profileLimits.allSegments + profileLimits.sites);
  for (const { root } of all.sites.values()) expect(root.children.size).toBeLessThanOrEqual(65);
});

test("nodes that merge know together what none knew alone", () => {
  const [a, b] = [new Profiles(), new Profiles()];
  teach(a, "/?q=x", { networks: 15 });
  teach(b, "/?q=x", { networks: 15, from: 15 });
  teach(b, "/other/page?q=x");
  expect(isFamiliar(a, request("/"))).toBeUndefined();
  a.merge(b);
  expect(isFamiliar(a, request("/"))).toBe(true);
  expect(isFamiliar(a, request("/other/page"))).toBe(true);
  expect(a.requests).toBe(15 + 15 + 40);
});
