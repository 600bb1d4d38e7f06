import { describe, expect, test } from "vitest";
import { isPreferenceList } from "../../src/features/preference-list.ts";

describe("a list of preferences", () => {
  test.each([
    "*/*",
    "text/html,application/xhtml+xml,image/*;q=0.8",
    "en-US, en;q=0.5",
    "gzip, deflate, br",
    "application/vnd.api+json;version=1",
  ])("is %s", (value) => expect(isPreferenceList(value)).toBe(true));

  test.each(["", ",", "a/b/c", "en;", "en;q", "text/html'", "../../etc/passwd", "${jndi:ldap://a}", "a b"])(
    "is not %j",
    (value) => expect(isPreferenceList(value)).toBe(false),
  );
});
