/** Collecting: ordinary requests are handed to the server for learning, after the reply and without waiting. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fieldPairs, fieldValue } from "../../testbed/fields.ts";
import { pairs } from "../../testbed/matrix.ts";
import { until } from "../../testbed/until.ts";
import { injection, type Pair, startPair } from "./waf-pair.ts";

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair(engine, crs);
  });
  beforeEach(() => {
    pair.verdicts.behave({ verdict: "pass" });
    pair.verdicts.asked.length = 0;
  });
  afterAll(() => pair?.stop());
  const handedOver = () => pair.verdicts.asked.filter(({ route }) => route === "POST /v1/transactions");

  it("hands over a request without an alarm, whole, and changes nothing about it", async () => {
    const outcome = await pair.send(
      { collect: 1, score: 3 },
      {
        path: "/shop?q=shoes",
        body: "size=42",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      },
    );
    expect(outcome).toMatchObject({ status: 200, lines: [], tx: { verdict: "" } });
    await until("the request to be handed over", () => handedOver().length > 0);
    const fields = handedOver()[0]?.fields ?? [];
    expect(fieldValue(fields, "line")).toBe("POST /shop?q=shoes HTTP/1.1");
    expect(fieldValue(fields, "body")).toBe("size=42");
    expect(fieldPairs(fields, "header").map(([name]) => name)).toContain("User-Agent");
    expect(fieldValue(fields, "id")).toBe(outcome.audit.id);
  });

  it("hands over nothing that raised an alarm, was asked about, or that nobody wants", async () => {
    await pair.send({ collect: 1, mode: "general" });
    await pair.send({ collect: 1 }, { path: injection });
    await pair.send({ collect: 1, shadow: 1 }, { path: injection });
    await pair.send({ collect: 1, enabled: 0 });
    await pair.send({ collect: 0 });
    await pair.send({});
    await pair.send({ collect: 1 }, { path: "/marker" });
    await until("the marker", () => handedOver().length > 0);
    expect(handedOver().map(({ fields }) => fieldValue(fields, "line"))).toEqual(["GET /marker HTTP/1.1"]);
  });

  it("hands over a sample", async () => {
    for (let i = 0; i < 60; i++) await pair.send({ collect: 1, collect_sample: 50 });
    for (let i = 0; i < 5; i++) await pair.send({ collect: 1, collect_sample: 0 });
    await pair.send({ collect: 1 }, { path: "/marker" });
    await until("the marker", () =>
      fieldValue(handedOver().at(-1)?.fields ?? [], "line")?.includes("/marker"),
    );
    // Of 60 fair draws fewer than 8, or more than 52, come up once in ten thousand million runs.
    expect(handedOver().length - 1).toBeGreaterThanOrEqual(8);
    expect(handedOver().length - 1).toBeLessThanOrEqual(52);
  });

  it("costs nobody anything when the server is away", async () => {
    await pair.verdicts.down();
    const outcome = await pair.send({ collect: 1, breaker_failures: 0 });
    await pair.verdicts.up();
    expect(outcome).toMatchObject({ status: 200, lines: [] });
  });
});
