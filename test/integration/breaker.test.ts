/**
 * The circuit breaker, whose state the workers share in a file: after some failures nobody asks for a while, and then
 * one question finds out. The tests write the clock's part into the file, so none of them waits.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pairs } from "../../testbed/matrix.ts";
import { until } from "../../testbed/until.ts";
import { injection, type Pair, startPair } from "./waf-pair.ts";

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  const file = () => path.join(pair.verdicts.directory, "run/breaker");
  const lasting = { breaker_failures: 3, breaker_seconds: 3600 };
  const now = () => Math.floor(Date.now() / 1000);
  beforeAll(async () => {
    pair = await startPair(engine, crs, { workers: 2 });
  });
  beforeEach(async () => {
    pair.verdicts.behave({ verdict: "pass" });
    pair.verdicts.asked.length = 0;
    await writeFile(file(), "");
  });
  afterAll(() => pair?.stop());

  it("opens after the set number of failures in a row, says so once, and leaves the server in peace", async () => {
    pair.verdicts.behave("hang-up");
    const outcomes = [];
    for (let i = 0; i < 5; i++) outcomes.push(await pair.send(lasting, { path: injection }));
    expect(pair.verdicts.asked).toHaveLength(3);
    expect(outcomes.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(outcomes.map(({ tx }) => tx["reason"] === "circuit breaker open")).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const problems = outcomes.flatMap(({ lines }) => lines).filter(({ id }) => id === 9529290);
    expect(problems.map(({ message }) => message)).toEqual([
      "Arbiter: the verdict server does not answer, questions pause",
    ]);
    expect(await readFile(file(), "latin1")).toMatch(/^3 \d{10} 0 *\n$/);
  });

  it("lets one question through when the pause is over, and closes on its answer", async () => {
    await writeFile(file(), `7 ${now() - 1} 0\n`);
    const outcome = await pair.send(lasting, { path: injection });
    expect(outcome).toMatchObject({ status: 200, tx: { verdict: "pass" } });
    expect(await readFile(file(), "latin1")).toMatch(/^0 0 0 *\n$/);
  });

  it("stays open for the others while one question is out", async () => {
    await writeFile(file(), `7 ${now() - 1} 0\n`);
    pair.verdicts.behave("frozen");
    const probe = pair.send({ ...lasting, deadline: 2000 }, { path: injection });
    await until("the probe to reach the server", () => pair.verdicts.asked.length === 1);
    const other = await pair.send(lasting, { path: injection });
    expect(other).toMatchObject({ status: 403, tx: { reason: "circuit breaker open" } });
    expect((await probe).status).toBe(403);
    expect(pair.verdicts.asked).toHaveLength(1);
  });

  it("opens again when the probe fails, without saying so again", async () => {
    await writeFile(file(), `3 ${now() - 1} 0\n`);
    pair.verdicts.behave("hang-up");
    const outcome = await pair.send(lasting, { path: injection });
    expect(outcome.lines.map(({ id }) => id)).toEqual([9529320]);
    expect(await readFile(file(), "latin1")).toMatch(/^4 \d{10} 0/);
    expect(await pair.send(lasting, { path: injection })).toMatchObject({
      tx: { reason: "circuit breaker open" },
    });
  });

  it("forgets failures after one success", async () => {
    pair.verdicts.behave("hang-up");
    await pair.send(lasting, { path: injection });
    pair.verdicts.behave({ verdict: "attack" });
    await pair.send(lasting, { path: injection });
    expect(await readFile(file(), "latin1")).toMatch(/^0 0 0/);
  });

  it("does not count a refused request, which says nothing about the server's health", async () => {
    pair.verdicts.behave({ raw: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" });
    for (let i = 0; i < 4; i++) await pair.send(lasting, { path: injection });
    expect(pair.verdicts.asked).toHaveLength(4);
  });

  it("takes a pause beyond its length, or a file of nonsense, for no pause", async () => {
    for (const content of [`9 ${now() + 90_000} 0\n`, "garbage", "-1 -1 -1\n", "9".repeat(5000)]) {
      await writeFile(file(), content);
      expect(await pair.send({ ...lasting, breaker_failures: 5 }, { path: injection })).toMatchObject({
        status: 200,
      });
    }
  });

  it("works without a file, and at another path", async () => {
    await rm(file());
    expect(await pair.send(lasting, { path: injection })).toMatchObject({ status: 200 });
    const breaker = "/nonexistent/breaker";
    pair.verdicts.behave("hang-up");
    for (let i = 0; i < 4; i++) await pair.send({ ...lasting, breaker }, { path: injection });
    expect(pair.verdicts.asked).toHaveLength(5);
    await writeFile(file(), "");
  });
});
