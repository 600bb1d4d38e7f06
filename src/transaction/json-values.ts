/**
 * Finds every name and scalar in a JSON text (RFC 8259) in one pass, without building the object: names that repeat
 * keep all their values, since applications differ in which of them they read. Broken JSON yields what was found so
 * far and says so.
 */

/** Receives each scalar: its path (`a.b.0`), and its text with escapes removed, both byte strings. */
export type JsonSink = (name: string, value: string) => void;

export interface JsonOutcome {
  /** False where the text is not JSON to its end, or nested deeper than the bound. */
  readonly complete: boolean;
  readonly tooDeep: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/** Reads the byte string `text`; nesting beyond `maxDepth` ends the reading. Never throws; linear in its length. */
export function readJsonValues(text: string, maxDepth: number, sink: JsonSink): JsonOutcome {
  /** Position of the next byte to read. */
  let at = 0;
  /** False once a scalar was found that JSON does not know: it is handed over all the same. */
  let wellFormed = true;
  /** For each open object or array: the path of the member being read, the index of it, and whether it is an object. */
  const paths: string[] = [];
  const indexes: number[] = [];
  const objects: boolean[] = [];

  const skipBlank = (): number => {
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      at++;
    }
    return -1;
  };

  const string = (): string | undefined => {
    const start = ++at;
    let escaped = false;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        const raw = text.slice(start, at++);
        return escaped ? removeEscapes(raw) : raw;
      }
      if (code === backslash) {
        escaped = true;
        wellFormed &&= isEscape(text, at + 1);
        at++;
      } else if (code < 0x20) wellFormed = false;
      at++;
    }
    return undefined;
  };

  const name = (key: string): void => {
    const top = paths.length - 1;
    paths[top] = top === 0 ? key : `${paths[top - 1]}.${key}`;
  };

  const outcome = (complete: boolean, tooDeep = false): JsonOutcome => ({
    complete: complete && wellFormed,
    tooDeep,
  });

  for (;;) {
    let code = skipBlank();
    // A value is expected here.
    if (code === 0x7b || code === 0x5b) {
      if (paths.length >= maxDepth) return outcome(false, true);
      at++;
      const inObject = code === 0x7b;
      code = skipBlank();
      if (code === (inObject ? 0x7d : 0x5d)) {
        at++;
      } else {
        paths.push("");
        objects.push(inObject);
        indexes.push(0);
        if (inObject) {
          if (!member()) return outcome(false);
        } else name("0");
        continue;
      }
    } else if (code === quote) {
      const value = string();
      if (value === undefined) return outcome(false);
      sink(paths.at(-1) ?? "", value);
    } else {
      const start = at;
      while (at < text.length && !isDelimiter(text.charCodeAt(at))) at++;
      if (at === start) return outcome(false);
      const scalar = text.slice(start, at);
      wellFormed &&= isLiteral(scalar);
      sink(paths.at(-1) ?? "", scalar);
    }
    // A value has ended: close what closes, and go on to the next member.
    for (;;) {
      code = skipBlank();
      if (paths.length === 0) return outcome(code === -1);
      const top = paths.length - 1;
      const inObject = objects[top]!;
      if (code === 0x2c) {
        at++;
        if (inObject) {
          if (!member()) return outcome(false);
        } else {
          indexes[top]!++;
          name(String(indexes[top]));
        }
        break;
      }
      if (code !== (inObject ? 0x7d : 0x5d)) return outcome(false);
      at++;
      paths.pop();
      objects.pop();
      indexes.pop();
    }
  }

  function member(): boolean {
    if (skipBlank() !== quote) return false;
    const key = string();
    if (key === undefined || skipBlank() !== 0x3a) return false;
    at++;
    name(key);
    return true;
  }
}

/** Bytes that end a scalar without quotes. */
const delimiters = new Set(Array.from(',]} \n\r\t"{[:', (character) => character.charCodeAt(0)));

function isDelimiter(code: number): boolean {
  return delimiters.has(code);
}

// Every byte can be matched in one way only, so that the work is linear.
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function isLiteral(scalar: string): boolean {
  return scalar === "true" || scalar === "false" || scalar === "null" || number.test(scalar);
}

const shortEscapes: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  "/": "/",
};

/** True where a known escape stands at `at`, after its backslash. */
function isEscape(text: string, at: number): boolean {
  return text[at] === "u" ? codeUnitAt(text, at + 1) >= 0 : Object.hasOwn(shortEscapes, text[at] ?? "");
}

/** The number that four hexadecimal digits at `at` spell, or -1. */
function codeUnitAt(text: string, at: number): number {
  const digits = text.slice(at, at + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** Removes the escapes of a string. An escape that JSON does not know loses its backslash, and no byte after it is lost. */
function removeEscapes(raw: string): string {
  let out = "";
  let copied = 0;
  for (let i = raw.indexOf("\\"); i >= 0 && i + 1 < raw.length; i = raw.indexOf("\\", i + 1)) {
    const kind = raw[i + 1]!;
    let decoded = shortEscapes[kind] ?? kind;
    let end = i + 2;
    const first = kind === "u" ? codeUnitAt(raw, end) : -1;
    if (first >= 0) {
      end += 4;
      let character = String.fromCharCode(first);
      if (first >= 0xd800 && first < 0xdc00 && raw.startsWith("\\u", end)) {
        const second = codeUnitAt(raw, end + 2);
        if (second >= 0xdc00 && second < 0xe000) {
          character += String.fromCharCode(second);
          end += 6;
        }
      }
      decoded = first < 0x80 ? character : Buffer.from(character, "utf8").toString("latin1");
    }
    out += raw.slice(copied, i) + decoded;
    copied = end;
    i = end - 1;
  }
  return out + raw.slice(copied);
}
