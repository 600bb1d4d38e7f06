import { expect, test } from "vitest";
import { makeRequests, wireBytes } from "../../benchmarks/requests.ts";

test("the same seed gives the same requests, another seed others", () => {
  expect(makeRequests(20, 1)).toEqual(makeRequests(20, 1));
  expect(makeRequests(20, 1)).not.toEqual(makeRequests(20, 2));
});

test("no request is sent twice", () => {
  const wires = makeRequests(2000, 1).map((request) => wireBytes(request).toString("latin1"));
  expect(new Set(wires).size).toBe(wires.length);
});

test("queries, forms and JSON are all there, in about the same size", () => {
  const requests = makeRequests(600, 1);
  const types = requests.map(({ headers }) => headers.find(({ name }) => name === "Content-Type")?.value);
  for (const type of [undefined, "application/x-www-form-urlencoded", "application/json"])
    expect(types.filter((found) => found === type).length).toBeGreaterThan(60);
  for (const request of requests) {
    expect(wireBytes(request).length).toBeGreaterThan(1_000);
    expect(wireBytes(request).length).toBeLessThan(1_600);
  }
});

test("Content-Length is that of the body", () => {
  for (const { headers, body } of makeRequests(100, 1, "alarming")) {
    const length = headers.find(({ name }) => name === "Content-Length")?.value;
    expect(length).toBe(body === "" ? undefined : String(Buffer.byteLength(body)));
  }
});

test("alarming requests hold what CRS looks for, ordinary ones letters, digits and blanks alone", () => {
  const values = (tone: "ordinary" | "alarming") =>
    makeRequests(300, 1, tone).flatMap(({ fields }) => fields.map(([, value]) => value));
  expect(values("ordinary").filter((value) => !/^[a-z0-9 ]*$/.test(value))).toEqual([]);
  const alarms = values("alarming").filter((value) =>
    /<script>|union select|\/etc\/passwd|onerror=|1=1/.test(value),
  );
  expect(alarms).toHaveLength(300);
});
