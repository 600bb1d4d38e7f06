import { describe, expect, test } from "vitest";
import { featuresPage } from "../../scripts/features-page.ts";
import { sourceFiles, textOf } from "./source-files.ts";

test("docs/reference/features.md is what scripts/write-docs.ts writes", () => {
  expect(textOf("docs/reference/features.md")).toBe(featuresPage());
});

describe.each(sourceFiles.map((file) => [file.path, file] as const))("%s", (_, file) => {
  test("opens with a comment on its idea", () => {
    const text = file.text.replace(/^#!.*\n/, "");
    expect(text.startsWith("/**")).toBe(true);
    expect(text.slice(0, text.indexOf("*/")).split("\n").length).toBeLessThanOrEqual(12);
  });

  test("says of every exported name what it is", () => {
    const lines = file.text.split("\n");
    const silent = lines.filter(
      (line, index) =>
        isExport(line) && !lines[index - 1]!.trimEnd().endsWith("*/") && !isExplained(lines, index),
    );
    expect(silent).toEqual([]);
  });

  test("has no remark on its past or future", () => {
    const comments = file.text.match(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g) ?? [];
    const remarks = comments.filter((comment) =>
      /\b(?:TODO|FIXME|XXX|HACK|legacy|deprecated)\b/.test(comment),
    );
    expect(remarks).toEqual([]);
  });
});

/** Names whose members say enough together. */
const plainNames = new Set(["Gateway", "SiteTable"]);

function isExport(line: string): boolean {
  return /^export (?:async )?(?:function|const|let|class|interface|type) [A-Za-z]/.test(line);
}

/** An interface may be explained member by member, and a type that is read off a value by that value. */
function isExplained(lines: readonly string[], index: number): boolean {
  const line = lines[index]!;
  if (/^export type \w+ = (?:keyof typeof|\(typeof) /.test(line)) return true;
  if (!line.startsWith("export interface")) return false;
  if (plainNames.has(line.split(" ")[2]!)) return true;
  const end = lines.indexOf("}", index);
  return lines.slice(index, end).some((member) => member.trimStart().startsWith("/**"));
}
