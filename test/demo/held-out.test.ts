/** The demo is a fair examination only while the detector has not seen its questions: nothing may be shared with training data. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { sharedStringFinder } from "./shared-strings.ts";

const root = path.resolve(import.meta.dirname, "../..");
const trainingFolders = [
  ["the project's own corpus", path.join(root, "corpus")],
  ["the public training data beside the project", path.resolve(root, "../shared/data")],
] as const;

/** The texts of the demo that matter: every attack, and everything harmless that was written by hand. */
function demoTexts(): string[] {
  const folder = path.join(root, "demo/traffic");
  const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return names.flatMap((name) =>
    readFileSync(path.join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { text?: string }).text)
      .filter((text) => text !== undefined),
  );
}

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("node_modules"));
}

/** Every value of every request in a traffic file, as text. */
function* valuesOf(file: string): Generator<string> {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  for (const line of text.split("\n")) {
    if (line === "") continue;
    for (const { value } of transactionOf(parseTrafficRow(line)).parameters) {
      yield Buffer.from(value, "latin1").toString("utf8");
    }
  }
}

describe("the demo's traffic", () => {
  const texts = demoTexts();

  it("brings hundreds of hand-written texts to compare", () => {
    expect(new Set(texts).size).toBeGreaterThan(800);
  });

  for (const [name, folder] of trainingFolders) {
    it(`shares no string with ${name}`, ({ skip }) => {
      const files = existsSync(folder) ? filesBelow(folder, /\.jsonl(?:\.gz)?$/) : [];
      if (files.length === 0) skip(`there are no traffic files in ${path.relative(root, folder)}`);
      const finder = sharedStringFinder(texts);
      const shared = files.flatMap((file) =>
        [...valuesOf(file)].flatMap((value) =>
          finder
            .find(value)
            .map((pair) => `${path.basename(file)}: ${pair.theirs.slice(0, 80)} | ${pair.ours.slice(0, 80)}`),
        ),
      );
      expect([...new Set(shared)]).toEqual([]);
    });
  }
});

describe("the demo's modules", () => {
  const imports = (folder: string): string[] =>
    filesBelow(path.join(root, folder), /\.ts$/).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => name.startsWith("."))
        .map((name) => path.relative(root, path.resolve(path.dirname(file), name))),
    );

  it("import nothing from the training corpus", () => {
    expect(imports("demo").filter((name) => name.startsWith("corpus"))).toEqual([]);
  });

  it("are imported by nothing of the training corpus and of the sources", () => {
    expect([...imports("corpus"), ...imports("src")].filter((name) => name.startsWith("demo"))).toEqual([]);
  });
});
