import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { VocabularyOptions } from "../../src/models/tfidf.ts";
import {
  checkVocabulary,
  fitVocabulary,
  maxTfidfText,
  tfidfOf,
  tfidfReader,
} from "../../src/models/tfidf.ts";

interface Fitted {
  readonly terms: readonly string[];
  readonly idf: readonly number[];
  readonly rows: readonly (readonly (readonly [term: number, value: number])[])[];
}
interface Reference {
  readonly texts: readonly string[];
  readonly trained: number;
  readonly words: Fitted;
  readonly characters: Fitted;
}

const reference = JSON.parse(
  readFileSync(new URL("../fixtures/tfidf.json", import.meta.url), "utf8"),
) as Reference;
const words: VocabularyOptions = { analyzer: "words", shortest: 1, longest: 2, terms: 1000 };
const characters: VocabularyOptions = { ...words, analyzer: "characters" };

describe.each(["words", "characters"] as const)("against scikit-learn, %s", (analyzer) => {
  const expected = reference[analyzer];
  const vocabulary = fitVocabulary(reference.texts.slice(0, reference.trained), {
    ...words,
    analyzer,
    terms: expected.terms.length,
  });

  test("the vocabulary is the same", () => {
    expect(vocabulary.terms).toEqual(expected.terms);
    for (const [term, idf] of expected.idf.entries()) expect(vocabulary.idf[term]).toBeCloseTo(idf, 9);
  });

  test("so are the values of each text", () => {
    expect(expected.rows).toHaveLength(60);
    for (const [index, row] of expected.rows.entries()) {
      const values = new Float64Array(expected.terms.length);
      for (const [term, value] of row) values[term] = value;
      for (const [term, value] of tfidfOf(vocabulary, reference.texts[index]!).entries())
        expect(
          Math.abs(value - values[term]!),
          `text ${index}, ${JSON.stringify(vocabulary.terms[term])}`,
        ).toBeLessThan(1e-6);
    }
  });
});

describe("terms", () => {
  const termsOf = (text: string, options: VocabularyOptions): readonly string[] =>
    fitVocabulary([text], options).terms;

  test.each<[string, readonly string[]]>([
    ["", []],
    ["a b c", []],
    ["one", ["one"]],
    ["ONE a two", ["one", "one two", "two"]],
    ["id=1'or'1", ["id", "id or", "or"]],
    ["__x--__y", ["__x", "__x __y", "__y"]],
  ])("of words in %j", (text, terms) => {
    expect(termsOf(text, words)).toEqual(terms);
  });

  test.each<[string, readonly string[]]>([
    ["", []],
    ["a", ["a"]],
    ["Ab", ["a", "ab", "b"]],
    ["a \t b", [" ", " b", "a", "a ", "b"]],
    ["a\tb", ["\t", "\tb", "a", "a\t", "b"]],
    ["𝐀b", ["b", "𝐀", "𝐀b"]],
  ])("of characters in %j", (text, terms) => {
    expect(termsOf(text, characters)).toEqual(terms);
  });

  test("those that occur most often are kept; of equals the first", () => {
    expect(termsOf("cc bb aa cc", { ...words, longest: 1, terms: 2 })).toEqual(["aa", "cc"]);
  });

  test("what lies beyond the limit is not read", () => {
    const vocabulary = fitVocabulary(["aa"], words);
    expect([...tfidfOf(vocabulary, `${" ".repeat(maxTfidfText - 2)}aa`)]).toEqual([1]);
    expect([...tfidfOf(vocabulary, `${" ".repeat(maxTfidfText)}aa`)]).toEqual([0]);
  });
});

describe("the reader", () => {
  test("names each term once, with values of length 1, whatever the text", () => {
    const vocabulary = fitVocabulary(reference.texts, characters);
    const read = tfidfReader(vocabulary);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const seen = new Map<number, number>();
        let calls = 0;
        read(text, (term, value) => {
          calls++;
          seen.set(term, value);
        });
        expect(seen.size).toBe(calls);
        const squares = [...seen.values()].reduce((sum, value) => sum + value * value, 0);
        if (calls > 0) expect(squares).toBeCloseTo(1, 9);
      }),
    );
  });

  test("reads a text after another as if it were the first", () => {
    const vocabulary = fitVocabulary(reference.texts, words);
    const read = tfidfReader(vocabulary);
    const valuesOf = (text: string): number[] => {
      const values: number[] = [];
      read(text, (term, value) => values.push(term, value));
      return values;
    };
    const first = reference.texts.map(valuesOf);
    expect([...reference.texts].reverse().map(valuesOf).reverse()).toEqual(first);
  });
});

describe("a vocabulary from a file is refused", () => {
  const vocabulary = fitVocabulary(["aa bb"], words);

  test("only where it is wrong", () => {
    expect(checkVocabulary(vocabulary)).toEqual(vocabulary);
  });

  test.each<[string, object]>([
    ["another analyzer", { analyzer: "lines" }],
    ["n-grams of nothing", { shortest: 0 }],
    ["n-grams the wrong way round", { shortest: 2, longest: 1 }],
    ["n-grams without end", { longest: 1000 }],
    ["terms out of order", { terms: ["bb", "aa", "aa bb"] }],
    ["a term twice", { terms: ["aa", "aa", "bb"] }],
    ["an empty term", { terms: ["", "aa", "bb"] }],
    ["a term too long", { terms: ["aa", "b".repeat(129), "c"] }],
    ["a frequency too few", { idf: Float64Array.of(1, 1) }],
    ["a frequency of zero", { idf: Float64Array.of(1, 0, 1) }],
  ])("%s", (_, change) => {
    expect(() => checkVocabulary({ ...vocabulary, ...change })).toThrow(
      expect.objectContaining({ code: "model_invalid" }),
    );
  });
});
