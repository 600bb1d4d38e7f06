import { describe, expect, it } from "vitest";
import { parseGrammar } from "../../../corpus/generate/grammar.ts";
import { loadGrammars } from "../../../corpus/generate/grammars.ts";
import { seededRandom } from "../../../src/random.ts";

const grammarOf = (text: string) => parseGrammar([{ name: "test", text }]);
const expand = (text: string, seed = 1): string => grammarOf(text).expand(seededRandom(seed), "start");

describe("a grammar", () => {
  it("replaces references by expansions of their rules", () => {
    expect(expand("== start\na ⟨b⟩ c\n== b\nx⟨sp⟩y")).toBe("a x y c");
  });

  it("chooses among the lines of a rule and among literals between bars", () => {
    const texts = new Set(Array.from({ length: 60 }, (_, seed) => expand("== start\n⟨x|y|⟩1\n2", seed)));
    expect([...texts].sort()).toEqual(["1", "2", "x1", "y1"]);
  });

  it("repeats a marked reference within one text, and only there", () => {
    const grammar = grammarOf("== start\n⟨hex8#a⟩=⟨hex8#a⟩=⟨hex8⟩");
    const random = seededRandom(1);
    const [first, second, third] = grammar.expand(random, "start").split("=");
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(grammar.expand(random, "start").split("=")[0]).not.toBe(first);
  });

  it("expands a reference several times in a row", () => {
    expect(expand("== start\n⟨b*3-3⟩\n== b\nx")).toBe("xxx");
  });

  it("encodes expansions, in the order written", () => {
    expect(expand("== start\n⟨b:url:b64⟩\n== b\n<'")).toBe(Buffer.from("%3C'").toString("base64"));
  });

  it("takes texts as rules of their own, references and line breaks in them as they stand", () => {
    const grammar = parseGrammar(
      [{ name: "test", text: "== start\n(⟨post⟩)" }],
      new Map([["post", ["⟨x⟩\ny"]]]),
    );
    expect(grammar.expand(seededRandom(1), "start")).toBe("(⟨x⟩\ny)");
  });

  it("skips comments and white space around lines, and ends recursion at its first line", () => {
    expect(expand("## note\n== start\n  x\n")).toBe("x");
    expect(expand("== start\n⟨b⟩\n== b\nx\n(⟨b⟩⟨b⟩)").length).toBeLessThan(100_000);
  });

  it.each([
    ["== start\n⟨missing⟩", /missing/],
    ["== start\n⟨b:nothing⟩\n== b\nx", /nothing/],
    ["== start\n⟨what is this⟩", /what is this/],
    ["== start\nx\n== start\ny", /twice/],
    ["== start\n== b\nx", /no line/],
    ["x", /before the first rule/],
  ])("refuses %j", (text, message) => {
    expect(() => grammarOf(text)).toThrow(message);
  });

  it("refuses to expand a rule that it does not have", () => {
    expect(() => grammarOf("== start\nx").expand(seededRandom(1), "other")).toThrow(/other/);
  });
});

describe("the grammars of the corpus", () => {
  const grammars = loadGrammars();

  it("all have a rule to start from", () => {
    for (const grammar of [...Object.values(grammars.attacks), ...Object.values(grammars.benign)])
      expect(grammar.names.has("payload") || grammar.names.has("request")).toBe(true);
  });

  it("leave no reference unexpanded", () => {
    const random = seededRandom(5);
    for (const grammar of [...Object.values(grammars.attacks), ...Object.values(grammars.benign)])
      for (const start of ["payload", "request"])
        for (let i = 0; grammar.names.has(start) && i < 300; i++)
          expect(grammar.expand(random, start)).not.toMatch(/[⟨⟩]/);
  });
});
