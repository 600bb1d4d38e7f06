import { describe, expect, test } from "vitest";
import { readQuery } from "../../../src/features/structure/query-object.ts";
import { expectLinear, expectSound } from "./steps.ts";

const nothing = {
  operator: false,
  operatorInName: false,
  runsScript: false,
  calls: false,
  leavesString: false,
};

describe("what a document store would take for a query", () => {
  test.each([
    ['{"$ne": null}', { operator: true, runsScript: false }],
    ['{$gt: ""}', { operator: true }],
    ["{'$regex':'^a'}", { operator: true }],
    ['{"a":1,"$or":[{"b":2}]}', { operator: true }],
    ['{ "user" : { "$in" : ["a"] } }', { operator: true }],
    ['"{\\"$ne\\": 1}"', { operator: true }],
    ["user[$ne]", { operatorInName: true, operator: false }],
    ["user[$ne]=x", { operatorInName: true }],
    ["a=1&pass[$regex]=.*", { operatorInName: true }],
    ["filter[user][$not][$eq]", { operatorInName: true }],
    ["user['$gt']", { operatorInName: true }],
    ["user.$ne", { operatorInName: true }],
    ["$where", { operatorInName: true, runsScript: true }],
    ["$or.0.name", { operatorInName: true }],
    ['{"$where": "sleep(5000)"}', { operator: true, runsScript: true }],
    ['{"$expr":{"$function":{"body":"function(){}"}}}', { operator: true, runsScript: true }],
    ["db.users.find({})", { calls: true }],
    ["x;db.getCollection('users').drop()", { calls: true }],
    ["db.users.mapReduce(function(){}, 1)", { calls: true }],
    ["'; return true; var x='", { leavesString: true }],
    ["' || '1'=='1", { leavesString: true }],
    ["' || 1==1//", { leavesString: true }],
    ["' && this.password.match(/.*/)//+%00", { leavesString: true }],
    ["' || this.password.length > 5 || 'a'=='", { leavesString: true }],
    ["'||true||'", { leavesString: true }],
    ["' || 1 //", { leavesString: true }],
    ['"; while(true){}; var a="', { leavesString: true }],
    ["';sleep(5000);var a='", { leavesString: true }],
    ["'});db.users.find({a:'", { calls: true }],
    ["1; return true", { leavesString: true }],
    ["0;var date=new Date(); do{curDate = new Date();}while(curDate-date<10000)", { leavesString: true }],
    ["5 || 1 == 1", { leavesString: true }],
    ["';if(this.a=='b')return true;'", { leavesString: true }],
    ["a'; for(var i=0;i<9;i++){} '", { leavesString: true }],
  ])("%j", (text, expected) => {
    expect(readQuery(text)).toMatchObject(expected);
  });

  test.each([
    '{"$schema": "http://json-schema.org/draft-07/schema#", "$id": "x", "type": "object"}',
    '{"$ref": "#/definitions/a"}',
    '{"$type": "MyApp.Order, MyApp"}',
    '{"$comment": "a note"}',
    '{"_id": {"$oid": "507f1f77bcf86cd799439011"}, "at": {"$date": "2021-08-11"}}',
    '$("#menu").on("click", function () { $(this).hide(); });',
    "echo $HOME; cd $HOME/src && make",
    "It costs $5, or $in dollars",
    "$filter=price lt 10&$top=5&$select=name",
    "$orderby",
    "foreach ($list[$in] as $x) { echo $x; }",
    "$arr[$size] = 1;",
    "`Hello ${name}, you owe ${in}`",
    "price: {$5: 'five'}",
    "{$all the names}",
    "Don't; return it tomorrow",
    "it's 5 or 6; if not, wait",
    "'a' || 'b' = 'ab'",
    "x' or '1'='1",
    "'; drop table users",
    "const a = ''; return a;",
    "printf('a'); return 0;",
    "db.session.remove()",
    "mydb.users.find(x)",
    "look at db.users, and find (me)",
    "5; 6; 7",
    "A & B's || C",
    "'hello' && 'world'",
    "5 < 6 && 7",
    "font: 12px 'Arial'; var(--x)",
  ])("and this is nothing: %j", (text) => {
    expect(readQuery(text)).toEqual(nothing);
  });
});

const pieces = [
  "$ne",
  "{",
  '"',
  "'",
  "[",
  "]",
  ":",
  ",",
  "$where",
  ".",
  "db.",
  "find(",
  "x",
  "; ",
  "return ",
  "|| ",
  "==",
  "this.",
  "(",
  ")",
  "if(",
  "while(1)",
  "{}",
  "}",
  "//",
  "/*",
  "/",
  "true",
  "1",
  "\\",
  "=",
  "for(;;)",
  "new ",
  "++",
  "\n",
];

test("reads whatever comes, and leaves nothing out", () => {
  expectSound(readQuery, pieces);
});

test("takes steps in proportion to the text", () => {
  expectLinear(readQuery, [
    ...pieces,
    '{"$ne":',
    "[$ne]",
    "a.$ne",
    "db.a.find",
    "1;",
    "';",
    "'||",
    "1||/*",
    "1 ||'a'",
    "1+",
    '{"$where" ',
  ]);
});
