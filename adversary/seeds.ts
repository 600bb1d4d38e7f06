/**
 * The seeds of a class: the hand-written basics, rows of the grammars under another seed than training's, and rows of the
 * public collections beside the repository where they are there. Payloads are decoded as far as they attack that way.
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { corpusRows } from "../corpus/rows.ts";
import { seededRandom } from "../src/random.ts";
import { decodeFully } from "../src/transaction/decode.ts";
import type { AttackType } from "../src/verdict/verdict.ts";
import type { MutatedClass } from "./classes.ts";
import type { Proof } from "./oracle/oracle.ts";

/** A payload that attacks, and the proof of its mutants. */
export interface Seed {
  readonly payload: string;
  readonly source: string;
  readonly proof: Proof;
}

/** Training uses another one. */
const grammarSeed = 977;
const grammarRows = 6_000;
const longestSeed = 600;
/** What lists of payloads leave for others to fill in. */
const placeholder = /\{\{BaseURL\}\}|\{file\}|__[A-Z]+__|\[[A-Z]{4,}\]|\{FILE\}/i;
/** Public collections with attacks; `crs-regression` holds requests of one rule each and is left out. */
const collections = [
  "httpparams",
  "modsec-learn",
  "libinjection",
  "patt",
  "patt-readme",
  "payloadbox",
  "fuzzdb",
];

interface Row {
  readonly payload: string;
  readonly source: string;
}

/** Reads what is there: by class, the payloads in their order. `data` is the folder of the public collections. */
export function readPayloads(data: string): {
  readonly byType: ReadonlyMap<AttackType, readonly Row[]>;
  readonly missing: readonly string[];
} {
  const byType = new Map<AttackType, Row[]>();
  const add = (type: AttackType | null, payload: string | null | undefined, source: string): void => {
    if (type === null || !payload || payload.length > longestSeed || placeholder.test(payload)) return;
    const rows = byType.get(type) ?? [];
    rows.push({ payload, source });
    byType.set(type, rows);
  };
  for (const row of corpusRows({ seed: grammarSeed, attacks: grammarRows, benign: 1 }))
    if (row.label === "attack" && row.granularity === "payload")
      add(row.attack_type, row.payload, row.source === "corpus-basics" ? "basics" : "grammars");
  const missing: string[] = [];
  for (const name of collections) {
    const file = `${data}/${name}.jsonl.gz`;
    if (!existsSync(file)) {
      missing.push(name);
      continue;
    }
    for (const line of gunzipSync(readFileSync(file)).toString("utf8").split("\n")) {
      if (line === "") continue;
      const row = JSON.parse(line) as {
        label: string;
        attack_type: AttackType | null;
        payload: string | null;
      };
      if (row.label === "attack") add(row.attack_type, row.payload, name);
    }
  }
  return { byType, missing };
}

/** The payload without the encodings around it, or as it is where it only attacks that way. */
function decodedSeed(
  { payload }: Row,
  { oracle }: MutatedClass,
): { payload: string; proof: Proof } | undefined {
  const decoded = Buffer.from(
    decodeFully(Buffer.from(payload, "utf8").toString("latin1")).text,
    "latin1",
  ).toString("utf8");
  for (const candidate of decoded === payload ? [payload] : [decoded, payload]) {
    const proof = oracle.prove(candidate);
    if (proof?.(candidate) === true) return { payload: candidate, proof };
  }
  return undefined;
}

/**
 * Up to `count` seeds of a class, of the sources in turn, without repetition; each is proven by the oracle and, where there is
 * one, by `confirm`, fewer where `deadlineMs` on the clock of `performance.now` comes first. Advances nothing: the same `seed` gives the same seeds.
 */
export async function seedsOf(
  mutated: MutatedClass,
  rows: readonly Row[],
  count: number,
  seed: number,
  confirm?: (payload: string) => Promise<boolean>,
  deadlineMs = Number.POSITIVE_INFINITY,
): Promise<Seed[]> {
  const random = seededRandom(seed);
  const bySource = [...Map.groupBy(rows, ({ source }) => source).values()].map((group) =>
    random.shuffle([...group]),
  );
  const seeds: Seed[] = [];
  const seen = new Set<string>();
  // More tries than this mean that the oracle knows few of them.
  let tries = count * 40;
  while (seeds.length < count && bySource.some((group) => group.length > 0)) {
    for (const group of bySource) {
      const row = group.pop();
      if (row === undefined || seeds.length >= count) continue;
      if (tries-- <= 0 || performance.now() > deadlineMs) return seeds;
      const found = decodedSeed(row, mutated);
      if (found === undefined || seen.has(found.payload.toLowerCase())) continue;
      seen.add(found.payload.toLowerCase());
      if (confirm !== undefined && !(await confirm(found.payload))) continue;
      seeds.push({ ...found, source: row.source });
    }
  }
  return seeds;
}
