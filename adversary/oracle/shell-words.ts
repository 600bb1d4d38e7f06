/**
 * Expands shell scripts as bash does and notes which commands they would run, without running any: quotes, escapes,
 * variables, substitutions, braces, globs over a list of usual files, pipes into shells. What it does not know it refuses.
 */
import { posix } from "node:path";

/** A command with its arguments, as it would be run. */
export type Command = readonly string[];

/** Thrown for syntax that is wrong or not known here. */
class Refused extends Error {}

const commandNames =
  "arch awk base64 bash busybox cat chmod chown cp curl cut date dash dd df dig du echo env expr file find ftp gcc grep groups gzip head host hostname id ifconfig ip kill last less ln ls lsof make mkdir mknod more mount mv nano nc ncat netcat netstat nl node nohup nslookup od openssl passwd perl php ping printenv printf ps pwd python python3 rev rm rmdir route ruby sed sh sleep sort ssh stat strings su sudo tac tail tar tee telnet tftp time touch tr uname uniq uptime users vi vim w wc wget which who whoami xargs xxd zip".split(
    " ",
  );
const otherFiles =
  "/etc/passwd /etc/shadow /etc/group /etc/hosts /etc/hostname /etc/issue /etc/os-release /etc/fstab /etc/crontab /etc/profile /etc/resolv.conf /etc/ssh/sshd_config /proc/version /proc/self/environ /root/.ssh/id_rsa /root/.bash_history /var/log/auth.log /var/www/html/config.php /tmp/x".split(
    " ",
  );
const files: readonly string[] = [
  ...commandNames.flatMap((name) => [`/bin/${name}`, `/usr/bin/${name}`]),
  ...otherFiles,
];

/** Names of commands that this reader takes for such. */
export const knownCommands: ReadonlySet<string> = new Set(commandNames);
/** Commands that do nothing, whatever they are given. */
const idle: ReadonlySet<string> = new Set([":", "true", "false", "echo", "test", "["]);
const keywords: ReadonlySet<string> = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "!",
  "{",
  "}",
  "do",
  "done",
  "time",
]);
const refusedKeywords: ReadonlySet<string> = new Set([
  "while",
  "until",
  "for",
  "case",
  "select",
  "function",
  "[[",
  "coproc",
]);
const mostSteps = 4_000;
const deepest = 12;

/** Unquoted wildcards, until they are matched. */
const star = "\ue000";
const any = "\ue001";
const classOpen = "\ue002";
const variables: Readonly<Record<string, string>> = {
  IFS: " \t\n",
  HOME: "/root",
  PATH: "/usr/bin:/bin",
  USER: "www",
  PWD: "/srv",
  SHELL: "/bin/bash",
};

class Reader {
  readonly commands: Command[] = [];
  private readonly known = new Map(Object.entries(variables));
  private steps = 0;

  /** Runs a script and returns what it would write, as far as that is known. */
  run(script: string, depth: number): string {
    return new Line(script, this, depth).list("");
  }

  step(depth: number): void {
    if (++this.steps > mostSteps || depth > deepest) throw new Refused("too much");
  }

  value(name: string): string {
    return this.known.get(name) ?? "";
  }

  assign(name: string, value: string): void {
    this.known.set(name, value);
  }

  /** Runs one command; `input` is what it reads, where that is known. Returns what it writes. */
  execute(words: readonly string[], input: string | undefined, depth: number): string {
    this.step(depth);
    const [first, ...rest] = words;
    if (first === undefined) return "";
    const name = /^(?:\/usr)?\/bin\//.test(posix.normalize(first)) ? posix.basename(first) : first;
    if (refusedKeywords.has(name)) throw new Refused(name);
    if (keywords.has(name)) return this.execute(rest, input, depth);
    if (name === "eval") return this.run(rest.join(" "), depth + 1);
    if (name === "env" || name === "command" || name === "exec" || name === "nohup")
      if (rest.length > 0 && !rest[0]!.startsWith("-")) return this.execute(rest, input, depth + 1);
    if (/^(?:ba|da)?sh$/.test(name)) {
      if (rest[0] === "-c" && rest[1] !== undefined) return this.run(rest[1], depth + 1);
      if (rest.length === 0 && input !== undefined) return this.run(input, depth + 1);
    }
    if (name === "echo") return `${rest.join(" ")}\n`;
    if (name === "printf") return printed(rest);
    if (name === "base64" && input !== undefined && /^(?:-d|--decode|-D)$/.test(rest[0] ?? ""))
      return Buffer.from(input, "base64").toString("latin1");
    if (idle.has(name)) return "";
    this.commands.push([
      name,
      ...rest.map((word) => (word.includes("/") && !word.includes("://") ? posix.normalize(word) : word)),
    ]);
    return "";
  }
}

/** What printf writes, for the formats that hide text. */
function printed([format = "", ...values]: readonly string[]): string {
  if (format === "%s" || format === "%b") return ansi(values.join(""));
  if (format.includes("%")) throw new Refused("printf");
  return ansi(format);
}

/** A text with the escapes of C resolved. */
function ansi(text: string): string {
  return text.replace(/\\x([0-9a-f]{1,2})|\\([0-7]{1,3})|\\n|\\t/gi, (found, hex?: string, octal?: string) =>
    hex !== undefined
      ? String.fromCharCode(Number.parseInt(hex, 16))
      : octal !== undefined
        ? String.fromCharCode(Number.parseInt(octal, 8))
        : found === "\\n"
          ? "\n"
          : "\t",
  );
}

/** One script being read. */
class Line {
  private at = 0;
  private readonly text: string;
  private readonly reader: Reader;
  private readonly depth: number;

  constructor(text: string, reader: Reader, depth: number) {
    this.text = text;
    this.reader = reader;
    this.depth = depth;
  }

  /** Runs commands up to `end`, which it takes; what the last one writes. */
  list(end: string): string {
    let output = "";
    let input: string | undefined;
    let skipping = false;
    for (;;) {
      this.blanks();
      if (end !== "" && this.text.startsWith(end, this.at)) {
        this.at += end.length;
        return output;
      }
      if (this.at >= this.text.length) {
        if (end === "") return output;
        throw new Refused(`no ${end}`);
      }
      const command = this.command(end, input, skipping);
      output = command.output;
      this.blanks();
      const separator = /^(?:\|\||&&|\|&|;;|[;|&\n])/.exec(this.text.slice(this.at, this.at + 2))?.[0] ?? "";
      if (separator === ";;" || (separator !== "" && command.empty && separator !== "\n"))
        throw new Refused("no command");
      this.at += separator.length;
      input = separator === "|" || separator === "|&" ? output : undefined;
      // `||` behind what always succeeds.
      skipping = separator === "||" && command.idle;
      if (separator === "" && this.at < this.text.length && !this.text.startsWith(end || "\0", this.at))
        throw new Refused("words");
    }
  }

  private blanks(): void {
    for (;;) {
      while (/[ \t]/.test(this.text[this.at] ?? "x")) this.at++;
      if (this.text.startsWith("\\\n", this.at)) this.at += 2;
      else break;
    }
    if (this.text[this.at] === "#")
      while (this.at < this.text.length && this.text[this.at] !== "\n") this.at++;
  }

  /** Reads and runs one simple command or group. */
  private command(
    end: string,
    piped: string | undefined,
    skipping: boolean,
  ): { output: string; empty: boolean; idle: boolean } {
    this.reader.step(this.depth);
    const words: string[] = [];
    let input = piped;
    let assigned = false;
    let began = false;
    for (;;) {
      this.blanks();
      const character = this.text[this.at];
      if (
        character === undefined ||
        "\n;|&".includes(character) ||
        (end !== "" && this.text.startsWith(end, this.at))
      )
        break;
      if (character === "(" && words.every((word) => keywords.has(word))) {
        this.at++;
        const output = this.list(")");
        return { output, empty: false, idle: false };
      }
      if (character === "(" || character === ")") throw new Refused("parenthesis");
      const redirection = /^(?:\d?>&\d|&>>?|\d?>>?|<<<|<)/.exec(this.text.slice(this.at, this.at + 4))?.[0];
      if (redirection !== undefined) {
        this.at += redirection.length;
        began = true;
        if (redirection.includes(">&")) continue;
        this.blanks();
        const target = this.word(end).join(" ");
        if (target === "") throw new Refused("no file");
        if (redirection === "<<<") input = target;
        else if (redirection === "<") words.push(posix.normalize(target));
        else if (!/^\/dev\/null$/.test(target)) words.push(`>${target}`);
        continue;
      }
      const assignment =
        words.length === 0 ? /^[A-Za-z_]\w*=/.exec(this.text.slice(this.at, this.at + 60))?.[0] : undefined;
      began = true;
      if (assignment !== undefined) {
        this.at += assignment.length;
        this.reader.assign(assignment.slice(0, -1), this.word(end).join(" "));
        assigned = true;
        continue;
      }
      const before = this.at;
      words.push(...this.word(end));
      if (this.at === before) throw new Refused("no progress");
    }
    if (words[0] === "{" && words.length === 1) throw new Refused("group");
    const isIdle = idle.has(words[0] ?? "") || (words.length === 0 && assigned);
    const output = skipping ? "" : this.reader.execute(words, input, this.depth);
    return { output, empty: !began, idle: isIdle };
  }

  /** Reads one word and expands it to its fields. */
  private word(end: string): string[] {
    const braces = this.braces();
    if (braces !== undefined)
      return braces.flatMap((raw) => new Line(raw, this.reader, this.depth + 1).word(""));
    const fields: string[] = [];
    let current: string | undefined;
    const add = (text: string): void => {
      current = (current ?? "") + text;
    };
    const addSplit = (text: string): void => {
      const parts = text.split(/[ \t\n]+/);
      for (const [index, part] of parts.entries()) {
        if (index > 0 && current !== undefined) {
          fields.push(current);
          current = undefined;
        }
        if (part !== "") add(part);
      }
    };
    for (; this.at < this.text.length; ) {
      const character = this.text[this.at]!;
      if (/[ \t\n;|&()<>]/.test(character) || (end === "`" && character === "`")) break;
      if (character === "'") add(this.until("'"));
      else if (character === '"') add(this.doubleQuoted());
      else if (character === "\\") {
        const next = this.text[this.at + 1];
        this.at += 2;
        if (next !== undefined && next !== "\n") add(next);
        else if (next === undefined) throw new Refused("backslash");
      } else if (character === "$" || character === "`") {
        const { text, quoted } = this.expansion(end);
        if (quoted) add(text);
        else addSplit(text);
      } else {
        add(character === "*" ? star : character === "?" ? any : character === "[" ? classOpen : character);
        this.at++;
      }
    }
    if (current !== undefined) fields.push(current);
    return fields.flatMap(globbed);
  }

  /** The alternatives of a word that is one pair of braces, as written. */
  private braces(): string[] | undefined {
    if (this.text[this.at] !== "{") return undefined;
    const found = /^\{([^{}\s;|&()<>]*,[^{}\s;|&()<>]*)\}(?=[\s;|&)<>#]|$)/.exec(
      this.text.slice(this.at, this.at + 2_000),
    );
    if (found === null) return undefined;
    this.at += found[0].length;
    return found[1]!.split(",");
  }

  /** The text up to a quote at which the reader stands, and its partner. */
  private until(quote: string): string {
    const close = this.text.indexOf(quote, this.at + 1);
    if (close < 0) throw new Refused("quote");
    const text = this.text.slice(this.at + 1, close);
    this.at = close + 1;
    return text;
  }

  private doubleQuoted(): string {
    let text = "";
    for (this.at++; this.at < this.text.length; ) {
      const character = this.text[this.at]!;
      if (character === '"') {
        this.at++;
        return text;
      }
      if (character === "\\" && /[$`"\\\n]/.test(this.text[this.at + 1] ?? "")) {
        if (this.text[this.at + 1] !== "\n") text += this.text[this.at + 1];
        this.at += 2;
      } else if (character === "$" || character === "`") text += this.expansion("", true).text;
      else {
        text += character;
        this.at++;
      }
    }
    throw new Refused("double quote");
  }

  /** What a dollar or a backquote stands for. */
  private expansion(_end: string, inQuotes = false): { text: string; quoted: boolean } {
    if (this.text[this.at] === "`") {
      const inner = this.until("`");
      return { text: this.reader.run(inner, this.depth + 1).replace(/\n+$/, ""), quoted: false };
    }
    const next = this.text[this.at + 1] ?? "";
    if (next === "'" && !inQuotes) {
      this.at++;
      return { text: ansi(this.until("'")), quoted: true };
    }
    if (next === "(") {
      if (this.text[this.at + 2] === "(") throw new Refused("arithmetic");
      const inner = new Line(this.text.slice(this.at + 2), this.reader, this.depth + 1);
      const output = inner.list(")");
      this.at += 2 + inner.at;
      return { text: output.replace(/\n+$/, ""), quoted: false };
    }
    if (next === "{") {
      const found = /^\$\{([A-Za-z_]\w*|[0-9@*#?!$-])(?::(\d+):(\d+)|:?-([\w/. ]*)|%(\?*))?\}/.exec(
        this.text.slice(this.at, this.at + 80),
      );
      if (found === null) throw new Refused("parameter");
      this.at += found[0].length;
      const [, name, from, size, preset, cut] = found;
      const value = this.reader.value(name!);
      if (from !== undefined)
        return { text: value.slice(Number(from), Number(from) + Number(size)), quoted: false };
      if (preset !== undefined) return { text: value === "" ? preset : value, quoted: false };
      return { text: cut === undefined ? value : value.slice(0, value.length - cut.length), quoted: false };
    }
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?!$-])/.exec(this.text.slice(this.at + 1, this.at + 60))?.[0];
    if (name === undefined) {
      this.at++;
      return { text: "$", quoted: true };
    }
    this.at += 1 + name.length;
    return { text: this.reader.value(name), quoted: false };
  }
}

/** The files that a field with wildcards names, or the field itself. */
function globbed(field: string): string[] {
  const plain = field.replaceAll(star, "*").replaceAll(any, "?").replaceAll(classOpen, "[");
  if (plain === field) return [field];
  const wanted = posix.normalize(field);
  const pattern = wanted.replace(/[\s\S]/g, (character) =>
    character === star
      ? "[^/]*"
      : character === any
        ? "[^/]"
        : character === classOpen
          ? "["
          : character === "]" || character === "-"
            ? character
            : character.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
  );
  let expression: RegExp;
  try {
    expression = new RegExp(`^${pattern}$`);
  } catch {
    return [plain];
  }
  const found = files.filter((file) => expression.test(file));
  return found.length > 0 ? found : [plain];
}

/** The commands that bash would run for a script, in order; undefined where it would refuse it, or this reader does. */
export function commandsOf(script: string): readonly Command[] | undefined {
  const reader = new Reader();
  try {
    reader.run(script, 0);
    return reader.commands;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
