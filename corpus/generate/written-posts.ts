/**
 * The hand-written posts about code, read from `corpus/posts`: Markdown (or the HTML of rich-text editors), one post after
 * the other, separated by lines of `=====`. Grammars use them as rules.
 */
import { readdirSync, readFileSync } from "node:fs";
import { marked } from "marked";

const separator = /^=====$/m;
/** A sample of fewer lines may be a bare command or expression, which the corpus keeps off the benign side. */
const fewestLines = 3;

/** All posts, in the order of the file names. */
export function readPosts(): string[] {
  const folder = new URL("../posts/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .flatMap((name) => readFileSync(new URL(name, folder), "utf8").split(separator))
    .map((post) => post.replace(/^\n+|\s+$/g, ""))
    .filter((post) => post !== "");
}

/** The rules by name: `writtenPost`, whole posts; `writtenProse`, their paragraphs; `writtenCode`, their samples of several lines. */
export function postRules(posts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const prose: string[] = [];
  const code: string[] = [];
  for (const token of posts.flatMap((post) => marked.lexer(post))) {
    if (token.type === "paragraph") prose.push(token.raw.trim());
    else if (token.type === "code" && token.text.split("\n").length >= fewestLines) code.push(token.text);
  }
  return new Map([
    ["writtenPost", posts],
    ["writtenProse", prose],
    ["writtenCode", code],
  ]);
}
