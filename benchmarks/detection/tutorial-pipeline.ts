/**
 * The pipeline of a published tutorial: ten scaled counts of a request beside the TF-IDF of its 1,000 most frequent words
 * and pairs of words, all in one Isolation Forest; one request in ten is taken for anomalous. The forest of the detector
 * knows fewer columns, so a plain one stands here.
 */
import { expectedDepth, forestDefaults } from "../../src/models/isolation-forest.ts";
import type { Random } from "../../src/random.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { evenlySpaced } from "./rows.ts";

/** Words and pairs that are kept. */
const terms = 1_000;
/** Ordinary requests that it is fitted on. */
const fittedOn = 6_000;
const countOfCounts = 10;

/** Fits the pipeline; the scorer's scores are in [0, 1], higher is worse. */
export function fitTutorial(
  benign: readonly RequestParts[],
  random: Random,
): (request: RequestParts) => number {
  const texts = evenlySpaced(benign, fittedOn).map(textOf);
  const vocabulary = fitVocabulary(texts);
  const counts = texts.map(countsOf);
  const scale = Array.from({ length: countOfCounts }, (_, column) => {
    const middle = counts.reduce((sum, own) => sum + (own[column] as number), 0) / counts.length;
    const variance =
      counts.reduce((sum, own) => sum + ((own[column] as number) - middle) ** 2, 0) / counts.length;
    return { middle, factor: variance === 0 ? 1 : 1 / Math.sqrt(variance) };
  });
  const rowOf = (text: string): Float64Array => {
    const row = new Float64Array(countOfCounts + vocabulary.size);
    for (const [column, count] of countsOf(text).entries()) {
      const { middle, factor } = scale[column] as { middle: number; factor: number };
      row[column] = (count - middle) * factor;
    }
    let squares = 0;
    for (const term of termsOf(text)) {
      const known = vocabulary.get(term);
      if (known !== undefined) row[countOfCounts + known.column]! += known.idf;
    }
    for (let column = countOfCounts; column < row.length; column++) squares += (row[column] as number) ** 2;
    if (squares > 0)
      for (let column = countOfCounts; column < row.length; column++) row[column]! /= Math.sqrt(squares);
    return row;
  };
  const forest = growForest(texts.map(rowOf), random);
  return (request) => scoreForest(forest, rowOf(textOf(request)));
}

/** What the pipeline reads: target and body, decoded once. */
function textOf({ method, uri, body }: RequestParts): string {
  const text = `${method} ${uri.replaceAll("+", " ")} ${body === undefined ? "" : Buffer.from(body).toString("latin1")}`;
  const decoded = text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return decoded.slice(0, 16_384).toLowerCase();
}

/** Length, then letters, digits, blanks, slashes, quotes, angle brackets, parentheses, other signs, and parameters. */
function countsOf(text: string): readonly number[] {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const letters = count(/[a-z]/g);
  const digits = count(/[0-9]/g);
  const blanks = count(/\s/g);
  return [
    text.length,
    letters,
    digits,
    blanks,
    count(/\//g),
    count(/['"`]/g),
    count(/[<>]/g),
    count(/[()]/g),
    text.length - letters - digits - blanks,
    count(/[?&][^=&]*=/g),
  ];
}

/** Words of two or more characters, and pairs of neighbours. */
function termsOf(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{N}_]{2,64}/gu) ?? [];
  return [...words, ...words.slice(1).map((word, index) => `${words[index]} ${word}`)];
}

type Vocabulary = ReadonlyMap<string, { readonly column: number; readonly idf: number }>;

function fitVocabulary(texts: readonly string[]): Vocabulary {
  const totals = new Map<string, { total: number; texts: number }>();
  for (const text of texts) {
    const seen = new Set<string>();
    for (const term of termsOf(text)) {
      const known = totals.get(term) ?? { total: 0, texts: 0 };
      totals.set(term, known);
      known.total++;
      if (!seen.has(term)) known.texts++;
      seen.add(term);
    }
  }
  const kept = [...totals]
    .sort(([a, { total: many }], [b, { total: more }]) => more - many || (a < b ? -1 : 1))
    .slice(0, terms);
  return new Map(
    kept.map(([term, known], column) => [
      term,
      { column, idf: 1 + Math.log((1 + texts.length) / (1 + known.texts)) },
    ]),
  );
}

/** A leaf has the depth that its rows would need; another node a column and what stays to the left of it. */
type TreeNode =
  | { readonly depth: number }
  | { readonly column: number; readonly at: number; readonly left: TreeNode; readonly right: TreeNode };

interface WideForest {
  readonly trees: readonly TreeNode[];
  readonly sampleSize: number;
}

function growForest(rows: readonly Float64Array[], random: Random): WideForest {
  const sampleSize = Math.min(forestDefaults.sampleSize, rows.length);
  const maxDepth = Math.ceil(Math.log2(Math.max(2, sampleSize)));
  const order = rows.map((_, index) => index);
  const grow = (sample: readonly Float64Array[], level: number): TreeNode => {
    const split = level < maxDepth && sample.length > 1 ? chooseSplit(sample, random) : undefined;
    if (split === undefined) return { depth: level + expectedDepth(sample.length) };
    const { column, at } = split;
    return {
      column,
      at,
      left: grow(
        sample.filter((row) => (row[column] as number) <= at),
        level + 1,
      ),
      right: grow(
        sample.filter((row) => (row[column] as number) > at),
        level + 1,
      ),
    };
  };
  const trees = Array.from({ length: forestDefaults.trees }, () =>
    grow(
      random
        .shuffle(order)
        .slice(0, sampleSize)
        .map((index) => rows[index] as Float64Array),
      0,
    ),
  );
  return { trees, sampleSize };
}

/** A column that varies among the rows, by lot, and a place between its ends. */
function chooseSplit(
  sample: readonly Float64Array[],
  random: Random,
): { readonly column: number; readonly at: number } | undefined {
  const columns = random.shuffle(Uint32Array.from(sample[0] as Float64Array, (_, column) => column));
  for (const column of columns) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of sample) {
      low = Math.min(low, row[column] as number);
      high = Math.max(high, row[column] as number);
    }
    if (low < high) return { column, at: low + random.next() * (high - low) };
  }
  return undefined;
}

function scoreForest({ trees, sampleSize }: WideForest, row: Float64Array): number {
  let total = 0;
  for (const tree of trees) {
    let node = tree;
    while ("left" in node) node = (row[node.column] as number) <= node.at ? node.left : node.right;
    total += node.depth;
  }
  return 2 ** (-total / trees.length / expectedDepth(sampleSize));
}
