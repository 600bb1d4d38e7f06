import { expect, test } from "vitest";
import { resolveLookups } from "../../../src/features/rewritings/lookups.ts";

test.each([
  ["${${lower:j}ndi}", "${jndi}"],
  ["${a:-b}", "b"],
  ["${jndi:x}", undefined],
])("%j", (text, expected) => {
  expect(resolveLookups(text)).toBe(expected);
});
