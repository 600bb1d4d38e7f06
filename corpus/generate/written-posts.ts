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

/** Words in a piece of prose, taken in turn: titles, tags and small fields hold so few. */
const pieceWords = [1, 3, 2, 5, 4, 8];

/**
 * The rules by name: `writtenPost`, whole posts; `writtenProse`, their paragraphs; `writtenCode`, their samples of several
 * lines; `writtenWords`, the paragraphs without inline code or markup in pieces of a few words.
 */
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
    ["writtenWords", piecesOf(prose.filter((paragraph) => !/[`<>[\]|\\]/.test(paragraph)))],
  ]);
}

function piecesOf(paragraphs: readonly string[]): string[] {
  const pieces: string[] = [];
  for (const paragraph of paragraphs) {
    const words = paragraph.split(/\s+/);
    for (let start = 0; start < words.length; ) {
      const count = pieceWords[pieces.length % pieceWords.length]!;
      pieces.push(words.slice(start, start + count).join(" "));
      start += count;
    }
  }
  return pieces;
}
