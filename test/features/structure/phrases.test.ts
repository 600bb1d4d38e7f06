import { expect, test } from "vitest";
import { countPhrases, phraseKinds, phrases } from "../../../src/features/structure/phrases.ts";

function countsOf(text: string): Record<string, number> {
  const counts = new Uint8Array(phraseKinds.length);
  countPhrases(text.toLowerCase(), counts);
  return Object.fromEntries(phraseKinds.map((kind, i) => [kind, counts[i]!]));
}

test("counts phrases of each kind, whatever their case", () => {
  expect(countsOf('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]>')).toMatchObject({ entity: 3, external: 1 });
  expect(countsOf("Runtime.getRuntime()")).toMatchObject({ java: 1, php: 0 });
  expect(countsOf("nothing of the kind")).toEqual(Object.fromEntries(phraseKinds.map((kind) => [kind, 0])));
});

test("phrases are in lower case, and no kind has one twice", () => {
  for (const kind of phraseKinds) {
    const list: readonly string[] = phrases[kind];
    expect(list.filter((phrase) => phrase !== phrase.toLowerCase())).toEqual([]);
    expect(new Set(list).size).toBe(list.length);
  }
});
