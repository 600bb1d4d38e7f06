/** The demo is a fair examination only while the detector has not seen its questions: nothing may be shared with training data. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { corpusRows } from "../../corpus/rows.ts";
import { examTexts, holdOut, valuesOf } from "../../scripts/held-out.ts";
import { sharedStringFinder } from "../../scripts/shared-strings.ts";
import { parseTrafficRow } from "../../src/traffic/traffic-row.ts";

const root = path.resolve(import.meta.dirname, "../..");
const trainingFolders = [
  ["the project's own corpus", path.join(root, "corpus")],
  ["the public training data beside the project", path.resolve(root, "../shared/data")],
] as const;

function filesBelow(folder: string, ending: RegExp): string[] {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && ending.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      // Recorded alarms hold digests and rule ids, and no requests.
      .filter((file) => !file.includes("node_modules") && !file.endsWith("alarms.jsonl.gz"))
  );
}

/** Every value of every request in a traffic file, as text. */
function* valuesOfFile(file: string): Generator<string> {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  for (const line of text.split("\n")) if (line !== "") yield* valuesOf(parseTrafficRow(line).request);
}

describe("the demo's traffic", () => {
  const texts = examTexts();

  it("brings hundreds of hand-written texts to compare", () => {
    expect(new Set(texts).size).toBeGreaterThan(800);
  });

  for (const [name, folder] of trainingFolders) {
    it(`shares no string with ${name}`, ({ skip }) => {
      const files = existsSync(folder) ? filesBelow(folder, /\.jsonl(?:\.gz)?$/) : [];
      if (files.length === 0) skip(`there are no traffic files in ${path.relative(root, folder)}`);
      const finder = sharedStringFinder(texts);
      const shared = files.flatMap((file) =>
        [...valuesOfFile(file)].flatMap((value) =>
          finder
            .find(value)
            .map((pair) => `${path.basename(file)}: ${pair.theirs.slice(0, 80)} | ${pair.ours.slice(0, 80)}`),
        ),
      );
      expect([...new Set(shared)]).toEqual([]);
    });
  }

  // Grammars write, of themselves, some of what everybody writes: training leaves such rows out.
  it("is held out of training, at the price of few generated rows", () => {
    const isHeldOut = holdOut();
    const asked = (value: string) => ({
      method: "GET",
      uri: `/?a=1&q=${encodeURIComponent(value)}`,
      headers: [],
    });
    const long = texts.filter((text) => text.length > 30);
    for (const text of long.slice(0, 100)) expect(isHeldOut(asked(`so: ${text}`)), text).toBe(true);
    expect(isHeldOut(asked("a lamp for the garden, please"))).toBe(false);

    const rows = [...corpusRows({ seed: 1, attacks: 6_000, benign: 6_000 })];
    const heldOut = rows.filter((row) => isHeldOut(parseTrafficRow(JSON.stringify(row)).request));
    expect(heldOut.length).toBeLessThan(rows.length / 50);
  });
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
