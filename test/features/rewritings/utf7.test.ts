import { expect, test } from "vitest";
import { decodeUtf7 } from "../../../src/features/rewritings/utf7.ts";

test.each([
  ["+ADw-b+AD4-", "<b>"],
  ["a+b-c", undefined],
])("%j", (text, expected) => {
  expect(decodeUtf7(text)).toBe(expected);
});
