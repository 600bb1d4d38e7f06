/** Expressions between the marks of template engines, and what they would do: compute, call, climb through objects. */
import { isDigit, isWhite, isWord } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";

/** What a text holds for a template engine. */
export interface TemplateReading {
  /** Marks with anything between them, such as `{{name}}`. */
  plain: boolean;
  /** A computation of numbers, such as `{{7*7}}`. */
  computes: boolean;
  /** A call, or an access to what lies inside of an object: `config.items()`, `''['__class__']`. */
  reaches: boolean;
  /** A lookup that goes out: `${jndi:ldap://…}`, `${env:SECRET}`. */
  looksUp: boolean;
}

const delimiters: readonly (readonly [opening: string, closing: string])[] = [
  ["{{", "}}"],
  ["${", "}"],
  ["#{", "}"],
  ["*{", "}"],
  ["<%", "%>"],
  ["{%", "%}"],
  ["[[", "]]"],
  ["@(", ")"],
  ["<#", ">"],
  ["{php}", "{/php}"],
  ["~{", "}"],
  ["{", "}"],
];
/** Longest expression that is looked at; those of attacks begin with what gives them away. */
const longestExpression = 512;

const lookups = [
  "jndi:",
  "env:",
  "sys:",
  "java:",
  "ctx:",
  "main:",
  "bundle:",
  "lower:",
  "upper:",
  "date:",
  "script:",
  "dns:",
  "url:",
  "k8s:",
  "docker:",
  "web:",
  "::-",
  "log4j:",
  "file:",
  "base64:",
];

/**
 * Reads a text, which holds characters of the kinds `holds`, as template engines would. Pure; linear in the text times the
 * number of marks.
 */
export function readTemplate(text: string, holds = marksOf(text)): TemplateReading {
  const reading: TemplateReading = { plain: false, computes: false, reaches: false, looksUp: false };
  if ((holds & marks.template) === 0) return reading;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (
      code !== 0x7b &&
      code !== 0x24 &&
      code !== 0x23 &&
      code !== 0x2a &&
      code !== 0x3c &&
      code !== 0x5b &&
      code !== 0x40 &&
      code !== 0x7e
    )
      continue;
    const delimiter = delimiters.find(([opening]) => text.startsWith(opening, i));
    if (delimiter === undefined) continue;
    const [opening, closing] = delimiter;
    const from = i + opening.length;
    const piece = text.slice(from, from + longestExpression);
    const length = piece.indexOf(closing);
    const expression = length < 0 ? piece.slice(0, 64) : piece.slice(0, length);
    readExpression(expression, opening, length >= 0, reading);
    i = from - 1;
  }
  return reading;
}

function readExpression(
  expression: string,
  opening: string,
  isClosed: boolean,
  reading: TemplateReading,
): void {
  const isWeak = opening === "{" || opening === "[[" || opening === "<#";
  if (opening === "${" || opening === "{{") {
    const lower = expression.slice(0, 24).toLowerCase();
    if (lookups.some((lookup) => lower.startsWith(lookup))) reading.looksUp = true;
  }
  if (!isClosed) return;
  if (!isWeak) reading.plain = true;
  if (isComputation(expression)) reading.computes = true;
  if (isWeak) return;
  if (
    expression.includes("__") ||
    isCall(expression) ||
    expression.includes("['") ||
    expression.includes('["')
  )
    reading.reaches = true;
}

/** Numbers and operators alone, with a multiplication or an addition: `7*7`, `7 * '7'`. */
function isComputation(expression: string): boolean {
  let digits = 0;
  let operators = 0;
  if (expression.length > 40) return false;
  for (let i = 0; i < expression.length; i++) {
    const code = expression.charCodeAt(i);
    if (isDigit(code)) digits++;
    else if (code === 0x2a || code === 0x2b || code === 0x2d || code === 0x2f) operators++;
    else if (
      !isWhite(code) &&
      code !== 0x27 &&
      code !== 0x22 &&
      code !== 0x3d &&
      code !== 0x28 &&
      code !== 0x29 &&
      code !== 0x7b
    )
      return false;
  }
  return digits >= 2 && operators >= 1;
}

/** A name and a parenthesis behind it. */
function isCall(expression: string): boolean {
  for (let i = expression.indexOf("("); i > 0; i = expression.indexOf("(", i + 1))
    if (isWord(expression.charCodeAt(i - 1))) return true;
  return false;
}
