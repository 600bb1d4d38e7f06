/**
 * What the visitors of the shop write, read from `writing/`: forum posts, handbook pages, rich text, JSON documents,
 * uploads, messages, names, searches and links. Written by hand for this demo; much of it looks like an attack to a
 * rule and is none.
 */
import { readFileSync } from "node:fs";

/** A piece of writing with its heading. */
export interface Piece {
  readonly title: string;
  readonly text: string;
}

/** Reads a file of pieces: each begins with a line `== title`. */
export function readPieces(name: string): Piece[] {
  return readWriting(name)
    .split(/^== /m)
    .slice(1)
    .map((piece) => {
      const end = piece.indexOf("\n");
      return { title: piece.slice(0, end), text: piece.slice(end + 1).trimEnd() };
    });
}

/** Reads a file of single lines. */
export function readLines(name: string): string[] {
  return readWriting(name)
    .split("\n")
    .filter((line) => line !== "");
}

function readWriting(name: string): string {
  return readFileSync(new URL(`writing/${name}.txt`, import.meta.url), "utf8");
}
