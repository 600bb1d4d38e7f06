import { describe, expect, it } from "vitest";
import { arrivalClock } from "../../src/server/arrival-clock.ts";

describe("the arrival clock", () => {
  it("gives the start of the running turn to everything in it, and a later time to the next turn", async () => {
    let nowMs = 0;
    const arrived = arrivalClock(() => (nowMs += 10));
    expect([arrived(), arrived(), arrived()]).toEqual([10, 10, 10]);
    await new Promise(setImmediate);
    expect(arrived()).toBe(20);
  });
});
