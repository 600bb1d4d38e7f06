import { expect, test } from "vitest";
import { payloadOf, placePayload } from "../../../benchmarks/detection/injection.ts";
import { seededRandom } from "../../../src/random.ts";
import { buildTransaction } from "../../../src/transaction/build.ts";

const attack = `1' or "é" <b>&a=b+%41`;
const bytes = Buffer.from(attack, "utf8").toString("latin1");
const header = (name: string, value: string) => ({ name, value });
const form = {
  method: "POST",
  uri: "/edit?",
  headers: [header("Content-Type", "application/x-www-form-urlencoded"), header("content-length", "14")],
  body: Buffer.from("text=hello&ok="),
};
const json = {
  method: "POST",
  uri: "/api",
  headers: [header("Content-Type", "application/json; charset=utf-8")],
  body: Buffer.from('{"n":1,"list":["x"],"title":"hello"}'),
};
const valuesOf = (request: Parameters<typeof buildTransaction>[0], location: string) =>
  Object.fromEntries(
    buildTransaction(request)
      .parameters.filter((parameter) => parameter.location === location)
      .map(({ name, value }) => [name, value]),
  );

test("the value of an attack is the only one in query and form", () => {
  expect(payloadOf({ method: "GET", uri: "/?p=%27%20or+1", headers: [] })).toBe("' or 1");
  expect(payloadOf({ method: "GET", uri: "/?p=1&q=2", headers: [] })).toBeUndefined();
  expect(payloadOf({ method: "GET", uri: "/etc/passwd", headers: [] })).toBeUndefined();
});

test("it takes the place of one value, and names and other values stay", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const request = { method: "GET", uri: "/find?q=shoes&page=2&empty=&flag", headers: [] };
    const placed = placePayload(request, bytes, seededRandom(seed));
    expect(placed?.uri).toMatch(/^\/find\?/);
    const values = valuesOf(placed ?? request, "query");
    expect(Object.keys(values)).toEqual(["q", "page", "empty", "flag"]);
    const changed = Object.entries(values).filter(([, value]) => value === bytes);
    expect(changed).toHaveLength(1);
    seen.add(changed[0]?.[0] ?? "");
    expect(request.uri).toBe("/find?q=shoes&page=2&empty=&flag");
  }
  expect([...seen].sort()).toEqual(["page", "q"]);
});

test("a form and a JSON object take it in their bodies, whose length follows", () => {
  const inForm = placePayload(form, bytes, seededRandom(1));
  expect(valuesOf(inForm ?? form, "form")).toEqual({ text: bytes, ok: "" });
  expect(inForm?.headers[1]?.value).toBe(String(inForm?.body?.length));
  const inJson = placePayload(json, bytes, seededRandom(1));
  expect(JSON.parse(Buffer.from(inJson?.body ?? []).toString("utf8"))).toEqual({
    n: 1,
    list: ["x"],
    title: attack,
  });
});

test.each([
  ["no value", { method: "GET", uri: "/page", headers: [] }],
  ["only empty values", { method: "GET", uri: "/page?a=&b", headers: [] }],
  ["broken JSON", { ...json, body: Buffer.from('{"a":') }],
  ["a JSON list", { ...json, body: Buffer.from('["a"]') }],
  ["a body of another type", { ...form, headers: [header("Content-Type", "text/plain")] }],
])("a request with %s has no place for it", (_, request) => {
  expect(placePayload(request, bytes, seededRandom(1))).toBeUndefined();
});
