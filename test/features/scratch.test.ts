import { expect, test } from "vitest";
import { scratchBytes } from "../../src/features/scratch.ts";

test.each([0, 1, 65_536, 65_537, 200_000])("the bytes of a text of %d bytes", (length) => {
  const text = Array.from({ length }, (_, i) => String.fromCharCode((i * 7) & 0xff)).join("");
  expect(scratchBytes(text).toString("latin1", 0, length)).toBe(text);
});
