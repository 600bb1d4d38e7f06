import { describe, expect, it } from "vitest";
import { parseDirectives } from "../../src/seclang/directives.ts";
import { collectRules, parseActions } from "../../src/seclang/rules.ts";

const rulesOf = (text: string) => collectRules(parseDirectives(text));

describe("parseActions", () => {
  it("splits at commas outside of single quotes", () => {
    expect(parseActions("id:1, phase:2,msg:'a, b',pass")).toEqual([
      { name: "id", value: "1" },
      { name: "phase", value: "2" },
      { name: "msg", value: "a, b" },
      { name: "pass", value: "" },
    ]);
  });

  it("takes an escaped quote for a part of the text", () => {
    expect(parseActions("msg:'it\\'s, so',pass").map(({ name }) => name)).toEqual(["msg", "pass"]);
  });

  it("keeps the colons of a value", () => {
    expect(parseActions("ctl:ruleRemoveTargetById=1;ARGS:a")).toEqual([
      { name: "ctl", value: "ruleRemoveTargetById=1;ARGS:a" },
    ]);
  });

  it("finds nothing in an empty list", () => {
    expect(parseActions(" , ")).toEqual([]);
  });
});

describe("collectRules", () => {
  it("puts the links of a chain under the id of the first", () => {
    const rules = rulesOf(
      'SecRule A "x" "id:1,chain"\nSecRule B "y" "chain"\nSecRule C "z"\nSecAction "id:2,pass"',
    );
    expect(rules.map(({ id, links }) => [id, links.length])).toEqual([
      [1, 3],
      [2, 1],
    ]);
  });

  it("leaves out rules without an id and everything that is no rule", () => {
    expect(rulesOf('SecRule A "x" "pass"\nSecRuleEngine On\nSecMarker "M"')).toEqual([]);
  });
});
