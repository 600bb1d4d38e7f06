/**
 * What the visitors of the shop write: forum posts, handbook pages, rich text, JSON documents, uploads, messages, names,
 * searches and links. Written by hand for this demo; much of it looks like an attack to a rule and is none. `writing/` is
 * what the examination asks; `history/` is what others wrote in the weeks before, from which Arbiter learns the site.
 */
import { readFileSync } from "node:fs";

/** A piece of writing with its heading. */
export interface Piece {
  readonly title: string;
  readonly text: string;
}

/** The folder of the writing. */
export type Period = "writing" | "history";

/** Everything that the visitors of one period wrote. */
export interface Writing {
  readonly posts: readonly Piece[];
  readonly richText: readonly Piece[];
  readonly pages: readonly Piece[];
  readonly documents: readonly Piece[];
  readonly uploads: readonly Piece[];
  readonly messages: readonly Piece[];
  readonly searches: readonly string[];
  /** `Name|address|town|signature`. */
  readonly names: readonly string[];
  readonly links: readonly string[];
  /** Plain praise and blame. */
  readonly remarks: readonly string[];
}

/** The files of posts of each period. */
const postFiles: Readonly<Record<Period, readonly string[]>> = {
  writing: ["posts-databases", "posts-shell", "posts-web", "posts-misc"],
  history: ["posts-a", "posts-b", "posts-c", "posts-d"],
};

/** Reads all that was written in one period. */
export function readWriting(period: Period): Writing {
  const pieces = (name: string): Piece[] => readPieces(name, period);
  const lines = (name: string): string[] => readLines(name, period);
  return {
    posts: postFiles[period].flatMap(pieces),
    richText: pieces("rich-text"),
    pages: pieces("pages"),
    documents: pieces("documents"),
    uploads: pieces("uploads"),
    messages: pieces("messages"),
    searches: lines("searches"),
    names: lines("names"),
    links: lines("links"),
    remarks: lines("remarks"),
  };
}

/** Reads a file of pieces: each begins with a line `== title`. */
export function readPieces(name: string, period: Period = "writing"): Piece[] {
  return readFile(name, period)
    .split(/^== /m)
    .slice(1)
    .map((piece) => {
      const end = piece.indexOf("\n");
      return { title: piece.slice(0, end), text: piece.slice(end + 1).trimEnd() };
    });
}

/** Reads a file of single lines. */
export function readLines(name: string, period: Period = "writing"): string[] {
  return readFile(name, period)
    .split("\n")
    .filter((line) => line !== "");
}

function readFile(name: string, period: Period): string {
  return readFileSync(new URL(`${period}/${name}.txt`, import.meta.url), "utf8");
}
