/**
 * What kinds of characters a text holds, found in one pass without branches. Most values hold few: whoever knows which need
 * not look for what can not be there.
 */

import { scratchBytes } from "./scratch.ts";

/** Kinds of characters, one bit each. A character may be of several. */
export const marks = {
  /** None of letters, digits, `_` and `-`. */
  beyondWord: 1,
  /** None of these and `/`. */
  beyondPath: 2,
  /** None of a word and `[`, `]`, `:`: no plain name of a field. */
  beyondField: 4,
  /** None of a field and `.`: no plain name. */
  beyondName: 8,
  /** None of letters, digits, blanks, `,`, `.`, `!`, `-` and what is beyond ASCII. */
  beyondProse: 16,
  /** `%`, `&`, a backslash, and what begins UTF-8: any layer of encoding begins with one of these. */
  layer: 32,
  /** What any rewriting needs: quotes, a backslash, `$`, `/`, `#`, `-`, `x`, `(`, `+`, `{`. */
  disguise: 64,
  equals: 128,
  brace: 256,
  quote: 512,
  /** What elements, attributes, scripts and their addresses need: `<`, quotes, `(`, `:`. */
  markup: 1_024,
  /** What separates commands, sends output away or stands for more: `;`, `|`, `&`, `$`, backquotes, `<`, `>`, `?`, `*`, ends of lines. */
  shell: 2_048,
  /** What the marks of template engines begin with: `{`, `$`, `#`, `*`, `<`, `[`, `@`, `~`. */
  template: 4_096,
  lineEnd: 8_192,
  nul: 16_384,
  /** What filters and calls are put in. */
  parenthesis: 32_768,
  /** What operators of document stores begin with. */
  dollar: 65_536,
  angle: 131_072,
  /** What tags of YAML begin with. */
  exclamation: 262_144,
  /** Controls but for tabs and ends of lines: binary data holds them. */
  control: 524_288,
  /** `0` and `/`: the first bytes of serialized objects hold one in base64 and in hexadecimal digits. */
  spelledStream: 1_048_576,
} as const;

/** Which characters are of a kind; a kind that begins with "beyond" is of all others. */
const characters: Readonly<Record<keyof typeof marks, RegExp>> = {
  beyondWord: /[^\w-]/,
  beyondPath: /[^\w/-]/,
  beyondField: /[^\w[\]:-]/,
  beyondName: /[^\w[\]:.-]/,
  beyondProse: /[^0-9A-Za-z ,.!\x80-\xff-]/,
  layer: /[%&\\\xc0-\xff]/,
  disguise: /['"`\\$/#xX(+{-]/,
  equals: /=/,
  brace: /\{/,
  quote: /['"]/,
  markup: /[<'"`(:]/,
  shell: /[;|&\n$`<>?*]/,
  template: /[{$#*<[@~]/,
  lineEnd: /[\r\n]/,
  nul: /\0/,
  parenthesis: /[()]/,
  dollar: /\$/,
  angle: /</,
  exclamation: /!/,
  control: /[\0-\x08\x0e-\x1f]/,
  spelledStream: /[0/]/,
};

const marksOfCode = new Uint32Array(256);
for (let code = 0; code < 256; code++) {
  for (const [name, pattern] of Object.entries(characters))
    if (pattern.test(String.fromCharCode(code))) marksOfCode[code]! |= marks[name as keyof typeof marks];
}

/** From this length on, filling a buffer pays off. */
const shortestCopied = 40;

/** The kinds of all characters of a byte string. */
export function marksOf(text: string): number {
  let found = 0;
  if (text.length < shortestCopied) {
    for (let i = 0; i < text.length; i++) found |= marksOfCode[text.charCodeAt(i)]!;
  } else {
    const bytes = scratchBytes(text);
    for (let i = 0; i < text.length; i++) found |= marksOfCode[bytes[i]!]!;
  }
  return found;
}
