import { describe, expect, it } from "vitest";
import { dress, mixCase, respace } from "../../../corpus/generate/dress.ts";
import { loadGrammars } from "../../../corpus/generate/grammars.ts";
import { obscure } from "../../../corpus/generate/obscure.ts";
import { seededRandom } from "../../../src/random.ts";

const words = loadGrammars().benign.prose;

describe("dressing a value", () => {
  it("leaves most values as they are, and changes some", () => {
    const random = seededRandom(1);
    const dressed = Array.from({ length: 1000 }, () => dress(random, "X <y>", words));
    const unchanged = dressed.filter((text) => text === "X <y>").length;
    expect(unchanged).toBeGreaterThan(600);
    expect(unchanged).toBeLessThan(850);
    expect(dressed.some((text) => text.includes("%3Cy%3E"))).toBe(true);
    expect(dressed.some((text) => text.endsWith(" X <y>"))).toBe(true);
  });

  it("replaces blanks in one value of sixteen, all or some of them", () => {
    const random = seededRandom(1);
    const changed = Array.from({ length: 1000 }, () => respace(random, "a b c d e f")).filter(
      (text) => text !== "a b c d e f",
    );
    expect(changed.length).toBeGreaterThan(30);
    expect(changed.length).toBeLessThan(100);
    const some = changed.filter((text) => text.includes(" ") && !text.includes("  "));
    expect(some.length).toBeGreaterThan(5);
    expect(some.length).toBeLessThan(changed.length - 5);
  });

  it("mixes the case of letters and nothing else", () => {
    const mixed = mixCase(seededRandom(1), "union select '1'");
    expect(mixed).not.toBe("union select '1'");
    expect(mixed.toLowerCase()).toBe("union select '1'");
  });
});

describe("obscuring a payload", () => {
  it("keeps the words of SQL and the tags of HTML, in other spellings", () => {
    const random = seededRandom(1);
    const spellings = new Set(Array.from({ length: 300 }, () => obscure(random, "sqli", "1 union select 2")));
    expect(spellings.size).toBeGreaterThan(10);
    for (const spelling of spellings) {
      expect(spelling.toLowerCase()).toContain("union");
      expect(spelling.toLowerCase()).toContain("select");
    }
    for (let i = 0; i < 100; i++)
      expect(obscure(random, "xss", "<svg onload=alert(1)>").toLowerCase().replace(/\s+/, " ")).toBe(
        "<svg onload=alert(1)>",
      );
  });

  it("breaks lines at blanks where a line end is a blank, and leaves commands on their line", () => {
    const random = seededRandom(1);
    const broken = (type: "sqli" | "ssti" | "cmdi"): number =>
      Array.from({ length: 400 }, () => obscure(random, type, "a b c")).filter((text) => text.includes("\n"))
        .length;
    expect(broken("sqli")).toBeGreaterThan(8);
    expect(broken("ssti")).toBeGreaterThan(8);
    expect(broken("cmdi")).toBe(0);
  });

  it("leaves the classes alone for which it knows no spelling", () => {
    const random = seededRandom(1);
    for (let i = 0; i < 50; i++) expect(obscure(random, "ldapi", "*)(uid=*")).toBe("*)(uid=*");
  });
});
