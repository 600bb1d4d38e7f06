import { describe, expect, test } from "vitest";
import { cutBody, keptRequests, rowsOf } from "../../../corpus/recorded/recording.ts";
import type { Draft, HeaderPair } from "../../../demo/requests/request.ts";

const draft = (path: string, destination: string, more: Partial<Draft> = {}): Draft => ({
  method: "GET",
  path,
  query: "",
  headers: [["Sec-Fetch-Dest", destination]],
  ...more,
});

test("of repeated files the first ones are kept, of pages all", () => {
  const drafts = [
    draft("/a.png", "image"),
    draft("/", "document"),
    draft("/a.png", "image", { query: "v=2" }),
    draft("/a.png", "image"),
    draft("/", "document"),
    draft("/load.php", "script", { query: "m=1" }),
    draft("/load.php", "script", { query: "m=2" }),
    draft("/", "document"),
    draft("/a.png", "image", { method: "POST" }),
  ];
  expect(keptRequests(drafts)).toEqual([0, 1, 2, 4, 5, 6, 7, 8]);
});

describe("a body is cut", () => {
  const noise = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256));

  test("part by part where it is a multipart form, which it stays", () => {
    const text = (name: string, content: string): string =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;
    const body = Buffer.from(
      `${text("a", "short")}${text("f", noise.toString("latin1"))}${text("z", "end")}--b--\r\n`,
      "latin1",
    );
    const cut = cutBody(body, "multipart/form-data; boundary=b").toString("latin1");
    expect(cut).toBe(
      `${text("a", "short")}${text("f", noise.subarray(0, 256).toString("latin1"))}${text("z", "end")}--b--\r\n`,
    );
  });

  test("early where it is no text, late where it is", () => {
    expect(cutBody(noise, "application/octet-stream")).toHaveLength(256);
    expect(cutBody(Buffer.from("é".repeat(5_000)), "text/plain")).toHaveLength(10_000);
    expect(cutBody(Buffer.alloc(1 << 20, "a"), "text/plain")).toHaveLength(24_576);
  });
});

test("a row says who sent it when and what CRS said, without secrets and places", () => {
  const headers: readonly HeaderPair[] = [
    ["Host", "wiki.example.test"],
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["Sec-CH-UA", "B"],
  ];
  const evidence = { score: 5, threshold: 5, paranoiaLevel: 1, categories: { sqli: 5 }, rules: [942100] };
  const rows = rowsOf({
    application: "wiki",
    firstRow: 1,
    drafts: [
      draft("/save", "document", {
        method: "POST",
        query: "t=abcd1234",
        headers,
        body_b64: Buffer.from("text=größe&file=/tmp/x/db").toString("base64"),
      }),
      draft("/up", "empty", {
        method: "POST",
        headers,
        body_b64: Buffer.from([0, 255, 254]).toString("base64"),
      }),
    ],
    arrivals: [
      { client: "192.0.2.7", timeMs: 0, browser: { "sec-ch-ua": "A" } },
      { client: "192.0.2.8", timeMs: 1, browser: {} },
    ],
    evidence: [evidence, undefined],
    secrets: new Set(["abcd1234"]),
    places: new Map([["/tmp/x", "/srv/site"]]),
  });
  expect(rows[0]).toMatchObject({
    id: "wiki:1",
    source: "recorded-wiki",
    label: "benign",
    body: "text=größe&file=/srv/site/db",
    client: "192.0.2.7",
    time: "1970-01-01T00:00:00.000Z",
    waf: evidence,
  });
  expect(rows.map((row) => row.headers.at(-1))).toEqual([
    ["Sec-CH-UA", "A"],
    ["Sec-CH-UA", "B"],
  ]);
  expect(rows[0]!.query).not.toContain("abcd1234");
  expect(rows[1]).toMatchObject({ id: "wiki:2", body_b64: "AP/+", client: "192.0.2.8" });
  expect(rows[1]).not.toHaveProperty("waf");
  expect(rows[1]).not.toHaveProperty("query");
});
