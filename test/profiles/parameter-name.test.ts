import { expect, test } from "vitest";
import { isEverywhere, nameLength, nameOf } from "../../src/profiles/parameter-name.ts";
import type { Location } from "../../src/transaction/transaction.ts";

test.each<[Location, string, string]>([
  ["query", "q", "query:q"],
  ["header", "X-App", "header:x-app"],
  ["form", "text", "field:text"],
  ["multipart", "text", "field:text"],
  ["json", "tags.17", "field:tags.#"],
  ["json", "0.a.3.b", "field:#.a.#.b"],
  ["engine", "json.tags.2", "field:tags.#"],
  ["engine", "text", "field:text"],
  ["query", "a.1", "query:a.1"],
])("%s %s is %s", (location, name, known) => {
  expect(nameOf({ location, name })).toBe(known);
});

test("a long name is cut", () => {
  expect(nameOf({ location: "query", name: "n".repeat(9_000) })).toBe(`query:${"n".repeat(nameLength)}`);
});

test("headers, cookies and paths are known on the whole site, fields are not", () => {
  expect((["header", "cookie", "path"] as const).every(isEverywhere)).toBe(true);
  expect((["query", "form", "json", "engine"] as const).some(isEverywhere)).toBe(false);
});
