/**
 * Keeps the demo an examination: what shares a string with one of its texts is not trained on. Grammars write, of
 * themselves, some of what everybody writes, such as `/.git/config`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { buildTransaction, type RequestParts } from "../src/transaction/build.ts";
import { sharedStringFinder } from "./shared-strings.ts";

const trafficFolder = new URL("../demo/traffic/", import.meta.url);

/** The texts of the demo that matter: every attack, and everything harmless that was written by hand. */
export function examTexts(): string[] {
  return (
    readdirSync(trafficFolder)
      // The history is what the site teaches before the examination, and no question of it.
      .filter((name) => name.endsWith(".jsonl") && name !== "history.jsonl")
      .flatMap((name) => readFileSync(new URL(name, trafficFolder), "utf8").split("\n"))
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { text?: string }).text)
      .filter((text) => text !== undefined)
  );
}

/** Every value of a request, as text. */
export function valuesOf(request: RequestParts): string[] {
  return buildTransaction(request).parameters.map(({ value }) =>
    Buffer.from(value, "latin1").toString("utf8"),
  );
}

/** Gives a test that is true for a request with a value that shares a string with the demo. */
export function holdOut(): (request: RequestParts) => boolean {
  const finder = sharedStringFinder(examTexts());
  return (request) => valuesOf(request).some((value) => finder.find(value).length > 0);
}
