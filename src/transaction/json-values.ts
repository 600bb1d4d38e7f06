/**
 * Finds every name and scalar in a JSON text (RFC 8259) in one pass, without building the object: names that repeat
 * keep all their values, since applications differ in which of them they read. Broken JSON yields what was found so
 * far and says so.
 */

/** Receives each scalar: its path (`a.b.0`), and its text with escapes removed, both byte strings. */
export type JsonSink = (name: string, value: string) => void;

/** `complete` is false where the text is not JSON to its end, or nested deeper than the bound. */
export interface JsonOutcome {
  readonly complete: boolean;
  readonly tooDeep: boolean;
  /** True where an object names a key twice in a row of its members. */
  readonly duplicateKey: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/** Reads the byte string `text`; nesting beyond `maxDepth` ends the reading. Never throws. */
export function readJsonValues(text: string, maxDepth: number, sink: JsonSink): JsonOutcome {
  /** Position of the last read string's end; `string()` returns its content. */
  let at = 0;
  let duplicateKey = false;
  const names: string[] = [];
  const indexes: number[] = [];
  const keys: (Set<string> | undefined)[] = [];

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
        at++;
      }
      at++;
    }
    return undefined;
  };

  const path = (): string => {
    let joined = "";
    for (let i = 0; i < names.length; i++) joined += i === 0 ? names[i] : `.${names[i]}`;
    return joined;
  };

  const outcome = (complete: boolean, tooDeep = false): JsonOutcome => ({ complete, tooDeep, duplicateKey });

  for (;;) {
    let code = skipBlank();
    // A value is expected here.
    if (code === 0x7b || code === 0x5b) {
      if (names.length >= maxDepth) return outcome(false, true);
      at++;
      const inObject = code === 0x7b;
      code = skipBlank();
      if (code === (inObject ? 0x7d : 0x5d)) {
        at++;
      } else {
        names.push("");
        keys.push(inObject ? new Set() : undefined);
        indexes.push(0);
        if (inObject) {
          if (!member()) return outcome(false);
        } else names[names.length - 1] = "0";
        continue;
      }
    } else if (code === quote) {
      const value = string();
      if (value === undefined) return outcome(false);
      sink(path(), value);
    } else {
      const start = at;
      while (at < text.length && !isDelimiter(text.charCodeAt(at))) at++;
      if (at === start) return outcome(false);
      sink(path(), text.slice(start, at));
    }
    // A value has ended: close what closes, and go on to the next member.
    for (;;) {
      code = skipBlank();
      if (names.length === 0) return outcome(code === -1);
      const top = names.length - 1;
      const inObject = keys[top] !== undefined;
      if (code === 0x2c) {
        at++;
        if (inObject) {
          skipBlank();
          if (!member()) return outcome(false);
        } else {
          indexes[top]!++;
          names[top] = String(indexes[top]);
        }
        break;
      }
      if (code !== (inObject ? 0x7d : 0x5d)) return outcome(false);
      at++;
      names.pop();
      keys.pop();
      indexes.pop();
    }
  }

  function member(): boolean {
    if (skipBlank() !== quote) return false;
    const key = string();
    if (key === undefined || skipBlank() !== 0x3a) return false;
    at++;
    const seen = keys[keys.length - 1]!;
    if (seen.has(key)) duplicateKey = true;
    seen.add(key);
    names[names.length - 1] = key;
    return true;
  }
}

function isDelimiter(code: number): boolean {
  return (
    code === 0x2c ||
    code === 0x5d ||
    code === 0x7d ||
    code === 0x20 ||
    code === 0x0a ||
    code === 0x0d ||
    code === 0x09 ||
    code === quote ||
    code === 0x7b ||
    code === 0x5b ||
    code === 0x3a
  );
}

const shortEscapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function removeEscapes(raw: string): string {
  let out = "";
  let copied = 0;
  for (let i = raw.indexOf("\\"); i >= 0 && i + 1 < raw.length; i = raw.indexOf("\\", i + 1)) {
    const kind = raw[i + 1]!;
    let decoded = shortEscapes[kind] ?? kind;
    let end = i + 2;
    if (kind === "u") {
      const first = Number.parseInt(raw.slice(i + 2, i + 6), 16);
      if (!Number.isNaN(first) && i + 6 <= raw.length) {
        end = i + 6;
        let unit = String.fromCharCode(first);
        if (first >= 0xd800 && first < 0xdc00 && raw.startsWith("\\u", end)) {
          const second = Number.parseInt(raw.slice(end + 2, end + 6), 16);
          if (second >= 0xdc00 && second < 0xe000) {
            unit += String.fromCharCode(second);
            end += 6;
          }
        }
        decoded = first < 0x80 ? unit : Buffer.from(unit, "utf8").toString("latin1");
      }
    }
    out += raw.slice(copied, i) + decoded;
    copied = end;
    i = end - 1;
  }
  return out + raw.slice(copied);
}
