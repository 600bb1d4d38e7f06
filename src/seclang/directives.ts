/**
 * A tolerant reader of SecLang, ModSecurity's configuration language: text becomes directives with their arguments. It
 * knows lines, comments, continuations and quotes, and leaves the meaning of operators and variables alone.
 */

/** One directive, such as `SecRule ARGS "@rx x" "id:1"`. */
export interface Directive {
  /** As written, such as "SecRule". */
  readonly name: string;
  /** Without the quotes around them; an escaped quote inside is unescaped. */
  readonly arguments: readonly string[];
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Number of its last line, which differs from the first where it is continued. */
  readonly lastLine: number;
}

/** Reads every directive of a configuration file, in order. Never throws: an unclosed quote ends with its line. */
export function parseDirectives(text: string): readonly Directive[] {
  const directives: Directive[] = [];
  let pending = "";
  let first = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (pending === "") {
      const start = line.trimStart();
      if (start === "" || start.startsWith("#")) continue;
      first = index + 1;
    }
    if (line.endsWith("\\")) {
      pending += line.slice(0, -1);
      continue;
    }
    const [name, ...rest] = splitWords(pending + line);
    pending = "";
    if (name !== undefined) directives.push({ name, arguments: rest, line: first, lastLine: index + 1 });
  }
  return directives;
}

/** Splits at blanks; a word in double or single quotes may hold blanks, and quotes of its own kind after a backslash. A doubled backslash escapes nothing. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    const character = line[at];
    if (character === " " || character === "\t") {
      at += 1;
      continue;
    }
    const quote = character === '"' || character === "'" ? character : undefined;
    let word = "";
    if (quote !== undefined) at += 1;
    while (at < line.length) {
      const next = line[at] ?? "";
      const following = line[at + 1];
      if (quote !== undefined && next === "\\" && (following === quote || following === "\\")) {
        word += following === quote ? quote : "\\\\";
        at += 2;
        continue;
      }
      at += 1;
      if (quote === undefined ? next === " " || next === "\t" : next === quote) break;
      word += next;
    }
    words.push(word);
  }
  return words;
}
