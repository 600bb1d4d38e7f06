/**
 * Labelled rows → training examples, through the same extraction that serves. An example keeps what the models learn
 * from and nothing else; rows that say the same twice count once.
 */
import { createHash } from "node:crypto";
import { ArbiterError } from "../errors.ts";
import { features } from "../features/catalog.ts";
import { extract } from "../features/extract.ts";
import type { Place } from "../features/fold.ts";
import { fold, foldBuffers, maxFoldBytes } from "../features/fold.ts";
import { tokenizer } from "../features/tokenize.ts";
import type { ViewKind } from "../features/views.ts";
import type { TrafficRow } from "../traffic/traffic-row.ts";
import { transactionOf } from "../traffic/traffic-row.ts";
import type { AttackType } from "../verdict/verdict.ts";
import { attackTypes } from "../verdict/verdict.ts";

/** One text as it stands, and in both readings: folded letters, and tokens. */
export interface ExampleText {
  readonly text: string;
  /** The bytes of it that are read. */
  readonly from: number;
  readonly until: number;
  readonly place: Place;
  readonly view: ViewKind;
  readonly letters: Uint8Array;
  readonly tokens: Uint8Array;
}

export interface Example {
  readonly source: string;
  readonly attack: boolean;
  /** Index into `attackTypes`, or -1 where benign or unknown. */
  readonly attackClass: number;
  /** Its texts, as the text models read them. */
  readonly texts: readonly ExampleText[];
  /** Shape (features). */
  readonly row: Float64Array;
  /** The alarms that rule sets raised on it. */
  readonly alarms: readonly RowAlarm[];
}

/** An alarm of CRS on a row: its paranoia level, and the ids of the rules that matched. */
export interface RowAlarm {
  readonly level: number;
  readonly rules: readonly number[];
}

export interface Dataset {
  readonly examples: readonly Example[];
  /** Rows without a label, rows said before, and attacks without any syntax to learn from, by source. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** SHA-256 of what was kept, in order, hexadecimal. */
  readonly digest: string;
}

/** Longest text of an example, in bytes; a training value longer than this teaches nothing more. */
const maxTextBytes = Math.min(8192, maxFoldBytes);

/** Collects rows into a dataset. */
export interface DatasetBuilder {
  /** `alarms` are those of CRS on this row; without them, the one that the row's own `waf` tells of. */
  add(row: TrafficRow, alarms?: Example["alarms"]): void;
  /** Throws `data_invalid` where one label is missing or there are too few rows. */
  finish(): Dataset;
}

/** Fewest rows of each label that a detector can be trained on. */
export const fewestRows = 50;

/** Makes an empty builder. */
export function datasetBuilder(): DatasetBuilder {
  const examples: Example[] = [];
  const leftOut = new Map<string, number>();
  const seen = new Set<string>();
  const hash = createHash("sha256");
  const folded = foldBuffers();
  const tokenize = tokenizer();
  const tokens = new Uint8Array(folded.symbols.length);
  const skip = (source: string): void => {
    leftOut.set(source, (leftOut.get(source) ?? 0) + 1);
  };
  return {
    add(row, alarms = ownAlarm(row)) {
      if (row.label === undefined) return skip(row.source);
      const attack = row.label === "attack";
      const { row: numbersOf, texts } = extract(transactionOf(row));
      const foldedTexts = texts.map(({ text: whole, from, until: end, place, view }): ExampleText => {
        const text = whole.slice(0, maxTextBytes);
        const until = Math.min(end, text.length);
        fold(text, place, from, until, folded);
        const count = tokenize(folded, tokens);
        return {
          text,
          from,
          until,
          place,
          view,
          letters: folded.symbols.slice(0, folded.length),
          tokens: tokens.slice(0, count),
        };
      });
      // An attack made of plain words alone cannot be told from a word; fuzz lists hold many of them.
      if (attack && foldedTexts.length === 0) return skip(row.source);
      const key = createHash("sha256");
      key.update(row.label);
      for (const { letters } of foldedTexts) key.update(letters);
      if (foldedTexts.length === 0) key.update(row.request.uri);
      const digest = key.digest("base64");
      if (seen.has(digest)) return skip(row.source);
      seen.add(digest);
      hash.update(digest);
      hash.update(JSON.stringify(alarms));
      examples.push({
        source: row.source,
        attack,
        attackClass: attack ? attackTypes.indexOf((row.attackType ?? "other") as AttackType) : -1,
        texts: foldedTexts,
        row: numbersOf(),
        alarms,
      });
    },
    finish() {
      const attacks = examples.reduce((count, example) => count + (example.attack ? 1 : 0), 0);
      const benign = examples.length - attacks;
      if (attacks < fewestRows || benign < fewestRows)
        throw new ArbiterError(
          "data_invalid",
          `training needs at least ${fewestRows} distinct rows of each label; there are ${benign} benign and ${attacks} attack rows`,
        );
      return { examples, leftOut, digest: hash.digest("hex") };
    },
  };
}

function ownAlarm({ request: { waf } }: TrafficRow): Example["alarms"] {
  return waf !== undefined && waf.score >= waf.threshold
    ? [{ level: waf.paranoiaLevel, rules: waf.rules }]
    : [];
}

/** The feature rows of the chosen examples one after the other, shape (examples × features). */
export function featureRows(examples: readonly Example[]): Float64Array {
  const rows = new Float64Array(examples.length * features.length);
  for (const [index, example] of examples.entries()) rows.set(example.row, index * features.length);
  return rows;
}
