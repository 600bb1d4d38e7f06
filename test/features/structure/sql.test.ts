import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { holdsStatement, readSql } from "../../../src/features/structure/sql.ts";

describe("goes on as SQL", () => {
  test.each([
    ["' or '1'='1", { connectives: 1, comparisons: 1, reopens: true }],
    ["x' or 'a' like 'a", { connectives: 1, comparisons: 1 }],
    ['" or 1=1 -- ', { connectives: 1, comparisons: 1, cutsOff: true }],
    ["admin'--", { cutsOff: true, connectives: 0 }],
    ["admin' #", { cutsOff: true }],
    ["1 or 1=1", { connectives: 1, comparisons: 1 }],
    ["1) or (1=1", { connectives: 1, comparisons: 1 }],
    ["1 union select 1,2,3", { union: true }],
    ["1' union all (select null", { union: true }],
    ["-1/**/union/**/select 1", { union: true }],
    ["1; drop table users", { stacked: true }],
    ["1';waitfor delay '0:0:5'--", { stacked: true }],
    ["1 and sleep(5)", { connectives: 1, calls: 1 }],
    ["1 and (select 1)=1", { connectives: 1, subqueries: 1 }],
    ["1' and extractvalue(1,concat(0x7e,version()))#", { connectives: 1, calls: 3, cutsOff: true }],
    ["1 order by 10", { clause: true }],
    ["1' || pg_sleep(5) || '", { connectives: 2, calls: 1, reopens: true }],
    ["A'='B", { comparisons: 1 }],
    ["1-if(1=1,1,0)", { calls: 1 }],
  ])("%j", (text, expected) => {
    expect(readSql(text)).toMatchObject(expected);
  });

  test.each([
    "O'Brien and sons",
    "it's 5 or 6 of them",
    "rock 'n' roll and more of it",
    "plain words",
    "12 angry men",
    "5 apples and 3 pears",
    "don't",
    "2021-08-11T10:00:00Z and later on",
    "",
    "'",
  ])("and this does not, or says nothing: %j", (text) => {
    const reading = readSql(text);
    expect((reading?.connectives ?? 0) + (reading?.comparisons ?? 0) + (reading?.calls ?? 0)).toBe(0);
    expect(reading?.union ?? false).toBe(false);
  });
});

test.each([
  ["select name from users", true],
  ["INSERT INTO t VALUES (1)", true],
  ["drop me a line about the big table", false],
  ["select a colour", false],
  ["update your profile and set the picture", false],
  ["UPDATE users SET name = 1", true],
])("whole statements: %j", (text, expected) => {
  expect(holdsStatement(text)).toBe(expected);
});

test("reads whatever comes, in bounded time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(..."'\"`()/*-#;=<>|&,.@1a \n"), { maxLength: 300 }),
      (characters) => {
        readSql(characters.join(""));
      },
    ),
  );
  const started = performance.now();
  for (const piece of ["'", "(", "/*", "--\n", "1 or ", "select ", "a'b"]) readSql(piece.repeat(16_000));
  // A thousand times what it takes: only something that is not linear takes longer.
  expect(performance.now() - started).toBeLessThan(20_000);
});
