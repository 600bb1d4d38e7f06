import { describe, expect, test } from "vitest";
import { readDirectory } from "../../../src/features/structure/directory.ts";
import { expectLinear, expectSound } from "./steps.ts";

const nothing = { leaves: false, goesOn: false, filter: false, wildcard: false, cutsOff: false };

describe("goes on as a filter", () => {
  test.each([
    ["*)(uid=*))(|(uid=*", { leaves: true, goesOn: true }],
    ["admin)(&)", { leaves: true, goesOn: true }],
    ["*)(objectClass=*", { leaves: true, goesOn: true }],
    ["*)(objectClass=*)", { leaves: true, goesOn: true }],
    ["x)(|(password=*)", { leaves: true, goesOn: true }],
    ["*))\0", { cutsOff: true, leaves: false }],
    ["*)(uid=admin))\0 and the rest", { leaves: true, goesOn: true }],
    ["*", { wildcard: true }],
    ["(&(a=b)(c=*))", { filter: true, leaves: false }],
    ["(cn=admin)", { filter: true }],
    ["(|(uid=root)(!(cn=x)))", { filter: true }],
    ["admin*)((|userPassword=*)", { leaves: false }],
    ["admin)(!(&(1=0)", { leaves: true }],
    ["jo)(mail>=a)(mail<=z", { leaves: true, goesOn: true }],
    ["x)(cn:dn:2.4.6.8.10:=y", { leaves: true, goesOn: true }],
    ["x)(1.2.840.113556.1.4.803=1", { leaves: true, goesOn: true }],
    ["x)(cn;lang-en~=y))(|(a=b", { leaves: true, goesOn: true }],
    ["x) (uid=*", { leaves: true }],
    ["x)(:caseExactMatch:=y", { leaves: true, goesOn: true }],
    ["a)(sn=b) and more prose", { leaves: true, goesOn: false }],
  ])("%j", (text, expected) => {
    expect(readDirectory(text)).toMatchObject(expected);
  });

  test.each([
    "f(x)(y)",
    "f(x)(y=3)",
    "see (a) (b)",
    "(see [1])(c=3)",
    "1) (a=b) 2) (c=d)",
    "a) apples, b) (ripe) pears",
    "curry(a)(b => b + 1)",
    "if (x) (y == 2) ? z : 0",
    "x)(y == 2)",
    "items.map(f)(e=>e.id)",
    "(a + b)(c + d) = ac + ad + bc + bd",
    "(x=1)",
    "(a=b*c)",
    "(!important)",
    "We met (by chance) :) (what a day)",
    'printf("%s)(%s", a, b)',
    "void (*f)(int, char)",
    "a * b",
    "*/*",
    "SELECT count(*) FROM t WHERE (a=1) AND (b=2)",
    "\\sum_{i=1}^{n} (i)(i+1)",
    "tel:(030)(1234)",
    "rgba(0,0,0,.5)(&amp;)",
    "call(&x)(&y)",
  ])("and this does not: %j", (text) => {
    expect(readDirectory(text)).toEqual(nothing);
  });
});

const pieces = ["*", ")", "(", "(&", "(|", "(!", "(uid=", "(1.2=", "(a:dn:=", " ", "=", "\0", ")(", "x"];

test("reads whatever comes, and leaves nothing out", () => {
  expectSound(readDirectory, pieces);
});

test("takes steps in proportion to the text", () => {
  expectLinear(readDirectory, [...pieces, ")(a=b", ") (", "(&(", "((", ")) ", "(a=b)x)(", ")(a=b)y", "(a-a"]);
  expectLinear(readDirectory, [")(a=b", "))(&", ")(a=b)"], ")x");
});
