/** Operators on path traversal: spellings of separators and dots, detours, and encodings that the application undoes. */
import type { Random } from "../../src/random.ts";
import { anyCase, oneOf, operator, replaceSome } from "./operator.ts";
import { goodWords, someWords } from "./words.ts";

const dotDot = /\.\.(?=[/\\]|$)/g;
const separator = /[/\\]/g;

const percent = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

/** Encodings of one character of a path, of those that servers and applications are known to undo. */
function encoded(character: string, random: Random): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).padStart(2, "0");
  return oneOf(random, [
    percent(character),
    percent(character).toUpperCase(),
    `%25${hex}`,
    `%u00${hex}`,
    `%c0%${(0x80 | (code & 0x3f)).toString(16)}`,
    `%e0%80%${(0x80 | (code & 0x3f)).toString(16)}`,
  ]);
}

/** Operators on decoded paths. */
export const pathOperators = [
  operator("path-dot-segment", (payload, random) =>
    replaceSome(payload, separator, random, ([mark]) => `${mark}.${mark}`),
  ),
  operator("path-double-separator", (payload, random) =>
    replaceSome(payload, separator, random, ([mark]) => mark.repeat(2 + random.below(3))),
  ),
  operator("path-detour", (payload, random) =>
    replaceSome(payload, /(?<=[/\\]|^)(?=[a-z0-9.])/gi, random, () => `${oneOf(random, goodWords)}/../`),
  ),
  operator("path-words-detour", (payload, random) => {
    const depth = 1 + random.below(5);
    const folders = Array.from({ length: depth }, () => oneOf(random, goodWords));
    return `${folders.join("/")}/${"../".repeat(depth)}${payload}`;
  }),
  operator("path-more-parents", (payload, random) =>
    payload.replace(/\.\.([/\\])/, (_, mark: string) => `..${mark}`.repeat(2 + random.below(6))),
  ),
  operator("path-fewer-parents", (payload) => payload.replace(/\.\.[/\\]\.\.([/\\])/, "..$1")),
  operator("path-encode-separator", (payload, random) =>
    replaceSome(payload, separator, random, ([mark]) => encoded(mark, random)),
  ),
  operator("path-encode-dot", (payload, random) =>
    replaceSome(payload, /\.(?=\.|[/\\%])/g, random, ([mark]) => encoded(mark, random)),
  ),
  operator("path-encode-letter", (payload, random) =>
    replaceSome(payload, /(?<![%0-9a-fu])[g-tv-z]/g, random, ([letter]) => percent(letter)),
  ),
  operator("path-encode-all-parents", (payload, random) => {
    const form = encoded("/", random);
    const dot = random.below(2) === 0 ? "." : encoded(".", random);
    return payload.replaceAll(dotDot, dot + dot).replaceAll("/", form);
  }),
  operator("path-double-filter", (payload, random) => {
    const form = oneOf(random, ["....//", "..././", "....\\/"]);
    return payload.replaceAll("../", form);
  }),
  operator("path-other-separator", (payload, random) =>
    replaceSome(payload, separator, random, ([mark]) => (mark === "/" ? "\\" : "/")),
  ),
  operator("path-absolute", (payload) => payload.replace(/^(?:\.\.[/\\]){2,}/, "/")),
  operator("path-file-scheme", (payload, random) =>
    payload.startsWith("/")
      ? oneOf(random, ["file://", "file:", "FILE://", "file://localhost"]) + payload
      : undefined,
  ),
  operator("path-root-link", (payload, random) =>
    /^\/(?:etc|var|root|home|proc)\//.test(payload)
      ? oneOf(random, ["/proc/self/root", "/proc/1/root"]) + payload
      : undefined,
  ),
  operator(
    "path-null-behind",
    (payload, random) => `${payload}\0${oneOf(random, [".jpg", ".html", ".png", ".pdf"])}`,
  ),
  operator(
    "path-question-behind",
    (payload, random) =>
      `${payload}${oneOf(random, ["?", "#"])}${someWords(random, 1 + random.below(6)).replaceAll(" ", "-")}`,
  ),
  operator("path-case", (payload, random) =>
    /windows|winnt|boot\.ini|[a-z]:/i.test(payload)
      ? replaceSome(payload, /[a-z]{3,}/gi, random, ([name]) => anyCase(name, random))
      : undefined,
  ),
];
