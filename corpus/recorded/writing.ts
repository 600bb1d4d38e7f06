/**
 * What visitors write: whole pages, paragraphs, samples of code, titles, searches, names, remarks, files. Some of it stands
 * in `texts/`, some are the posts of the corpus. All is harmless, and much of it looks otherwise.
 */
import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import type { Random } from "../../src/random.ts";
import { markups } from "../generate/markup.ts";
import { postRules, readPosts } from "../generate/written-posts.ts";

/** A file to upload. */
export interface UploadFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** An endless supply of texts. Every call advances the generator that it was made with. */
export interface Writing {
  /** A page in Markdown, or in another markup by its name (`corpus/generate/markup.ts`). */
  page(markup?: string): string;
  paragraph(): string;
  code(): string;
  title(): string;
  /** A few words. */
  words(): string;
  search(): string;
  name(): string;
  remark(): string;
  /** SQL, for people who have a database before them. */
  statement(): string;
  file(): UploadFile;
}

/** Of the pages, so many are those of `texts/`; the others are posts of the corpus. */
const ownPages = 0.3;
/** Of the searches, so many are words of the corpus. */
const corpusSearches = 0.25;
/** Characters of a page; the longest posts are cut to it. */
const longestPage = 2_500;

/** Reads the texts and makes a supply of them. */
export function writingFor(random: Random): Writing {
  const lines = (name: string): string[] => readText(`${name}.txt`).split("\n").filter(Boolean);
  const own = readText("pages.md")
    .split(/^=====$/m)
    .map((text) => text.trim());
  const posts = readPosts();
  const rules = postRules(posts);
  const [searches, names, titles, remarks, statements] = [
    "searches",
    "names",
    "titles",
    "remarks",
    "statements",
  ].map(lines);
  const [prose, code, words] = ["writtenProse", "writtenCode", "writtenWords"].map(
    (rule) => rules.get(rule)!,
  );
  const decks = new Map<readonly string[], string[]>();
  /** Deals all items in some order before any of them comes again. */
  const next = (items: readonly string[]): string => {
    let deck = decks.get(items) ?? [];
    if (deck.length === 0) deck = random.shuffle([...items]);
    const item = deck.pop()!;
    decks.set(items, deck);
    return item;
  };
  const writing: Writing = {
    page: (markup) => {
      const text = next(random.next() < ownPages ? own : posts).slice(0, longestPage);
      return markup === undefined ? text : markups[markup]!(text);
    },
    paragraph: () => next(prose!),
    code: () => next(code!).slice(0, longestPage),
    title: () => (random.below(3) > 0 ? next(titles!) : next(words!)),
    words: () => next(words!),
    search: () => next(random.next() < corpusSearches ? words! : searches!),
    name: () => next(names!),
    remark: () => next(remarks!),
    statement: () => next(statements!),
    file: () => fileOf(random, writing),
  };
  return writing;
}

function readText(name: string): string {
  return readFileSync(new URL(`texts/${name}`, import.meta.url), "utf8");
}

const fileNames = [
  "notes",
  "tide table 2026",
  "O'Hara's boat",
  "größen",
  "backup.tar",
  "select",
  "list (final)",
  "schéma & plan",
  "скрипт",
  "船",
];

function fileOf(random: Random, writing: Writing): UploadFile {
  const stem = `${fileNames[random.below(fileNames.length)]} ${random.below(1000)}`;
  const text = (extension: string, mimeType: string, content: string): UploadFile => ({
    name: `${stem}.${extension}`,
    mimeType,
    buffer: Buffer.from(content),
  });
  switch (random.below(4)) {
    case 0:
      return text("txt", "text/plain", writing.page());
    case 1:
      return text(
        "csv",
        "text/csv",
        `name;remark\n"${writing.name()}";"${writing.remark().replaceAll('"', '""')}"\n`,
      );
    default:
      return { name: `${stem}.png`, mimeType: "image/png", buffer: pngOf(random) };
  }
}

/** A small picture of noise (PNG, ISO/IEC 15948). */
export function pngOf(random: Random): Buffer {
  const width = 16 + random.below(17);
  const rows = Array.from({ length: width }, () =>
    Buffer.from([0, ...Array.from({ length: width }, () => random.below(256))]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(width, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const end = Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", end),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
