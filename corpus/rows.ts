/**
 * The corpus: hand-written basics and generated rows of both labels, in the schema of traffic files. The same seed and
 * sizes give the same rows, byte for byte.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Random } from "../src/random.ts";
import { seededRandom } from "../src/random.ts";
import type { AttackType } from "../src/verdict/verdict.ts";
import { attackTypes } from "../src/verdict/verdict.ts";
import { dress } from "./generate/dress.ts";
import type { Grammar } from "./generate/grammar.ts";
import type { BenignKind, Grammars } from "./generate/grammars.ts";
import { benignKinds, loadGrammars } from "./generate/grammars.ts";
import { obscure } from "./generate/obscure.ts";
import type { Request } from "./generate/request.ts";
import { addClientHeaders, parseRequest, placeValue } from "./generate/request.ts";
import type { TrafficRow } from "./traffic-row.ts";

export interface CorpusOptions {
  /** Any integer. */
  readonly seed: number;
  /** Rows of each label, generated and hand-written ones together; a grammar that runs dry gives fewer. */
  readonly attacks: number;
  readonly benign: number;
}

/** Sizes for training the default detector. */
export const corpusDefaults: CorpusOptions = { seed: 1, attacks: 62_000, benign: 137_700 };

/** Share of each attack class among the generated attacks; relative. */
const attackShares: Readonly<Record<AttackType, number>> = {
  sqli: 15,
  xss: 14,
  cmdi: 15,
  "path-traversal": 10,
  rfi: 5,
  ssti: 7,
  "code-injection": 10,
  xxe: 4,
  ssrf: 5,
  nosqli: 5,
  ldapi: 3,
  crlf: 5,
  deserialization: 4,
  scanner: 9,
  other: 6,
};

/** Share of each kind among the generated benign rows; relative. */
const benignShares: Readonly<Record<BenignKind, number>> = {
  prose: 11,
  languages: 7,
  "near-misses": 17,
  code: 7,
  commands: 8,
  posts: 11,
  written: 11,
  fragments: 6,
  queries: 7,
  paths: 7,
  tokens: 13,
  platforms: 26,
};

/** Of the rows made from a rule `payload`, so many are put into a request of some platform. */
const placedShare = 0.35;
/** Where a grammar has both rules, so many rows come from `request`. */
const requestShare = 0.3;
/**
 * Attacks of these classes run wherever they stand in a text or break out of it, so some are put into a post about code. A
 * command or a piece of a program within a post is no attack.
 */
const textAttacks: ReadonlySet<AttackType> = new Set(["sqli", "xss", "ssti", "other"]);
/** Of those, so many. */
const amidPostShare = 0.03;
/** A generator stops after this many rows in a row that were there before. */
const patience = 2_000;

/** Yields the rows: the hand-written ones, then generated attacks, then generated benign ones. Reads the grammars and the hand-written rows beside this file. */
export function* corpusRows(options: CorpusOptions = corpusDefaults): Generator<TrafficRow> {
  const grammars = loadGrammars();
  const seen = new Set<string>();
  const attackValues = new Set<string>();

  const basicAttacks = handWrittenAttacks();
  const basicBenign = handWrittenBenign();
  const remember = (row: Draft, keys: readonly string[]): void => {
    seen.add(keys[0]!);
    if (row.label === "attack") for (const key of keys) attackValues.add(key);
  };
  const isNew = (row: Draft): boolean => {
    const keys = keysOf(row);
    if (keys.some((key) => seen.has(key))) return false;
    if (row.label === "benign" && keys.some((key) => attackValues.has(key))) return false;
    remember(row, keys);
    return true;
  };
  let number = 0;
  const numbered = (row: Draft): TrafficRow => ({ id: `${row.source}:${number++}`, ...row });

  for (const row of [...basicAttacks, ...basicBenign]) {
    remember(row, keysOf(row));
    yield numbered(row);
  }
  const attackTotal = sum(Object.values(attackShares));
  for (const type of attackTypes) {
    const quota = Math.round(
      (Math.max(options.attacks - basicAttacks.length, 0) * attackShares[type]) / attackTotal,
    );
    for (const row of take(quota, attackDrafts(grammars, type, seededFor(options.seed, type)), isNew))
      yield numbered(row);
  }
  const benignTotal = sum(Object.values(benignShares));
  for (const kind of benignKinds) {
    const quota = Math.round(
      (Math.max(options.benign - basicBenign.length, 0) * benignShares[kind]) / benignTotal,
    );
    for (const row of take(quota, benignDrafts(grammars, kind, seededFor(options.seed, kind)), isNew))
      yield numbered(row);
  }
}

/** A row that has no id yet. */
type Draft = Omit<TrafficRow, "id">;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** A generator of its own for each name, so that a change of one grammar leaves the rows of the others alone. */
function seededFor(seed: number, name: string): Random {
  let hash = seed | 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return seededRandom(hash);
}

function* take(quota: number, drafts: Iterable<Draft>, isNew: (row: Draft) => boolean): Generator<Draft> {
  let taken = 0;
  let repeated = 0;
  if (quota === 0) return;
  for (const draft of drafts) {
    if (isNew(draft)) {
      yield draft;
      repeated = 0;
      if (++taken === quota) return;
    } else if (++repeated === patience) return;
  }
}

function* attackDrafts(grammars: Grammars, type: AttackType, random: Random): Generator<Draft> {
  const grammar = grammars.attacks[type];
  const labelled = { source: `corpus-${type}`, label: "attack", attack_type: type } as const;
  // The paths that scanners ask for are harmless as values: they only come as requests.
  const ownRequests = type === "scanner" ? 1 : requestShare;
  for (;;) {
    if (grammar.names.has("request") && random.next() < ownRequests) {
      yield requestDraft(labelled, wholeRequest(grammars, grammar, random));
    } else {
      const payload = obscure(random, type, grammar.expand(random, "payload"));
      const isAmidPost = textAttacks.has(type) && random.next() < amidPostShare;
      const text = isAmidPost ? amidPost(random, payload, grammar) : payload;
      yield valueDraft(labelled, grammars, dress(random, text, grammar), grammar, random);
    }
  }
}

/** The payload behind a post that was written by hand, before it, or between two. */
function amidPost(random: Random, payload: string, grammar: Grammar): string {
  const place = random.below(4);
  const head = place < 3 ? grammar.expand(random, "writtenHead") : "";
  const tail = place > 1 ? grammar.expand(random, "writtenTail") : "";
  return head + payload + tail;
}

function* benignDrafts(grammars: Grammars, kind: BenignKind, random: Random): Generator<Draft> {
  const grammar = grammars.benign[kind];
  const labelled = { source: `corpus-${kind}`, label: "benign", attack_type: null } as const;
  const ownRequests = !grammar.names.has("payload") ? 1 : grammar.names.has("request") ? requestShare : 0;
  for (;;) {
    if (random.next() < ownRequests) {
      yield requestDraft(labelled, wholeRequest(grammars, grammar, random));
    } else {
      const value = dress(random, grammar.expand(random, "payload"), grammar);
      yield valueDraft(labelled, grammars, value, grammar, random);
    }
  }
}

type Labelled = Pick<Draft, "source" | "label" | "attack_type">;

function wholeRequest(grammars: Grammars, grammar: Grammar, random: Random): Request {
  return addClientHeaders(random, parseRequest(grammar.expand(random, "request")), grammars.browser);
}

/** The bare value, or the value in a request of some platform. */
function valueDraft(
  labelled: Labelled,
  grammars: Grammars,
  value: string,
  words: Grammar,
  random: Random,
): Draft {
  if (random.next() >= placedShare)
    return { ...labelled, payload: value.toWellFormed(), granularity: "payload" };
  const around = wholeRequest(grammars, grammars.benign.platforms, random);
  const request = placeValue(random, around, value.toWellFormed(), words.expand(random, "param"));
  return { ...requestDraft(labelled, request), payload: value.toWellFormed() };
}

function requestDraft(labelled: Labelled, { method, path, query, headers, body }: Request): Draft {
  return {
    ...labelled,
    method,
    path,
    ...(query === "" ? {} : { query }),
    headers,
    ...(body === "" ? {} : { body }),
    granularity: "request",
  };
}

/** What a row says, folded: decoded once, without case, digits alike. First the row as a whole, then its value. */
function keysOf(row: Draft): string[] {
  const whole = `${row.method ?? ""} ${row.path ?? ""}?${row.query ?? ""} ${row.body ?? ""}`;
  if (row.granularity === "payload") return [folded(row.payload!)];
  return row.payload === undefined
    ? [folded(whole)]
    : [folded(`${whole} ${row.payload}`), folded(row.payload)];
}

function folded(text: string): string {
  let decoded = text;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // Broken percent encoding is compared as it stands.
  }
  return decoded.toLowerCase().replace(/[0-9]+/g, "0");
}

interface HandWrittenRow {
  readonly payload: string;
  readonly attack_type?: AttackType;
}

function handWrittenAttacks(): Draft[] {
  return handWritten("attacks").map(({ payload, attack_type }) => ({
    source: "corpus-basics",
    label: "attack",
    attack_type: attack_type!,
    payload,
    granularity: "payload",
  }));
}

function handWrittenBenign(): Draft[] {
  return handWritten("benign").map(({ payload }) => ({
    source: "corpus-siblings",
    label: "benign",
    attack_type: null,
    payload,
    granularity: "payload",
  }));
}

/** The rows of every file in the folder, in the order of the file names. */
function handWritten(folder: "attacks" | "benign"): HandWrittenRow[] {
  const files = readdirSync(new URL(`${folder}/`, import.meta.url)).filter((name) => name.endsWith(".jsonl"));
  return files.sort().flatMap((name) =>
    readFileSync(new URL(`${folder}/${name}`, import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as HandWrittenRow),
  );
}
