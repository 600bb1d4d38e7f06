import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { followKeywords, keywordLists, keywordStart } from "../../src/features/keywords.ts";

/** The published definition. */
const published = {
  sql: /\b(?:select|union|insert|update|delete|drop|from|where|or|and|having|sleep|benchmark)\b/gi,
  script: /script|onerror|onload|alert|javascript:|iframe|svg/gi,
  shell: /\/bin\/|\/etc\/|\b(?:cat|wget|curl|bash|cmd|ping|whoami|id)\b/gi,
  code: /<\?php|eval\(|system\(|exec\(|base64_decode|\$\{|\{\{/gi,
};

type Counts = Record<keyof typeof published, number>;

function publishedCounts(text: string): Counts {
  const count = (pieces: RegExp): number => text.match(pieces)?.length ?? 0;
  const { sql, script, shell, code } = published;
  return { sql: count(sql), script: count(script), shell: count(shell), code: count(code) };
}

/** Counts in the byte string `text`, which is handed over in pieces of `size` bytes. */
function counted(text: string, size = text.length + 1): Counts {
  const counts = new Uint32Array(5);
  const bytes = Buffer.from(`${text} `, "latin1");
  let place: number = keywordStart;
  for (let from = 0; from < bytes.length; from += size) {
    const piece = bytes.subarray(from, from + size);
    place = followKeywords(piece, piece.length, place, counts);
  }
  const { sql, script, shell, code } = keywordLists;
  return { sql: counts[sql]!, script: counts[script]!, shell: counts[shell]!, code: counts[code]! };
}

/** Whatever any list holds, and whatever may stand beside it. */
const fragments = fc.constantFrom(
  ...Object.values(published).flatMap(({ source }) =>
    source
      .replace(/\\b|\(\?:|\)$/g, "")
      .replaceAll("\\", "")
      .split(/[|)]/),
  ),
  ...["java", "/", "bin", "etc/", "{", "$", "(", "_", "4", " ", "\n", "S", "aN", "d", "x", "\xc3\xa9", "K"],
);

describe("what is counted is what the published expressions match", () => {
  test.each([
    ["a word alone", "SELECT"],
    ["a word inside another", "selection for Android, band, or_"],
    ["a word between marks", "(or)and/id;id"],
    ["words that share a blank", "or or and or"],
    ["a word beside bytes outside ASCII", "\xe9or or\xe9 \xe9"],
    ["pieces that share a slash", "/bin/etc/ /bin/bin/bin/ /etc/cat/bin/id/etc/"],
    ["pieces that share a letter", "base64_decodeval( base64_decodexec( eval("],
    ["braces in a row", "{ {{ {{{ {{{{ ${{ ${{{ $${"],
    ["a scheme with its word inside", "javascript: javascript JAVASCRIPT:script"],
    ["nothing", ""],
  ])("%s", (_, text) => {
    expect(counted(text)).toEqual(publishedCounts(text));
  });

  test("any sequence of their own fragments", () => {
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 24 }), (parts) => {
        const text = parts.join("");
        expect(counted(text)).toEqual(publishedCounts(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString("latin1");
        expect(counted(text)).toEqual(publishedCounts(text));
      }),
    );
  });
});

test("a text may come in pieces of any size", () => {
  fc.assert(
    fc.property(fc.array(fragments, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      expect(counted(parts.join(""), size)).toEqual(counted(parts.join("")));
    }),
  );
});
