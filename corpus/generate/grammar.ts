/**
 * Text grammars: the form in which the corpus says what attacks and ordinary traffic look like. A grammar file is a list
 * of rules; each line under `== name` is one way to write that rule. `⟨name⟩` stands for another rule.
 *
 *     ⟨name⟩           one expansion of the rule, or a built-in such as `int`, `hex`, `nl`
 *     ⟨a|b|⟩           one of the literals between the bars; none of them may hold a reference
 *     ⟨name#1⟩         the same expansion wherever `name#1` stands again in this text
 *     ⟨name*2-5⟩       two to five expansions in a row
 *     ⟨name:url:b64⟩   the expansion, encoded (see `encoding.ts`) or in another markup (see `markup.ts`)
 *
 * Lines that open with `##` are comments; white space around a line does not count (`⟨sp⟩`, `⟨nl⟩` and `⟨tab⟩` do).
 */
import type { Random } from "../../src/random.ts";
import { builtIns } from "./built-ins.ts";
import { encodings } from "./encoding.ts";
import { markups } from "./markup.ts";

const writings = { ...encodings, ...markups };

type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "oneOf"; readonly texts: readonly string[] }
  | {
      readonly kind: "rule";
      readonly name: string;
      readonly memory: string | undefined;
      readonly least: number;
      readonly most: number;
      readonly encodings: readonly string[];
    };

type Line = readonly Piece[];
type Rules = ReadonlyMap<string, readonly Line[]>;

/** A set of rules that can be expanded from any of its names. */
export interface Grammar {
  readonly names: ReadonlySet<string>;
  /** One text made from the rule; advances `random`. Throws a plain `Error` for a name that is not in the grammar. */
  expand(random: Random, name: string): string;
}

/** Beyond this nesting the first line of each rule is taken, which must therefore not lead back to the rule itself. */
const depthBound = 24;

const ruleHead = /^== ([a-zA-Z][a-zA-Z0-9]*)$/;
const reference = /⟨([^⟨⟩]*)⟩/;
const ruleReference = /^([a-zA-Z][a-zA-Z0-9_-]*)(#[a-z0-9]+)?(?:\*(\d+)-(\d+))?((?::[a-z0-9]+)*)$/;

/**
 * Reads grammar files, later ones adding rules to earlier ones. `texts` are rules whose lines are taken as they stand,
 * by name. Throws a plain `Error` that names the file, the line and what is wrong.
 */
export function parseGrammar(
  files: readonly { readonly name: string; readonly text: string }[],
  texts: ReadonlyMap<string, readonly string[]> = new Map(),
): Grammar {
  const rules = new Map<string, Line[]>();
  for (const [name, lines] of texts)
    rules.set(
      name,
      lines.map((text) => [{ kind: "text", text }]),
    );
  for (const file of files) {
    let rule: Line[] | undefined;
    for (const [index, raw] of file.text.split("\n").entries()) {
      const line = raw.trim();
      if (line === "" || line.startsWith("##")) continue;
      const name = ruleHead.exec(line)?.[1];
      if (name !== undefined) {
        if (rules.has(name)) throw new Error(`${file.name}:${index + 1}: the rule ${name} stands twice`);
        rule = [];
        rules.set(name, rule);
      } else if (rule === undefined) {
        throw new Error(`${file.name}:${index + 1}: a line before the first rule`);
      } else {
        rule.push(parseLine(line, `${file.name}:${index + 1}`));
      }
    }
  }
  checkReferences(rules);
  return {
    names: new Set(rules.keys()),
    expand: (random, name) => expandRule(rules, random, name, new Map(), 0),
  };
}

function parseLine(line: string, place: string): Line {
  const pieces: Piece[] = [];
  for (const [index, part] of line.split(reference).entries()) {
    if (index % 2 === 0) {
      if (part !== "") pieces.push({ kind: "text", text: part });
    } else if (part.includes("|")) {
      pieces.push({ kind: "oneOf", texts: part.split("|") });
    } else {
      const match = ruleReference.exec(part);
      if (match === null) throw new Error(`${place}: cannot read the reference ⟨${part}⟩`);
      pieces.push({
        kind: "rule",
        name: match[1]!,
        memory: match[2] === undefined ? undefined : match[1]! + match[2],
        least: Number(match[3] ?? 1),
        most: Number(match[4] ?? 1),
        encodings: match[5]!.split(":").slice(1),
      });
    }
  }
  return pieces;
}

function checkReferences(rules: Rules): void {
  for (const [name, lines] of rules) {
    if (lines.length === 0) throw new Error(`the rule ${name} has no line`);
    for (const piece of lines.flat()) {
      if (piece.kind !== "rule") continue;
      if (!rules.has(piece.name) && builtIns[piece.name] === undefined) {
        throw new Error(`the rule ${name} refers to ${piece.name}, which does not exist`);
      }
      for (const encoding of piece.encodings) {
        if (writings[encoding] === undefined)
          throw new Error(`the rule ${name} uses ${encoding}, which is no encoding`);
      }
    }
  }
}

function expandRule(
  rules: Rules,
  random: Random,
  name: string,
  memory: Map<string, string>,
  depth: number,
): string {
  const lines = rules.get(name);
  if (lines === undefined) {
    const builtIn = builtIns[name];
    if (builtIn === undefined) throw new Error(`there is no rule ${name}`);
    return builtIn(random);
  }
  const line = lines[depth > depthBound ? 0 : random.below(lines.length)]!;
  let text = "";
  for (const piece of line) {
    if (piece.kind === "text") text += piece.text;
    else if (piece.kind === "oneOf") text += piece.texts[random.below(piece.texts.length)]!;
    else text += expandPiece(rules, random, piece, memory, depth);
  }
  return text;
}

function expandPiece(
  rules: Rules,
  random: Random,
  piece: Extract<Piece, { kind: "rule" }>,
  memory: Map<string, string>,
  depth: number,
): string {
  let text = piece.memory === undefined ? undefined : memory.get(piece.memory);
  if (text === undefined) {
    text = "";
    const times = piece.least + random.below(piece.most - piece.least + 1);
    for (let i = 0; i < times; i++) text += expandRule(rules, random, piece.name, memory, depth + 1);
    if (piece.memory !== undefined) memory.set(piece.memory, text);
  }
  for (const encoding of piece.encodings) text = writings[encoding]!(text);
  return text;
}
