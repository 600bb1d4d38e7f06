import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const module = new URL("../../src/cli/heap.ts", import.meta.url).href;

/** Size of the young generation, in bytes, after a process has thrown away 200 MB of small strings. */
function youngGeneration(before: string): number {
  const script = `
    ${before}
    import { getHeapSpaceStatistics } from "node:v8";
    let kept;
    for (let i = 0; i < 2_000_000; i++) kept = { text: "x".repeat(i % 7) + i };
    if (kept === undefined) throw new Error();
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    process.stdout.write(String(space.space_size));`;
  return Number(execFileSync("node", ["--input-type=module", "-e", script], { encoding: "utf8" }));
}

test("a server's young generation does not grow with its garbage", () => {
  const kept = youngGeneration(`import { keepHeapSmall } from ${JSON.stringify(module)}; keepHeapSmall();`);
  expect(kept).toBeLessThan(youngGeneration(""));
});
