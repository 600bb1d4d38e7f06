import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../src/cli/progress.ts";
import { progressLine } from "../../src/cli/progress.ts";

interface Drawn {
  readonly progress: Progress;
  /** What was drawn since the last call, one entry for each drawing. */
  drawings(): string[];
  wait(milliseconds: number): void;
}

function drawn(isTTY: boolean): Drawn {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY });
  let time = 1_000_000;
  return {
    progress: progressLine(stream, () => time),
    drawings: () => ((stream.read() as string | null) ?? "").split("\r\x1b[2K").slice(1),
    wait: (milliseconds) => {
      time += milliseconds;
    },
  };
}

describe("on a terminal", () => {
  test("the line shows the stage, the share done and the time left", () => {
    const { progress, drawings, wait } = drawn(true);
    progress.update("reading", 0, 4);
    wait(30_000);
    progress.update("reading", 1, 4);
    const [start, quarter] = drawings();
    expect(start).toMatch(/^reading +░{28} +0 % {2}$/);
    expect(quarter).toMatch(/^reading +█{7}░{21} +25 % {2}2 min left$/);
  });

  test("short times are in seconds", () => {
    const { progress, drawings, wait } = drawn(true);
    progress.update("reading", 0, 2);
    wait(20_000);
    progress.update("reading", 1, 2);
    expect(drawings().at(-1)).toContain("20 s left");
  });

  test("it is drawn at most ten times a second, but always at the end", () => {
    const { progress, drawings, wait } = drawn(true);
    for (let done = 0; done < 950; done++) {
      progress.update("fitting", done, 1000);
      wait(1);
    }
    expect(drawings().length).toBeLessThanOrEqual(10);
    progress.update("fitting", 1000, 1000);
    expect(drawings()).toEqual([expect.stringContaining("100 %")]);
  });

  test("a new stage begins at once and with its own time", () => {
    const { progress, drawings, wait } = drawn(true);
    progress.update("one", 0, 2);
    wait(60_000);
    progress.update("two", 0, 2);
    wait(5_000);
    progress.update("two", 1, 2);
    expect(drawings().slice(1)).toEqual([expect.stringMatching(/^two/), expect.stringContaining("5 s left")]);
  });

  test("a stage without steps is done", () => {
    const { progress, drawings } = drawn(true);
    progress.update("nothing", 0, 0);
    expect(drawings()).toEqual([expect.stringContaining("100 %")]);
  });

  test("clearing removes the line", () => {
    const { progress, drawings } = drawn(true);
    progress.clear();
    expect(drawings()).toEqual([""]);
  });
});

test("anywhere else nothing is written", () => {
  const { progress, drawings } = drawn(false);
  progress.update("reading", 1, 2);
  progress.clear();
  expect(drawings()).toEqual([]);
});
