import { describe, expect, it } from "vitest";
import { createBatch } from "../../src/server/batch.ts";

const turn = () => new Promise(setImmediate);

/** A batch, and what its messages did, in order. */
function recorded() {
  const batch = createBatch();
  const events: string[] = [];
  const take = (name: string, bytes = 1): void =>
    batch(bytes, () => {
      events.push(`judge ${name}`);
      return () => events.push(`answer ${name}`);
    });
  return { take, events };
}

describe("messages that arrive together", () => {
  it("are judged at the end of the turn, and then answered, in the order in which they came", async () => {
    const { take, events } = recorded();
    take("a");
    take("b");
    expect(events).toEqual([]);
    await turn();
    expect(events).toEqual(["judge a", "judge b", "answer a", "answer b"]);
  });

  it("leave nothing behind for the next turn", async () => {
    const { take, events } = recorded();
    take("a");
    await turn();
    await turn();
    take("b");
    await turn();
    expect(events).toEqual(["judge a", "answer a", "judge b", "answer b"]);
  });

  it.each([
    ["many", 20, 1],
    ["large", 3, 40_000],
  ])("do not wait for one another where they are %s", async (_, count, bytes) => {
    const { take, events } = recorded();
    for (let i = 0; i < count; i++) take(String(i), bytes);
    expect(events).toContain("answer 0");
    expect(events).not.toContain(`answer ${count - 1}`);
    await turn();
    expect(events.filter((event) => event.startsWith("answer"))).toHaveLength(count);
  });

  it("do not keep one that is large waiting", () => {
    const { take, events } = recorded();
    take("a", 2_000_000);
    expect(events).toEqual(["judge a", "answer a"]);
  });
});
