import { expect, test } from "vitest";
import { collapsePath } from "../../../src/features/rewritings/path.ts";

test.each([
  ["/a/./b", "/a/b"],
  ["....//x", "../x"],
  ["..\\x", "../x"],
  ["/a/b", undefined],
  ["C:\\a", undefined],
])("%j", (text, expected) => {
  expect(collapsePath(text)).toBe(expected);
});
