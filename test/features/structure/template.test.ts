import { describe, expect, test } from "vitest";
import { readTemplate } from "../../../src/features/structure/template.ts";

describe("what a template engine would do", () => {
  test.each([
    ["{{7*7}}", { computes: true, plain: true }],
    ["${7*7}", { computes: true }],
    ["<%= 7 * 7 %>", { computes: true }],
    ["#{ 3 + 4 }", { computes: true }],
    ["{{config.items()}}", { reaches: true }],
    ["{{''.__class__}}", { reaches: true }],
    ["{{x['y']}}", { reaches: true }],
    ["${jndi:ldap://x/a}", { looksUp: true }],
    ["{{name}}", { plain: true, computes: false, reaches: false }],
    ["${price}", { plain: true, computes: false, reaches: false, looksUp: false }],
    ["a {set} of things", { plain: false, computes: false }],
    ["{2021-08-11}", { plain: false }],
  ])("%j", (text, expected) => {
    expect(readTemplate(text)).toMatchObject(expected);
  });
});
