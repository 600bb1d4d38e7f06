/**
 * TF-IDF of words or characters over a bounded vocabulary (Salton, Buckley: "Term-weighting approaches in automatic text
 * retrieval", IPM 24, 1988), as scikit-learn's TfidfVectorizer computes it: smooth inverse document frequency, vectors
 * of length 1, lower case; words are runs of two or more letters, digits and `_`; runs of white space count as one blank.
 */

import { demand } from "./state.ts";

/** What a term is made of. */
export type Analyzer = "words" | "characters";

/** The terms that are counted. */
export interface Vocabulary {
  readonly analyzer: Analyzer;
  /** Lengths of the n-grams, in words or characters. */
  readonly shortest: number;
  readonly longest: number;
  /** In ascending order of their code units, no two alike. The words of an n-gram are parted by a blank. */
  readonly terms: readonly string[];
  /** `1 + ln((1 + texts) / (1 + texts with the term))`. Shape (terms). */
  readonly idf: Float64Array;
}

export interface VocabularyOptions {
  readonly analyzer: Analyzer;
  readonly shortest: number;
  readonly longest: number;
  /** Most terms: those that occur most often; of equals, the first in order. */
  readonly terms: number;
}

/** Code units of a text that are read; what follows is left out. */
export const maxTfidfText = 65_536;
/** Longest term, in code units. */
export const maxTermLength = 128;
/** Longest n-gram, in words or characters. */
export const longestNgram = 8;
/** Terms that are counted at a time while a vocabulary is fitted; beyond, those seen once are forgotten. */
const countedTerms = 1 << 20;
/** Most terms of a vocabulary that a file may hold. */
const mostTerms = 1 << 17;

/** Counts the terms of the texts and keeps the most frequent ones. */
export function fitVocabulary(texts: Iterable<string>, options: VocabularyOptions): Vocabulary {
  const counts = new Map<string, { total: number; texts: number; last: number }>();
  let number = 0;
  const reader = ngramReader(options);
  for (const text of texts) {
    number++;
    reader(text, (units, start, end) => {
      const term = String.fromCharCode(...units.subarray(start, end));
      const known = counts.get(term);
      if (known === undefined) counts.set(term, { total: 1, texts: 1, last: number });
      else {
        known.total++;
        if (known.last !== number) known.texts++;
        known.last = number;
      }
    });
    if (counts.size > countedTerms)
      for (const [term, { total }] of counts) if (total === 1) counts.delete(term);
  }
  const kept = [...counts]
    .sort(([a, { total: many }], [b, { total: more }]) => more - many || (a < b ? -1 : 1))
    .slice(0, options.terms)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    analyzer: options.analyzer,
    shortest: options.shortest,
    longest: options.longest,
    terms: kept.map(([term]) => term),
    idf: Float64Array.from(kept, ([, count]) => 1 + Math.log((1 + number) / (1 + count.texts))),
  };
}

/** The TF-IDF of one text: length 1, or all 0 where it holds no term. Shape (terms). */
export function tfidfOf(vocabulary: Vocabulary, text: string): Float64Array {
  const values = new Float64Array(vocabulary.terms.length);
  tfidfReader(vocabulary)(text, (term, value) => {
    values[term] = value;
  });
  return values;
}

/** Reads a text and calls back for each term in it, once, with its TF-IDF. */
export type TfidfReader = (text: string, onTerm: (term: number, value: number) => void) => void;

/** A reader with buffers of its own; it allocates nothing for a text. */
export function tfidfReader(vocabulary: Vocabulary): TfidfReader {
  const find = termFinder(vocabulary.terms);
  const read = ngramReader(vocabulary);
  const { idf } = vocabulary;
  const counts = new Uint32Array(idf.length);
  const found = new Uint32Array(idf.length);
  let distinct = 0;
  const count = (units: Uint16Array, start: number, end: number): void => {
    const term = find(units, start, end);
    if (term < 0) return;
    if (counts[term]!++ === 0) found[distinct++] = term;
  };
  return (text, onTerm) => {
    distinct = 0;
    read(text, count);
    let squares = 0;
    for (let i = 0; i < distinct; i++) squares += (counts[found[i]!]! * idf[found[i]!]!) ** 2;
    const length = Math.sqrt(squares);
    for (let i = 0; i < distinct; i++) {
      const term = found[i]!;
      onTerm(term, (counts[term]! * idf[term]!) / length);
      counts[term] = 0;
    }
  };
}

/** The fields of a vocabulary in a file. */
export const vocabularyShape = {
  analyzer: "text",
  shortest: "integer",
  longest: "integer",
  terms: "texts",
  idf: Float64Array,
} as const;

/** Throws `model_invalid` where the vocabulary is none that is fitted. */
export function checkVocabulary(vocabulary: Omit<Vocabulary, "analyzer"> & { analyzer: string }): Vocabulary {
  const { analyzer, shortest, longest, terms, idf } = vocabulary;
  demand(analyzer === "words" || analyzer === "characters", "its vocabulary is of no known kind");
  demand(1 <= shortest && shortest <= longest && longest <= longestNgram, "its n-grams have no length");
  demand(
    terms.length <= mostTerms && idf.length === terms.length,
    "there is not one frequency for each term",
  );
  demand(
    terms.every(
      (term, i) => (i === 0 || terms[i - 1]! < term) && term !== "" && term.length <= maxTermLength,
    ),
    "its terms are not in order, or too long",
  );
  demand(
    idf.every((frequency) => frequency > 0),
    "a frequency is not positive",
  );
  return vocabulary as Vocabulary & { analyzer: Analyzer };
}

type OnNgram = (units: Uint16Array, start: number, end: number) => void;

/** Reads a text in the form in which every n-gram is one stretch of code units. */
function ngramReader({
  analyzer,
  shortest,
  longest,
}: Pick<Vocabulary, "analyzer" | "shortest" | "longest">): (text: string, onNgram: OnNgram) => void {
  let units = new Uint16Array(1024);
  /** Where each word or character begins; and where it ends. */
  let starts = new Uint32Array(1024);
  let ends = new Uint32Array(1024);
  const split = analyzer === "words" ? splitWords : splitCharacters;
  return (text, onNgram) => {
    const lower = text.slice(0, maxTfidfText).toLowerCase();
    if (units.length < lower.length + 1) {
      units = new Uint16Array(2 * lower.length);
      starts = new Uint32Array(2 * lower.length);
      ends = new Uint32Array(2 * lower.length);
    }
    const count = split(lower, units, starts, ends);
    for (let first = 0; first < count; first++) {
      const last = Math.min(first + longest, count);
      for (let end = first + shortest; end <= last; end++)
        if (ends[end - 1]! - starts[first]! <= maxTermLength) onNgram(units, starts[first]!, ends[end - 1]!);
    }
  };
}

const blank = 0x20;
const letterOrDigit = /[\p{L}\p{N}_]/u;
const whiteSpace = /[\s\x1c-\x1f\x85]/;
const byteOrderMark = 0xfeff;

type CharacterKind = 1 | 2 | 3;
/** What words consist of, white space, and the rest. */
const wordCharacter = 1;
const spaceCharacter = 2;
/** The kinds of the code points up to U+FFFF that were met so far; 0 for the others. */
const knownKinds = new Uint8Array(0x10000);

function kindOf(code: number): CharacterKind {
  const known = knownKinds[code];
  if (known) return known as CharacterKind;
  const character = String.fromCodePoint(code);
  const isSpace = whiteSpace.test(character) && code !== byteOrderMark;
  const kind = letterOrDigit.test(character) ? wordCharacter : isSpace ? spaceCharacter : 3;
  if (code < knownKinds.length) knownKinds[code] = kind;
  return kind;
}

/** Writes the words with a blank between, and where they stand; returns their number. */
function splitWords(text: string, units: Uint16Array, starts: Uint32Array, ends: Uint32Array): number {
  let words = 0;
  let length = 0;
  let wordStart = 0;
  let characters = 0;
  const endWord = (): void => {
    if (characters >= 2) {
      starts[words] = wordStart;
      ends[words++] = length;
      units[length++] = blank;
    } else length = wordStart;
    wordStart = length;
    characters = 0;
  };
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i)!;
    const width = code > 0xffff ? 2 : 1;
    if (kindOf(code) === wordCharacter) {
      for (let k = 0; k < width; k++) units[length++] = text.charCodeAt(i + k);
      characters++;
    } else if (characters > 0) endWord();
    i += width;
  }
  if (characters > 0) endWord();
  return words;
}

/** Writes the characters with runs of white space as one blank; a run of one keeps what it is. Returns their number. */
function splitCharacters(text: string, units: Uint16Array, starts: Uint32Array, ends: Uint32Array): number {
  let characters = 0;
  let length = 0;
  let wasSpace = false;
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i)!;
    const width = code > 0xffff ? 2 : 1;
    const isSpace = kindOf(code) === spaceCharacter;
    if (isSpace && wasSpace) units[length - 1] = blank;
    else {
      starts[characters] = length;
      for (let k = 0; k < width; k++) units[length++] = text.charCodeAt(i + k);
      ends[characters++] = length;
    }
    wasSpace = isSpace;
    i += width;
  }
  return characters;
}

/** Finds the number of a term from its code units: an open hash table over the terms, one after the other. */
function termFinder(terms: readonly string[]): (units: Uint16Array, start: number, end: number) => number {
  const letters = new Uint16Array(terms.reduce((sum, term) => sum + term.length, 0));
  const starts = new Uint32Array(terms.length + 1);
  for (const [index, term] of terms.entries()) {
    const start = starts[index]!;
    for (let i = 0; i < term.length; i++) letters[start + i] = term.charCodeAt(i);
    starts[index + 1] = start + term.length;
  }
  const mask = 2 ** Math.ceil(Math.log2(2 * terms.length + 2)) - 1;
  const cells = new Int32Array(mask + 1).fill(-1);
  for (let term = 0; term < terms.length; term++) {
    let cell = hashOf(letters, starts[term]!, starts[term + 1]!) & mask;
    while (cells[cell]! >= 0) cell = (cell + 1) & mask;
    cells[cell] = term;
  }
  return (units, start, end) => {
    for (let cell = hashOf(units, start, end) & mask; cells[cell]! >= 0; cell = (cell + 1) & mask) {
      const term = cells[cell]!;
      const at = starts[term]!;
      if (starts[term + 1]! - at !== end - start) continue;
      let i = start;
      while (i < end && units[i] === letters[at + i - start]) i++;
      if (i === end) return term;
    }
    return -1;
  };
}

/** FNV-1a over code units. */
function hashOf(units: Uint16Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
