import { describe, expect, it } from "vitest";
import type { SiteSettings } from "../../src/config/settings.ts";
import { buildSites, siteOf } from "../../src/server/sites.ts";
import { fakeDetector } from "./fake-detector.ts";

const site = (name: string, hosts: string[], over: Partial<SiteSettings> = {}): SiteSettings => ({
  name,
  hosts,
  model: undefined,
  preset: undefined,
  thresholds: {},
  points: undefined,
  ...over,
});

describe("the table of sites", () => {
  const table = buildSites(
    [
      site("default", []),
      site("a", ["a.example"]),
      site("six", ["[::1]"]),
      site("b", ["b.example"], { model: "/b" }),
    ],
    (path) => fakeDetector(path ?? "own"),
    "balanced",
  );
  const found = (host: string, name?: string) => siteOf(table, name, [{ name: "HOST", value: host }]).name;

  it("finds a site by the Host header without port, whatever its case", () => {
    expect(found("A.Example")).toBe("a");
    expect(found("a.example:8080")).toBe("a");
    expect(found("a.example.:80")).toBe("a");
    expect(found("[::1]:80")).toBe("six");
  });

  it("gives every other host to the default site", () => {
    expect(found("evil.a.example")).toBe("default");
    expect(found("")).toBe("default");
    expect(siteOf(table, undefined, []).name).toBe("default");
  });

  it("believes a caller that names the site, and takes an unknown name for the default", () => {
    expect(found("a.example", "b")).toBe("b");
    expect(found("a.example", "nobody")).toBe("default");
    expect(found("a.example", "")).toBe("a");
  });

  it("takes the first Host header only", () => {
    const headers = ["b.example", "a.example"].map((value) => ({ name: "Host", value }));
    expect(siteOf(table, undefined, headers).name).toBe("b");
  });

  it("gives each site its own detector, thresholds and points", () => {
    const thresholds = { scoring: { suspect: 0.1, attack: 0.2 } };
    const points = { pass: -1, suspect: 2, attack: 4 };
    const own = buildSites(
      [site("default", [], { thresholds, points, model: "/m" })],
      (path) => fakeDetector(path),
      "balanced",
    );
    expect(own.fallback.detector.id).toBe("/m");
    const { balanced } = own.fallback.detector.operatingPoints;
    expect(own.fallback.options.scoring).toEqual({
      mode: "scoring",
      operatingPoints: { ...balanced, ...thresholds },
      points,
    });
    expect(table.fallback.options.general).toEqual({ mode: "general", operatingPoints: balanced });
  });

  it("judges each site as hard as its preset says, or else the server's", () => {
    const own = buildSites(
      [site("default", []), site("a", [], { preset: "lenient" })],
      () => fakeDetector(),
      "strict",
    );
    const { strict, lenient } = own.fallback.detector.operatingPoints;
    expect(own.fallback.options.general.operatingPoints).toEqual(strict);
    expect(own.byName.get("a")!.options.general.operatingPoints).toEqual(lenient);
  });
});
