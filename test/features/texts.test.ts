import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Text } from "../../src/features/texts.ts";
import { textsOf } from "../../src/features/texts.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const textsIn = (uri: string, headers: readonly { name: string; value: string }[] = []): readonly Text[] =>
  textsOf(buildTransaction({ method: "GET", uri, headers })).texts;
const contents = (texts: readonly Text[]): string[] => texts.map(({ text }) => text);

test("words of letters, digits, underscores and hyphens alone are left out", () => {
  expect(textsIn("/?a=hello&b=42&c=snake_case-and-more&d=")).toEqual([]);
});

test("values are decoded through every layer", () => {
  expect(contents(textsIn("/?q=%2527%2520or%25201%253D1"))).toEqual(["' or 1=1"]);
});

test("names with syntax of their own are texts too, and plain ones are not", () => {
  const texts = textsIn("/?user[name]=x&a_b:c=y&%3Cscript%3E=z&class.module.loader=z");
  expect(texts.map(({ isName, place, text }) => [isName, place, text])).toEqual([
    [true, "name", "<script>"],
    [true, "name", "class.module.loader"],
  ]);
});

describe("the name of an uploaded file", () => {
  const textsOfFile = (fileName: string): readonly string[] =>
    contents(
      textsOf(
        buildTransaction({
          method: "POST",
          uri: "/",
          headers: [],
          arguments: [{ location: "file", name: "upload", value: fileName }],
        }),
      ).texts,
    );

  test.each(["notes.txt", "IMG_2041.JPG", "budget-2026.xlsx", "notes"])("says nothing: %s", (fileName) => {
    expect(textsOfFile(fileName)).toEqual([]);
  });

  test.each([
    "shell.php",
    "shell.php.jpg",
    "a.jsp",
    "../notes.txt",
    "x;id.txt",
    ".htaccess",
    "web.config",
    ".txt",
    "a b.txt",
    "notes.txt.",
  ])("is read: %s", (fileName) => {
    expect(textsOfFile(fileName)).toEqual([fileName]);
  });
});

test("the names of nested JSON are plain with their dots", () => {
  const transaction = buildTransaction({
    method: "POST",
    uri: "/",
    headers: [{ name: "Content-Type", value: "application/json" }],
    body: Buffer.from('{"user":{"name":"x"}}'),
  });
  expect(transaction.parameters.map(({ name }) => name)).toContain("user.name");
  expect(contents(textsOf(transaction).texts)).not.toContain("user.name");
});

test("path, headers and values have places of their own", () => {
  const texts = textsIn("/a.php?q=(1)", [{ name: "Referer", value: "http://a.b/" }]);
  expect(texts.map(({ place, parameter }) => [place, parameter.location])).toEqual([
    ["path", "path"],
    ["value", "query"],
    ["header", "header"],
  ]);
});

test("a path of plain words says nothing, and neither does a page of the site itself in Referer", () => {
  const placesIn = (target: string, referer: string): string[] =>
    textsIn(target, [
      { name: "Host", value: "a.b" },
      { name: "Referer", value: referer },
    ]).map(({ place }) => place);
  expect(placesIn("/forum/new-topic_2/", "http://a.b/forum/17")).toEqual([]);
  for (const path of ["/forum/.git", "/a;b", "/a%2fb", "/index.php", "/a b"])
    expect(placesIn(path, `http://a.b${path}`), path).toEqual(["path", "header"]);
  expect(placesIn("/", "http://evil.example/forum")).toEqual(["header"]);
});

describe("what a client prefers to get", () => {
  const textsOfHeader = (name: string, value: string): readonly string[] =>
    contents(textsIn("/", [{ name, value }]));

  test.each([
    ["Accept", "*/*"],
    ["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"],
    ["Accept", "application/signed-exchange;v=b3;q=0.7, application/json; charset=utf-8"],
    ["Accept-Language", "de-CH, fr;q=0.9, en;q=0.8, *;q=0.5"],
    ["Accept-Encoding", "gzip, deflate, br;q=1.0, identity; q=0.5, *;q=0"],
  ])("says nothing: %s: %s", (name, value) => {
    expect(textsOfHeader(name, value)).toEqual([]);
  });

  test.each([
    ["Accept", "../../etc/passwd"],
    ["Accept", "text/html;id"],
    ["Accept", "text/html,;q=1"],
    ["Accept", "text/html;sleep 5"],
    ["Accept", "a/*b*/c"],
    ["Accept", "ls /etc"],
    ["Accept", "x' or 1=1"],
    ["Accept", "text/html;q=$(id)"],
    ["Accept", `\${jndi:ldap://a.b/c}`],
    ["Accept", "a=b"],
    ["Accept", "text/"],
    ["Accept-Language", "en/../../../boot.ini"],
    ["Accept-Language", "php://filter/x"],
    ["Accept-Language", "en,/etc"],
    ["Accept-Encoding", "gzip|id"],
    ["X-Accept", "*/*"],
    ["User-Agent", "text/html,a/b"],
  ])("is read where it is more than that: %s: %s", (name, value) => {
    expect(textsOfHeader(name, value)).toContain(value);
  });
});

describe("base64", () => {
  const hidden = "' union select password from users--";
  const encoded = Buffer.from(hidden).toString("base64");

  test.each([
    ["with padding", encoded],
    ["in the alphabet of URLs", Buffer.from(hidden).toString("base64url")],
  ])("what a value hides is a text of its own: %s", (_, value) => {
    expect(contents(textsIn(`/?q=${encodeURIComponent(value)}`))).toContain(hidden);
  });

  test("a hidden plain word is none", () => {
    const word = Buffer.from("justaplainlongword").toString("base64");
    expect(textsIn(`/?q=${word}`)).toEqual([]);
  });
});

test("a value that decoding shrinks below half is read as sent, too", () => {
  const raw = "&lt;".repeat(8);
  const texts = textsOf(
    buildTransaction({
      method: "GET",
      uri: "/",
      headers: [],
      arguments: [{ location: "engine", name: "q", value: raw }],
    }),
  ).texts;
  expect(contents(texts)).toEqual(["<".repeat(8), raw]);
});

test("a value still changing after the last round is reported", () => {
  let value = "<x>";
  for (let i = 0; i < 9; i++) value = encodeURIComponent(value);
  const { exhausted } = textsOf(buildTransaction({ method: "GET", uri: `/?q=${value}`, headers: [] }));
  expect(exhausted).toBe(true);
});

test("no bytes make it throw, and there are at most three views of each value and name", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array(), fc.uint8Array()), { maxLength: 20 }),
      fc.uint8Array(),
      (pairs, path) => {
        const text = (array: Uint8Array): string => Buffer.from(array).toString("latin1");
        const transaction = buildTransaction({
          method: "GET",
          uri: `/${text(path)}`,
          headers: pairs.map(([name, value]) => ({ name: text(name), value: text(value) })),
        });
        expect(textsOf(transaction).texts.length).toBeLessThanOrEqual(transaction.parameters.length * 6);
      },
    ),
  );
});
