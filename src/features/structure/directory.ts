/**
 * Does a value go on as a filter of a directory (RFC 4515) where a filter has put it? A value stands behind `(attribute=`; to
 * change what is asked it has to close that parenthesis, which it has not opened itself, and to open a component right behind
 * it: `*)(uid=*`. `f(x)(y)` closes what it has opened, and `1) (b)` opens no component.
 */
import { isDigit, isLatin, skipBlank, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";

/** How far a value goes as a filter. */
export interface DirectoryReading {
  /** It closes a parenthesis that it has not opened, and opens a component behind it. */
  leaves: boolean;
  /** What follows is components up to the end, of which the filter's own parenthesis may close the last. */
  goesOn: boolean;
  /** It is a whole filter by itself, with a connective, a mere presence, or an attribute of directories. */
  filter: boolean;
  /** It is a wild card and nothing else. */
  wildcard: boolean;
  /** It closes a parenthesis that it has not opened, and cuts the rest off by NUL. */
  cutsOff: boolean;
}

const nothing: Readonly<DirectoryReading> = {
  leaves: false,
  goesOn: false,
  filter: false,
  wildcard: false,
  cutsOff: false,
};

/** Most components that are read behind one parenthesis, and longest name of an attribute. */
const mostComponents = 48;
const longestName = 64;

/** Attributes that directories have and formulas have not (RFC 4519, RFC 2798, Active Directory). */
const attributes = wordSet(
  "objectclass objectcategory objectguid objectsid uid uidnumber gidnumber cn sn ou dc dn givenname displayname mail userpassword samaccountname userprincipalname useraccountcontrol memberof member uniquemember memberuid telephonenumber employeenumber employeetype homedirectory loginshell gecos description title manager unicodepwd distinguishedname entrydn entryuuid creatorsname pwdlastset admincount serviceprincipalname primarygroupid",
);

const none = -1;

/** `&`, `|` or `!`. */
function isConnective(code: number): boolean {
  return code === 0x26 || code === 0x7c || code === 0x21;
}

/** Where the component goes on whose parenthesis stands at `at`: behind its comparison or connective; -1 where none begins. */
function endOfBeginning(text: string, at: number): number {
  const first = text.charCodeAt(at + 1);
  if (isConnective(first)) {
    const next = skipBlank(text, at + 2);
    const code = text.charCodeAt(next);
    return next >= text.length || code === 0x28 || (code === 0x29 && first !== 0x21) ? next : none;
  }
  const start = skipBlank(text, at + 1);
  const name = endOfName(text, start);
  let i = name;
  // Matching rules, as in `(cn:dn:2.4.6:=x)`.
  while (i - start < longestName && (text.charCodeAt(i) === 0x3a || isNameCharacter(text.charCodeAt(i)))) i++;
  if (i === start || (i > name && (i === start + 1 || text.charCodeAt(i - 1) !== 0x3a))) return none;
  if (name > start && !isLatin(text.charCodeAt(start)) && !isOid(text, start, name)) return none;
  let end = skipBlank(text, i);
  const comparison = text.charCodeAt(end);
  // ~ < >
  if (i === name && (comparison === 0x7e || comparison === 0x3c || comparison === 0x3e)) end++;
  if (text.charCodeAt(end) !== 0x3d) return none;
  // `==` and `=>` are of programming languages.
  const next = text.charCodeAt(end + 1);
  return next === 0x3d || next === 0x3e ? none : end + 1;
}

/** One past the name at `from`; longer ones are cut. */
function endOfName(text: string, from: number): number {
  let i = from;
  while (i - from < longestName && isNameCharacter(text.charCodeAt(i))) i++;
  return i;
}

/** True where the component at `at` is a connective or of an attribute of directories: what no formula begins with. */
function isKnown(text: string, at: number): boolean {
  if (isConnective(text.charCodeAt(at + 1))) return true;
  const start = skipBlank(text, at + 1);
  return attributes.has(text.slice(start, endOfName(text, start)).toLowerCase());
}

function isNameCharacter(code: number): boolean {
  return isLatin(code) || isDigit(code) || code === 0x2d || code === 0x3b || code === 0x2e;
}

/** Numbers with dots between them, at least two. */
function isOid(text: string, from: number, until: number): boolean {
  let dots = 0;
  for (let i = from; i < until; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (!isDigit(text.charCodeAt(i - 1)) || !isDigit(text.charCodeAt(i + 1))) return false;
      dots++;
    } else if (!isDigit(code)) return false;
  }
  return dots > 0;
}

/** What a run of components holds. */
interface Components {
  /** Behind the last one that was read. */
  end: number;
  /** They reach to the end of the text. */
  complete: boolean;
  /** Parentheses that are open at the end. */
  depth: number;
  /** A component that formulas do not have: a connective of several, a mere presence, an attribute of directories. */
  telling: boolean;
}

/** Reads components from `from` on, where a parenthesis opens, closes, or the text ends; one of a value may be left open. */
function readComponents(text: string, from: number): Components {
  const found: Components = { end: from, complete: false, depth: 0, telling: false };
  let i = from;
  for (let component = 0; component < mostComponents; component++) {
    found.end = i = skipBlank(text, i);
    const code = text.charCodeAt(i);
    if (i >= text.length || code === 0) {
      found.complete = true;
      return found;
    }
    if (code === 0x29) {
      found.depth--;
      i++;
      continue;
    }
    if (code !== 0x28) return found;
    const start = endOfBeginning(text, i);
    if (start < 0) return found;
    found.depth++;
    const first = text.charCodeAt(i + 1);
    if (isConnective(first)) {
      if (first !== 0x21) found.telling = true;
      i = start;
      continue;
    }
    let end = start;
    while (end < text.length && !endsValue(text.charCodeAt(end))) end++;
    found.telling ||= (end === start + 1 && text.charCodeAt(start) === 0x2a) || isKnown(text, i);
    i = end;
  }
  found.end = i;
  return found;
}

/** Parentheses and NUL stand in a value by their numbers alone. */
function endsValue(code: number): boolean {
  return code === 0x28 || code === 0x29 || code === 0;
}

/** Reads a text, which holds characters of the kinds `holds`, as a directory would. Pure; linear: nothing is read thrice. */
export function readDirectory(text: string, holds = marksOf(text)): Readonly<DirectoryReading> {
  if (text === "*") return { ...nothing, wildcard: true };
  if ((holds & marks.parenthesis) === 0) return nothing;
  const reading = { ...nothing };
  const start = skipBlank(text, 0);
  if (text.charCodeAt(start) === 0x28) {
    const { complete, depth, telling } = readComponents(text, start);
    reading.filter = complete && depth === 0 && telling;
  }
  if (!mayBreak(text)) return reading;
  let depth = 0;
  for (
    let i = nextParenthesis(text, 0);
    i < text.length && !reading.goesOn;
    i = nextParenthesis(text, i + 1)
  ) {
    if (text.charCodeAt(i) === 0x28) {
      depth++;
      continue;
    }
    if (depth > 0) {
      depth--;
      continue;
    }
    // More of them close what stands around the component.
    let next = i + 1;
    while (text.charCodeAt(next) === 0x29) next++;
    if (text.charCodeAt(next) === 0) reading.cutsOff = true;
    i = next - 1;
    const opening = skipBlank(text, next);
    if (text.charCodeAt(opening) !== 0x28) continue;
    // In prose a blank stands between `1)` and `(a=b)`.
    if (endOfBeginning(text, opening) < 0 || (opening > next && !isKnown(text, opening))) continue;
    reading.leaves = true;
    const { complete, end } = readComponents(text, opening);
    reading.goesOn = complete;
    i = end - 1;
  }
  return reading;
}

/** True where NUL or an opening parenthesis follows a closing one: in prose that is rare. */
function mayBreak(text: string): boolean {
  for (let i = text.indexOf(")"); i >= 0; i = text.indexOf(")", i + 1)) {
    const code = text.charCodeAt(skipBlank(text, i + 1));
    if (code === 0x28 || code === 0) return true;
  }
  return false;
}

/** Index of the first parenthesis at or behind `from`, or the length of the text. */
function nextParenthesis(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) !== 0x28 && text.charCodeAt(i) !== 0x29) i++;
  return i;
}
