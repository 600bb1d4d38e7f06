import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDirectives } from "../../src/seclang/directives.ts";

describe("parseDirectives", () => {
  it("reads a directive with quoted arguments and its line", () => {
    expect(parseDirectives('# a comment\n\nSecRule ARGS "@rx a b" "id:1,pass"\n')).toEqual([
      { name: "SecRule", arguments: ["ARGS", "@rx a b", "id:1,pass"], line: 3, lastLine: 3 },
    ]);
  });

  it("joins lines that end in a backslash and keeps the numbers of the first", () => {
    const text = 'SecMarker A\nSecAction \\\n  "id:1,\\\n  pass"\nSecMarker "B"';
    expect(parseDirectives(text)).toEqual([
      { name: "SecMarker", arguments: ["A"], line: 1, lastLine: 1 },
      { name: "SecAction", arguments: ["id:1,  pass"], line: 2, lastLine: 4 },
      { name: "SecMarker", arguments: ["B"], line: 5, lastLine: 5 },
    ]);
  });

  it("leaves a quote alone that is escaped or of the other kind", () => {
    expect(parseDirectives(`SecRule ARGS "@rx [\\"'] x" "id:1"`)[0]?.arguments).toEqual([
      "ARGS",
      `@rx ["'] x`,
      "id:1",
    ]);
  });

  it("keeps backslashes of patterns", () => {
    expect(parseDirectives('SecRule ARGS "@rx \\bfoo\\\\" "id:1"')[0]?.arguments[1]).toBe("@rx \\bfoo\\\\");
  });

  it("reads files with carriage returns and without a last newline", () => {
    expect(parseDirectives('SecRule A "b" \\\r\n  "id:1"\r\nSecMarker X').map(({ name }) => name)).toEqual([
      "SecRule",
      "SecMarker",
    ]);
  });

  it("never throws and never invents a directive in front of its line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const lines = text.split("\n").length;
        for (const { line } of parseDirectives(text)) expect(line).toBeLessThanOrEqual(lines);
      }),
    );
  });
});
