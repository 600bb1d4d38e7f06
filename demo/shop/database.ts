/**
 * The shop's data: a real SQLite database, in memory, filled with the same small catalog each time. Every table is
 * bounded, so that hours of replayed traffic leave the pages as short as they were.
 */
import { DatabaseSync } from "node:sqlite";

/** One article of the catalog; `price` is in cents. */
export interface Product {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly description: string;
}

/** Rows that each table of visitors' content keeps; the oldest go first. */
const keptRows = 40;

const catalog: readonly (readonly [string, string, number, string])[] = [
  ["Brass Pocket Level", "measuring", 2490, "A level the size of a matchbox, with a ground glass vial."],
  ["Marking Gauge No. 3", "measuring", 3850, "Beech stock, steel pin, one thumb screw."],
  ["Folding Rule, 2 m", "measuring", 1290, "Ten links, riveted, printed on both sides."],
  ["Japanese Pull Saw", "saws", 4200, "Thin kerf, 240 mm blade, rattan handle."],
  ["Coping Saw", "saws", 1850, "For curves, with ten spare blades."],
  ["Low-Angle Block Plane", "planes", 8900, "Adjustable mouth, 12° bed."],
  ["Soldering Station 60 W", "electronics", 7450, "Holds its temperature, wakes from sleep in five seconds."],
  ["Breadboard, 830 points", "electronics", 590, "Two power rails, numbered columns."],
  ["Logic Analyzer, 8 channels", "electronics", 1990, "24 MHz, works with the usual open software."],
  [
    "Single-Board Computer",
    "electronics",
    6900,
    "Four cores, 4 GB, two network ports: a home server for the shelf.",
  ],
  ["Jumper Wires", "electronics", 450, "Forty wires, three kinds of ends."],
  ["The Home Server Handbook", "books", 3400, "Shell, backups and databases for people with a cupboard."],
  ["Queries for Gardeners", "books", 2900, "Learn SQL from seeds, beds and harvests."],
  ["Regular Expressions, Gently", "books", 2650, "From the dot to lookbehind in nine evenings."],
  ["Sourdough by Numbers", "books", 2200, "Hydration, temperature, time."],
  ["Enamel Stock Pot, 8 l", "kitchen", 5400, "For soups, jams and dyeing wool."],
  ["Carbon Steel Pan", "kitchen", 4600, "Gets better every year."],
  ["Linen Apron", "kitchen", 3900, "Cross back, two pockets."],
];

/** Opens a fresh database with the catalog, three members and a few posts in it. */
export function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE products (id INTEGER PRIMARY KEY, slug TEXT UNIQUE, name TEXT, category TEXT, price INTEGER, description TEXT);
    CREATE TABLE members (id INTEGER PRIMARY KEY, login TEXT UNIQUE, password TEXT, name TEXT, email TEXT, role TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, place TEXT, author TEXT, title TEXT, body TEXT);
    CREATE TABLE pages (name TEXT PRIMARY KEY, body TEXT, changed INTEGER);
    CREATE TABLE documents (id INTEGER PRIMARY KEY, kind TEXT, content TEXT);
    CREATE TABLE files (path TEXT PRIMARY KEY, content TEXT);
  `);
  const product = database.prepare(
    "INSERT INTO products (slug, name, category, price, description) VALUES (?, ?, ?, ?, ?)",
  );
  for (const [name, category, price, description] of catalog) {
    product.run(slugOf(name), name, category, price, description);
  }
  const member = database.prepare(
    "INSERT INTO members (login, password, name, email, role) VALUES (?, ?, ?, ?, ?)",
  );
  member.run("orla", "harbour-lantern", "Orla O'Connor", "orla@yard.example", "member");
  member.run("bjorn", "tin-whistle-9", "Bjørn D'Angelo", "bjorn@yard.example", "member");
  member.run("keeper", "nobody-guesses-this", "The Keeper", "keeper@yard.example", "admin");
  const file = database.prepare("INSERT INTO files (path, content) VALUES (?, ?)");
  file.run(
    "/srv/yard/manuals/level.txt",
    "Lay the level flat. Read the bubble. Turn it round and read again.",
  );
  file.run("/srv/yard/manuals/plane.txt", "Take thin shavings.");
  file.run("/srv/yard/settings.ini", "[database]\nuser=yard\npassword=not-a-real-one\n");
  file.run("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nyard:x:1001:1001::/srv/yard:/usr/sbin/nologin\n");
  addPost(database, "forum", "orla", "Welcome", "Say what you build, and ask what you like.");
  savePage(database, "start", "# The handbook\n\nWritten by everybody. **Edit** what is wrong.");
  return database;
}

/** Turns a name into its address part: `Folding Rule, 2 m` → `folding-rule-2-m`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter((word) => word !== "")
    .join("-");
}

/** Adds a comment, review or forum post under `place` and drops the oldest posts beyond the bound. */
export function addPost(
  database: DatabaseSync,
  place: string,
  author: string,
  title: string,
  body: string,
): void {
  database
    .prepare("INSERT INTO posts (place, author, title, body) VALUES (?, ?, ?, ?)")
    .run(place, author, title, body);
  database.prepare("DELETE FROM posts WHERE id <= (SELECT max(id) FROM posts) - ?").run(keptRows);
}

/** Writes a wiki page; the oldest pages beyond the bound go. */
export function savePage(database: DatabaseSync, name: string, body: string): void {
  database
    .prepare("INSERT OR REPLACE INTO pages VALUES (?, ?, (SELECT coalesce(max(changed), 0) + 1 FROM pages))")
    .run(name, body);
  database
    .prepare("DELETE FROM pages WHERE name <> 'start' AND changed <= (SELECT max(changed) FROM pages) - ?")
    .run(keptRows);
}

/** Keeps an uploaded, imported or posted document; the oldest beyond the bound go. Returns its id. */
export function keepDocument(database: DatabaseSync, kind: string, content: string): number {
  const { lastInsertRowid } = database
    .prepare("INSERT INTO documents (kind, content) VALUES (?, ?)")
    .run(kind, content.slice(0, 65_536));
  database.prepare("DELETE FROM documents WHERE id <= ? - ?").run(lastInsertRowid, keptRows);
  return Number(lastInsertRowid);
}
