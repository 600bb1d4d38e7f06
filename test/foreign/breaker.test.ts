import { describe, expect, it } from "vitest";
import { createBreaker } from "../../src/foreign/breaker.ts";
import type { Opinion } from "../../src/foreign/foreign-model.ts";

function set() {
  const clock = { ms: 0 };
  const breaker = createBreaker(() => clock.ms);
  let asked = 0;
  const ask = (opinion: Opinion | Error) =>
    breaker(async () => {
      asked++;
      if (opinion instanceof Error) throw opinion;
      return opinion;
    });
  return { clock, breaker, ask, asked: () => asked };
}

describe("the breaker", () => {
  it("leaves a model alone after five failures in a row, for ten seconds", async () => {
    const { clock, ask, asked } = set();
    for (let i = 0; i < 5; i++) expect(await ask("late")).toBe("late");
    expect(await ask(0.5)).toBe("paused");
    clock.ms = 9_999;
    expect(await ask(0.5)).toBe("paused");
    expect(asked()).toBe(5);
    clock.ms = 10_000;
    expect(await ask(0.5)).toBe(0.5);
    expect(await ask("late")).toBe("late");
    expect(await ask(0.5)).toBe(0.5);
  });

  it("counts failures in a row only", async () => {
    const { ask } = set();
    for (let i = 0; i < 20; i++) expect(await ask(i % 4 === 3 ? 0 : "unreachable")).not.toBe("paused");
  });

  it("puts one question to a model that may be back, and pauses anew where it is not", async () => {
    const { clock, breaker, ask, asked } = set();
    for (let i = 0; i < 5; i++) await ask("failed");
    clock.ms = 10_000;
    let answer: (opinion: Opinion) => void = () => {};
    const test = breaker(() => new Promise((resolve) => (answer = resolve)));
    expect(await ask(0.5)).toBe("paused");
    answer("failed");
    expect(await test).toBe("failed");
    clock.ms = 19_999;
    expect(await ask(0.5)).toBe("paused");
    expect(asked()).toBe(5);
  });

  it("keeps no more than 64 questions open, which is no failure of the model", async () => {
    const { breaker, ask } = set();
    const answers: ((opinion: Opinion) => void)[] = [];
    const open = Array.from({ length: 64 }, () =>
      breaker(() => new Promise((resolve) => answers.push(resolve))),
    );
    for (let i = 0; i < 10; i++) expect(await ask(0.5)).toBe("busy");
    for (const answer of answers) answer(0.1);
    expect(new Set(await Promise.all(open))).toEqual(new Set([0.1]));
    expect(await ask(0.5)).toBe(0.5);
  });

  it("takes a model that throws for one that failed", async () => {
    expect(await set().ask(new Error("no"))).toBe("failed");
  });
});
