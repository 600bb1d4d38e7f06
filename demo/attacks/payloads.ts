/**
 * The attacks of the demo, one a line in `payloads/`, written for this demo alone. `␍`, `␊` and `␀` stand for the
 * control characters.
 */
import { readFileSync } from "node:fs";

/** The classes of attacks, by the name of their file of payloads; scanners have two, one of paths and one of user agents. */
export const payloadFiles = [
  "sqli",
  "xss",
  "cmdi",
  "path-traversal",
  "rfi",
  "ssti",
  "code-injection",
  "xxe",
  "ssrf",
  "nosqli",
  "ldapi",
  "crlf",
  "deserialization",
  "other",
  "scanner-paths",
  "scanner-agents",
] as const;

/** The name of a file of payloads. */
export type PayloadFile = (typeof payloadFiles)[number];

/** The payloads of one file. */
export function readPayloads(name: PayloadFile): string[] {
  return readFileSync(new URL(`payloads/${name}.txt`, import.meta.url), "utf8")
    .replaceAll("␍", "\r")
    .replaceAll("␊", "\u2028")
    .replaceAll("␀", "\0")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll("\u2028", "\n"));
}
