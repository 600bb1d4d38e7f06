import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marksOf } from "../../src/features/marks.ts";
import { knownValue, viewsOf } from "../../src/features/views.ts";

const viewsOfValue = (text: string) => viewsOf(text, marksOf(text), true, false);

describe("the views of a value", () => {
  test("are the decoded one, its rewritings, and what is nested in it", () => {
    const { decoded, rewritten, nested, exhausted } = viewsOfValue("un%2f**%2fion&b=c d");
    expect(decoded).toEqual(["un/**/ion&b=c d"]);
    expect(rewritten.map(({ text }) => text)).toContain("un ion&b=c d");
    expect(nested).toEqual([]);
    expect(exhausted).toBe(false);
    expect(viewsOfValue("?q=it's").nested).toEqual(["it's"]);
    expect(viewsOfValue(Buffer.from("*)(uid=*").toString("base64")).nested).toEqual(["*)(uid=*"]);
  });

  test("hold the raw value, too, where most of it vanished", () => {
    expect(viewsOfValue("%25%32%37%25%32%37").decoded).toEqual(["''", "%25%32%37%25%32%37"]);
  });

  test("of a name hold nothing nested", () => {
    expect(viewsOf("?q=it's", marksOf("?q=it's"), false, false).nested).toEqual([]);
  });

  test("do not depend on what was asked before", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const bytes = Buffer.from(text, "utf8").toString("latin1");
        const first = knownValue(bytes).views;
        expect(first).toEqual(viewsOfValue(bytes));
        expect(knownValue(bytes).views).toEqual(first);
      }),
    );
  });
});

describe("a long rewriting", () => {
  const prose = "The river runs past the old house and on to the sea. ".repeat(20);

  test("is read where something was changed, and around that", () => {
    const { rewritten } = viewsOfValue(`${prose}c'a't /etc/passwd ${prose}`);
    const [part] = rewritten;
    expect(part!.text.slice(part!.from, part!.until)).toContain("cat /etc/passwd");
    expect(part!.from).toBe(prose.length + 1 - 192);
    expect(part!.until - part!.from).toBeLessThan(500);
  });

  test("is read up to its ends where something was changed there", () => {
    const [part] = viewsOfValue(`c'a't ${prose}c'a't`).rewritten;
    expect([part!.from, part!.until]).toEqual([0, part!.text.length]);
  });

  test("always holds all that was changed", () => {
    const piece = fc.constantFrom(prose, "c'a't ", "a/**/b ", "'x'+'y' ", "words ");
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        for (const { text: rewritten, from, until } of viewsOfValue(text).rewritten) {
          expect(rewritten.slice(0, from)).toBe(text.slice(0, from));
          const behind = rewritten.length - until;
          expect(rewritten.slice(until)).toBe(text.slice(text.length - behind));
        }
      }),
    );
  });
});
