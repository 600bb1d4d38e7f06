/** A small labelled traffic set from a grammar: four sources, two attack types, ordinary phrases; equal seeds give equal rows. */

import type { Detector } from "../../src/detector/detector.ts";
import { readDetector } from "../../src/detector/detector.ts";
import { writeDetector } from "../../src/detector/detector-file.ts";
import { seededRandom } from "../../src/random.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";
import type { Dataset } from "../../src/training/dataset.ts";
import { datasetBuilder } from "../../src/training/dataset.ts";
import { train } from "../../src/training/train.ts";

export interface TinyRow {
  readonly id: string;
  readonly source: string;
  readonly label: "benign" | "attack";
  readonly attack_type: "sqli" | "xss" | null;
  readonly payload: string;
}

const words =
  "red green blue small large house garden river lamp window paper summer winter O'Brien it's Tom's (new) [2] #4 50% a-b c/d e.g. &amp; x=1".split(
    " ",
  );
const sources = ["shop", "wiki", "forum", "search"];

/** `count` rows of each label. */
export function tinyRows(count: number, seed = 1): TinyRow[] {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]): string => list[random.below(list.length)]!;
  const phrase = (length: number): string => Array.from({ length }, () => pick(words)).join(" ");
  /** A word of six letters that is not said twice. */
  const word = (): string => String.fromCharCode(...Array.from({ length: 6 }, () => 0x61 + random.below(26)));
  const injections = [
    (): string => `${word()}' or ${random.below(9)}=${random.below(9)}${pick(["--", " #", "/*"])}`,
    (): string =>
      `${word()}' union select ${pick(["null", "1", "a"])},${pick(["user", "version()"])} from t--`,
    (): string => `<script>${pick(["alert", "prompt"])}("${word()}")</script>`,
    (): string => `"><img src=${word()} onerror=${pick(["alert", "confirm"])}(${random.below(99)})>`,
  ];
  const rows: TinyRow[] = [];
  while (rows.length < count * 2) {
    const attack = rows.length % 2 === 1;
    const kind = random.below(injections.length);
    const payload = attack ? injections[kind]!() : `${phrase(2 + random.below(6))}, ${word()}`;
    rows.push({
      id: `${attack ? "a" : "b"}${rows.length}`,
      source: sources[random.below(sources.length)]!,
      label: attack ? "attack" : "benign",
      attack_type: attack ? (kind < 2 ? "sqli" : "xss") : null,
      payload,
    });
  }
  return rows;
}

/** The rows as a traffic file. */
export function tinyFile(rows: readonly TinyRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export function tinyDataset(rows: readonly TinyRow[]): Dataset {
  const builder = datasetBuilder();
  for (const row of rows) builder.add(parseTrafficRow(JSON.stringify(row)));
  return builder.finish();
}

/** The file of a detector trained on 120 rows of each label. */
export function tinyDetectorFile(seed = 1): Uint8Array {
  return writeDetector(train(tinyDataset(tinyRows(120)), { seed, madeWith: "test" }).parts);
}

export function tinyDetector(): Detector {
  return readDetector(tinyDetectorFile());
}
