/**
 * Reads SQL of MySQL, and what attackers write for PostgreSQL and SQL Server, as SQLite understands it: comments, quotes,
 * operators and variables. What it does not know it leaves, and SQLite objects to it.
 */

const word = /[A-Za-z_$\x80-\uffff][\w$\x80-\uffff]*/y;
const variable = /@@?[\w.$]+/y;
const number = /0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?/iy;
const lineEnd = /\n|$/g;

/** The end of what a sticky pattern matches at a place, or the place itself. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/**
 * Reads a quoted text at `at`: its content, and the place behind it; undefined where it does not end. Two quotes, and
 * where `escapes` a backslash, stand for one quote.
 */
function quoted(text: string, at: number, escapes: boolean): { content: string; end: number } | undefined {
  const quote = text[at]!;
  let content = "";
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i]!;
    if (escapes && character === "\\" && i + 1 < text.length) content += text[++i]!;
    else if (character !== quote) content += character;
    else if (text[i + 1] === quote) content += text[++i]!;
    else return { content, end: i + 1 };
  }
  return undefined;
}

const synonyms: Readonly<Record<string, string>> = {
  "&&": " AND ",
  "||": " OR ",
  "<=>": " IS ",
  ":=": "=",
  "==": "==",
  "!=": "!=",
  "!": " NOT ",
};
const wordSynonyms: Readonly<Record<string, string>> = {
  div: "/",
  mod: "%",
  xor: "<>",
  rlike: "REGEXP",
  sounds: "",
  ilike: "LIKE",
};

/** One statement or more of MySQL as statements of SQLite; undefined where a text or comment does not end. */
export function translateMySql(text: string): string | undefined {
  let out = "";
  let versioned = 0;
  for (let i = 0; i < text.length; ) {
    const character = text[i]!;
    const two = text.slice(i, i + 2);
    if (character === "'" || character === '"') {
      const found = quoted(text, i, true);
      if (found === undefined) return undefined;
      let { content, end } = found;
      // Texts that stand next to one another are one.
      for (let next = endOf(/\s*/y, text, end); text[next] === character; next = endOf(/\s*/y, text, end)) {
        const more = quoted(text, next, true);
        if (more === undefined) return undefined;
        content += more.content;
        end = more.end;
      }
      out += `'${content.replaceAll("'", "''")}'`;
      i = end;
    } else if (character === "`") {
      const found = quoted(text, i, false);
      if (found === undefined) return undefined;
      out += `"${found.content.replaceAll('"', '""')}"`;
      i = found.end;
    } else if (character === "#" || (two === "--" && /^(?:\s|$)/.test(text.slice(i + 2, i + 3)))) {
      lineEnd.lastIndex = i;
      i = lineEnd.exec(text)!.index;
      out += " ";
    } else if (text.startsWith("/*!", i)) {
      versioned++;
      i = endOf(/\d{5,6}/y, text, i + 3);
      out += " ";
    } else if (versioned > 0 && two === "*/") {
      versioned--;
      i += 2;
      out += " ";
    } else if (two === "/*") {
      const end = text.indexOf("*/", i + 2);
      if (end < 0) return undefined;
      i = end + 2;
      out += " ";
    } else if (character === "@") {
      const end = endOf(variable, text, i);
      if (end === i) return undefined;
      out += `variable('${text.slice(i, end).toLowerCase()}')`;
      i = end;
    } else {
      const afterNumber = endOf(number, text, i);
      const afterWord = endOf(word, text, i);
      if (afterNumber > i) {
        out += text.slice(i, afterNumber);
        // MySQL reads `1e0or` as a number and a word.
        if (endOf(word, text, afterNumber) > afterNumber) out += " ";
        i = afterNumber;
      } else if (afterWord > i) {
        const name = text.slice(i, afterWord);
        out += wordSynonyms[name.toLowerCase()] ?? name;
        i = afterWord;
      } else {
        if (character === "\v" || character === "\xa0") {
          out += " ";
          i++;
          continue;
        }
        const sign = [text.slice(i, i + 3), two, character].find((part) => synonyms[part] !== undefined);
        out += sign === undefined ? character : synonyms[sign]!;
        i += sign?.length ?? 1;
      }
    }
  }
  return versioned > 0 ? undefined : out;
}

/** Parts a text of SQLite into its statements; undefined where a quoted text or a comment does not end (SQLite lets the latter pass). */
export function statementsOf(text: string): string[] | undefined {
  const statements: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; ) {
    const character = text[i]!;
    const two = text.slice(i, i + 2);
    if (character === "'" || character === '"' || character === "`") {
      const found = quoted(text, i, false);
      if (found === undefined) return undefined;
      i = found.end;
    } else if (two === "--") {
      lineEnd.lastIndex = i;
      i = lineEnd.exec(text)!.index;
    } else if (two === "/*") {
      const end = text.indexOf("*/", i + 2);
      i = end < 0 ? text.length : end + 2;
    } else {
      if (character === ";") {
        statements.push(text.slice(from, i));
        from = i + 1;
      }
      i++;
    }
  }
  statements.push(text.slice(from));
  return statements
    .map((statement) =>
      statement
        .replace(/^\s*waitfor\s+delay\s+('[^']*')/i, "select waitfor($1)")
        .replace(/^\s*exec(?:ute)?\s+(?:[\w.]*\.)?(\w+)\s*\(?\s*('[^']*')\s*\)?/i, "select $1($2)"),
    )
    .filter((statement) => !/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*$/.test(statement));
}
