import { describe, expect, test } from "vitest";
import {
  branchesOf,
  findEndpoint,
  growEndpoint,
  newSegment,
  type Segment,
} from "../../src/profiles/endpoints.ts";

const grow = (root: Segment, path: string, method = "GET", hasRoom = true) =>
  growEndpoint(root, method, path, hasRoom, newSegment);

describe("the branches of a path", () => {
  test.each<[string, string[]]>([
    ["/", [""]],
    ["/wiki/start", ["wiki", "start"]],
    ["/api/users/17/orders", ["api", "users", "{int}", "orders"]],
    ["/files/3f2504e0-4f89-11d3-9a0c-0305e82c3301", ["files", "{id}"]],
    ["/deadbeef", ["deadbeef"]],
    ["/a%20b/c;d=e", ["{text}", "{text}"]],
    [`/${"x".repeat(500)}`, ["{text}"]],
    ["/a/b/c/d/e/f/g/h/i/j/k", ["a", "b", "c", "d", "e", "f", "g", "{text}"]],
  ])("%s", (path, branches) => {
    expect(branchesOf(path).map((branch) => (branch === "" ? "" : branch))).toEqual(
      branches.map((branch) => (branch === "" ? expect.any(String) : branch)),
    );
  });
});

test("numbers in a path are one endpoint", () => {
  const root = newSegment();
  grow(root, "/api/user/17");
  expect(findEndpoint(root, "GET", "/api/user/99").own).toBeDefined();
  expect(grow(root, "/api/user/4711")?.own.template).toBe("GET /api/user/{int}");
});

test("methods are kept apart", () => {
  const root = newSegment();
  grow(root, "/a", "POST");
  expect(findEndpoint(root, "GET", "/a").own).toBeUndefined();
});

test("a page that is new shares what its siblings are like, and nothing of what lies elsewhere", () => {
  const root = newSegment();
  const { siblings } = grow(root, "/wiki/start")!;
  expect(siblings.template).toBe("GET /wiki/*");
  const found = findEndpoint(root, "GET", "/wiki/never-seen");
  expect(found.own).toBeUndefined();
  expect(found.siblings).toBe(siblings.endpoint);
  expect(findEndpoint(root, "GET", "/shop/never-seen").siblings).toBeUndefined();
});

test("looking up changes nothing", () => {
  const root = newSegment();
  grow(root, "/a/b");
  const before = structuredClone(root);
  findEndpoint(root, "GET", "/x/y/z");
  findEndpoint(root, "POST", "/a/b");
  expect(root).toEqual(before);
});

test("made-up paths drive out each other, not what the site has", () => {
  const root = newSegment();
  for (let i = 0; i < 5; i++) grow(root, "/real");
  for (let i = 0; i < 10_000; i++)
    grow(
      root,
      `/made-up-${"abcdefghij"[i % 10]}x${"abcdefghij"[((i / 10) % 10) | 0]}y${"abcdefghij"[((i / 100) % 10) | 0]}z${"abcdefghij"[(i / 1_000) | 0]}`,
    );
  expect(root.children.size).toBeLessThanOrEqual(65);
  expect(findEndpoint(root, "GET", "/real").own).toBeDefined();
});

test("where a site has more pages than there is room for, the rest is one", () => {
  const root = newSegment();
  for (let page = 0; page < 200; page++)
    for (let times = 0; times < 5; times++)
      grow(root, `/wiki/page-${"abcdefghijklmnopqrst"[page % 20]}${"abcdefghij"[(page / 20) | 0]}`);
  const wiki = root.children.get("wiki")!;
  expect(wiki.children.size).toBe(65);
  expect(grow(root, "/wiki/page-tj")?.own.template).toBe("GET /wiki/{}");
});

test("without room nothing new is made", () => {
  const root = newSegment();
  grow(root, "/a");
  grow(root, "/a");
  grow(root, "/a");
  expect(grow(root, "/b", "GET", false)).toBeUndefined();
  expect(grow(root, "/a", "GET", false)).toBeDefined();
});
