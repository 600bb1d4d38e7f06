/**
 * Proves SQL injections in SQLite: a payload is put into vulnerable statements of several shapes, and what comes out
 * (rows, calls of functions such as `sleep`, changes, errors that tell something) is compared with what the seed brings out.
 * Tables, columns and functions that a seed names are made for it, so that any database may have been meant. Statements
 * run in memory; whatever could reach a file is refused.
 */
import { DatabaseSync } from "node:sqlite";
import type { Oracle } from "./oracle.ts";
import { statementsOf, translateMySql } from "./sql-dialect.ts";

/** A vulnerable statement: the payload stands between its two ends, within quotes of the given kind. */
interface Place {
  readonly head: (columns: number) => string;
  readonly tail: string;
  readonly quote: string;
  /** Any expression has an effect here, so it counts only for payloads that query or call something. */
  readonly weak?: boolean;
}

const columnNames = ["id", "name", "password", "email", "role", "city", "note", "rank"];
const listed = (columns: number): string =>
  Array.from({ length: columns }, (_, index) => columnNames[index] ?? String(index)).join(",");

function where(condition: string): Place {
  const [before, after] = condition.split("$") as [string, string];
  const quote = /['"`]/.exec(before)?.[0] ?? "";
  return { head: (columns) => `SELECT ${listed(columns)} FROM users WHERE ${before}`, tail: after, quote };
}

const places: readonly Place[] = [
  where("name='$'"),
  where("name='$' AND password='x'"),
  where("(name='$')"),
  where("(name='$' AND password='x') AND rank>0"),
  where("((name='$'))"),
  where("(((name='$')))"),
  where("name LIKE '%$%'"),
  where("(name LIKE '%$%')"),
  where("((name LIKE '%$%'))"),
  where('name="$"'),
  where('(name="$")'),
  where('((name="$"))'),
  where('name LIKE "%$%"'),
  where("id=$"),
  where("(id=$)"),
  where("((id=$))"),
  where("(((id=$)))"),
  where("id IN ($)"),
  { ...where("rank>0 LIMIT $"), weak: true },
  { ...where("rank>0 ORDER BY $"), weak: true },
  { ...where("rank>0 GROUP BY $"), weak: true },
  { ...where("$"), weak: true },
  { head: () => "SELECT ", tail: " FROM users", quote: "", weak: true },
  { head: () => "SELECT id FROM users WHERE `", tail: "`=1", quote: "`" },
  { head: () => "INSERT INTO notes(a,b) VALUES('", tail: "','x')", quote: "'" },
  { head: () => "UPDATE users SET city='", tail: "' WHERE id=1", quote: "'" },
  { head: () => "", tail: "", quote: "", weak: true },
];

const mostColumns = 14;
/** Whatever opens files, loads code or may run without end. */
const barred = /attach|vacuum|pragma|load_extension|recursive|edit\(|writefile|readfile|fts3_tokenizer/i;
const longestPayload = 20_000;
/** Rows that are compared. */
const mostRows = 200;
/** What a payload queries or calls. */
const active = /\bselect\b|\bcase\b|\w\(|;/i;
const combining = /\b(?:union|intersect|except)\b/i;
/** Names, tables and functions are made at most so many times for one statement. */
const mostRepairs = 12;
/** Places in which a seed is seen to work, in each dialect; more add nothing. */
const mostWitnesses = 2;

/** A database that notes what is called in it. */
class Laboratory {
  private readonly database = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true });
  private calls: string[] = [];
  private readonly made = new Set<string>(["users", "notes"]);

  constructor() {
    this.database.exec(`
      CREATE TABLE users(id INTEGER, name TEXT, password TEXT, email TEXT, role TEXT, city TEXT, note TEXT, rank INTEGER);
      INSERT INTO users VALUES
        (1,'admin','7f9c','a@example.com','root','Oslo','first',3),
        (2,'anna','b2d1','n@example.com','user','Rome','second',2),
        (3,'omar','c4e8','o@example.com','user','Lima','third',1);
      CREATE TABLE notes(a TEXT, b TEXT);`);
    // They would fill the memory.
    for (const name of ["randomblob", "zeroblob"])
      this.database.function(name, (size: unknown) => this.note(name, [size], "blob"));
    this.define("regexp", (pattern, text) => Number(String(text).includes(String(pattern))));
    this.define("concat", (...parts) => parts.map(String).join(""));
    this.define("reverse", (text) => Array.from(String(text)).reverse().join(""));
    this.define("ascii", (text) => String(text).charCodeAt(0) || 0);
    this.define("ord", (text) => String(text).charCodeAt(0) || 0);
    this.define("chr", (code) => String.fromCharCode(Number(code) & 0xffff));
    this.define("mid", (text, from, size) => String(text).substr(Number(from) - 1, Number(size)));
    for (const name of ["extractvalue", "updatexml"])
      this.define(name, (...parts) => {
        throw new Error(`told ${parts.map(String).join()}`);
      });
  }

  private define(name: string, compute: (...parts: unknown[]) => string | number): void {
    this.made.add(name);
    this.database.function(name, { varargs: true }, compute);
  }

  private note(name: string, parts: readonly unknown[], answer: string | number): string | number {
    if (this.calls.length < 20) this.calls.push(`${name}(${parts.map(plain).join()})`);
    return answer;
  }

  /** What the statements bring out, as one text; undefined where they are no SQL. `repairing` makes the names that they use. */
  run(text: string, repairing: boolean): string | undefined {
    const statements = statementsOf(text);
    if (statements === undefined || statements.length === 0 || statements.length > 6) return undefined;
    const reads = statements.every((statement) => /^\s*select\b/i.test(statement));
    for (let repairs = 0; ; repairs++) {
      this.calls = [];
      if (!reads) this.database.exec("SAVEPOINT before");
      try {
        const rows = statements.map((statement) => this.rowsOf(statement));
        const state = reads ? "" : this.changedSince();
        return JSON.stringify([rows, [...new Set(this.calls)], state]);
      } catch (error) {
        const message = String((error as Error).message);
        if (message.startsWith("told ")) return message;
        if (!repairing || repairs >= mostRepairs || !this.canMake(message)) return undefined;
      } finally {
        if (!reads) this.database.exec("ROLLBACK TO before; RELEASE before");
        this.makeMissing();
      }
    }
  }

  private rowsOf(statement: string): readonly (readonly string[])[] {
    const prepared = this.database.prepare(statement);
    prepared.setReturnArrays(true);
    return (prepared.all() as unknown as unknown[][]).slice(0, mostRows).map((row) => row.map(plain));
  }

  /** What the tables hold, as far as a seed could have changed it. */
  private changedSince(): string {
    const tables = this.rowsOf("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name").map(
      ([name]) => name!,
    );
    return JSON.stringify(
      tables.map((name) => [name, this.rowsOf(`SELECT * FROM "${name.replaceAll('"', '""')}" LIMIT 20`)]),
    );
  }

  private missing: (() => void) | undefined;

  /** Understands what is missing from an error; true where it can be made. */
  private canMake(message: string): boolean {
    const [, kind, name] = /^no such (table|column|function): ([\w.]{1,60})/.exec(message) ?? [];
    if (kind === undefined || name === undefined || this.made.has(`${kind} ${name}`)) return false;
    this.made.add(`${kind} ${name}`);
    const last = name.split(".").at(-1)!;
    if (kind === "function")
      this.missing = () =>
        this.database.function(name, { varargs: true }, (...parts: unknown[]) =>
          this.note(name.toLowerCase(), parts, 0),
        );
    else if (kind === "column") this.missing = () => this.addColumn(last);
    else
      this.missing = () => {
        const schema = name.includes(".") ? name.split(".")[0]! : "";
        if (schema !== "") this.openSchema(schema);
        const full = schema === "" ? `"${last}"` : `"${schema}"."${last}"`;
        this.database.exec(
          `CREATE TABLE IF NOT EXISTS ${full}(own_key INTEGER); INSERT INTO ${full} VALUES(1)`,
        );
        this.tables.push(full);
      };
    return true;
  }

  private readonly tables: string[] = [];
  private openSchema(name: string): void {
    try {
      this.database.exec(`ATTACH ':memory:' AS "${name}"`);
    } catch {
      // It is there already, or there are too many: the statement then fails as before.
    }
  }

  private addColumn(name: string): void {
    for (const table of this.tables.length > 0 ? this.tables : ["users"]) {
      try {
        this.database.exec(`ALTER TABLE ${table} ADD COLUMN "${name}" TEXT DEFAULT 'in ${name}'`);
      } catch {
        // It has the column already.
      }
    }
  }

  private makeMissing(): void {
    const make = this.missing;
    this.missing = undefined;
    if (make === undefined) return;
    try {
      make();
    } catch {
      // A name that cannot be made stays missing.
    }
  }

  close(): void {
    this.database.close();
  }
}

/** A value as text, numbers of all spellings alike. */
function plain(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  return String(value);
}

type Read = (text: string) => string | undefined;
const dialects: readonly Read[] = [(text) => text, translateMySql];

/** Makes the oracle. Each proof holds a small database of its own until it is collected. */
export function sqlOracle(): Oracle {
  return {
    method: "SQLite: same rows, calls and changes",
    prove(seed) {
      if (barred.test(seed) || seed.length > longestPayload) return undefined;
      const laboratory = new Laboratory();
      const witnesses: ((payload: string) => boolean)[] = [];
      const mostTried = combining.test(seed) ? mostColumns : 1;
      for (const read of dialects) {
        const wanted = witnesses.length + mostWitnesses;
        for (const place of places) {
          if (place.weak === true && (witnesses.length > 0 || !active.test(seed))) continue;
          for (let columns = 1; columns <= mostTried && witnesses.length < wanted; columns++) {
            const actual = columns === 1 && mostTried === 1 ? 3 : columns;
            const outcomeOf = (payload: string, repairing = false): string | undefined => {
              const text = read(place.head(actual) + payload + place.tail);
              return text === undefined ? undefined : laboratory.run(text, repairing);
            };
            // What it would do if it were only a value; in place of a number, a text that no row has.
            const inert = (payload: string): string => {
              const quote = place.quote === "" ? "'" : place.quote;
              const value = payload.replaceAll("\\", "").replaceAll(quote, quote + quote);
              return place.quote === "" ? `'${value}'` : value;
            };
            const effect = outcomeOf(seed, true);
            if (effect === undefined || effect === outcomeOf(inert(seed))) continue;
            // Once more: what was made for it may have changed what comes out.
            if (outcomeOf(seed) !== effect) continue;
            witnesses.push(
              (payload) => outcomeOf(payload) === effect && outcomeOf(inert(payload)) !== effect,
            );
            if (mostTried > 1) break;
          }
        }
      }
      if (witnesses.length === 0) {
        laboratory.close();
        return undefined;
      }
      return (mutant) =>
        mutant.length <= longestPayload && !barred.test(mutant) && witnesses.some((holds) => holds(mutant));
    },
  };
}
