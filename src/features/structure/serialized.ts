/**
 * Does a text parse as what a language makes of its objects for storing them, and which makes objects when it is read? Lists
 * and scalars of PHP stand in cookies of ordinary applications; objects, and types that the text chooses itself, are what
 * harms.
 */
import { isBlank, isLatin, isQuote, isWord, skipBlank, wordSet } from "../characters.ts";
import { marks, marksOf } from "../marks.ts";
import { readPhp } from "./php-value.ts";
import { holdsPickle } from "./pickle.ts";

/** What a text holds for those who read serialized objects. */
export interface SerializedReading {
  /** It parses as a list that PHP has serialized. */
  phpArray: boolean;
  /** It parses as what PHP has serialized, with an object in it. */
  phpObject: boolean;
  /** It is a stream of Java, of .NET, of Python or of Ruby that holds an object. */
  stream: boolean;
  /** A tag of YAML that makes an object. */
  tag: boolean;
  /** A field of JSON that chooses a type which does something. */
  type: boolean;
  /** A function that node-serialize runs. */
  function: boolean;
}

const nothing: Readonly<SerializedReading> = {
  phpArray: false,
  phpObject: false,
  stream: false,
  tag: false,
  type: false,
  function: false,
};
/** What any of them needs. */
const needed =
  marks.brace | marks.control | marks.lineEnd | marks.exclamation | marks.dollar | marks.spelledStream;

/** Reads a text, which holds characters of the kinds `holds`, as serialized objects. Pure; linear: what is read is bounded. */
export function readSerialized(text: string, holds = marksOf(text)): Readonly<SerializedReading> {
  if ((holds & needed) === 0) return nothing;
  const reading = { ...nothing };
  if ((holds & marks.brace) !== 0 && text.includes("{")) {
    const value = readPhp(text);
    reading.phpArray = value === "array";
    reading.phpObject = value === "object";
    if ((holds & marks.quote) !== 0) reading.type = holdsType(text);
  }
  reading.stream =
    ((holds & marks.spelledStream) !== 0 && holdsSpelledStream(text)) ||
    ((holds & marks.control) !== 0 && holdsStream(text)) ||
    ((holds & (marks.control | marks.lineEnd)) !== 0 && holdsPickle(text));
  if ((holds & marks.exclamation) !== 0) reading.tag = holdsTag(text);
  if ((holds & marks.dollar) !== 0) reading.function = text.includes("_$$ND_FUNC$$_");
  return reading;
}

/** How streams of .NET's BinaryFormatter begin in base64. */
const spelledNet = "AAEAAAD/////AQAAAA";
/** How streams of Java and of .NET begin in base64 and in hexadecimal digits: before their first zero, and from it on. */
const spelledStreams: readonly (readonly [before: string, from: string])[] = [
  ["rO", "0AB"],
  ["aced", "00057"],
  ["ACED", "00057"],
  ["", "0001000000ffffffff01"],
  ["", "0001000000FFFFFFFF01"],
];

/** True where a stream stands in the text in digits, as the beginning of a run of them. */
function holdsSpelledStream(text: string): boolean {
  if (beginsRun(text, text.indexOf(spelledNet))) return true;
  for (let i = text.indexOf("0"); i >= 0; i = text.indexOf("0", i + 1)) {
    // The second character behind the zero is rare in numbers.
    const second = text.charCodeAt(i + 2);
    if (second !== 0x42 && second !== 0x30) continue;
    for (const [before, from] of spelledStreams)
      if (text.startsWith(from, i) && text.startsWith(before, i - before.length))
        if (beginsRun(text, i - before.length)) return true;
  }
  return false;
}

/** True for the index of a run of letters and digits that begins there. */
function beginsRun(text: string, at: number): boolean {
  return at >= 0 && !isWord(text.charCodeAt(at - 1));
}

/** How streams of objects begin: Java's protocol 5, and the record of .NET's BinaryFormatter. */
const javaStream = "\xac\xed\0\x05";
const netStream = "\0\x01\0\0\0\xff\xff\xff\xff\x01\0\0\0";
const rubyStream = "\x04\x08";
/** Within how many bytes of a stream of Ruby an object is looked for. */
const longestRuby = 512;

function holdsStream(text: string): boolean {
  return text.includes(javaStream) || text.includes(netStream) || holdsRubyObject(text);
}

/** True where Marshal 4.8 holds an object of a class: `o`, `u`, `U`, `S`, `e` or `C` and its name. */
function holdsRubyObject(text: string): boolean {
  const start = text.indexOf(rubyStream);
  if (start < 0) return false;
  const limit = Math.min(text.length, start + longestRuby);
  for (let i = text.indexOf(":", start); i >= 0 && i < limit; i = text.indexOf(":", i + 1)) {
    const kind = text[i - 1]!;
    const name = text.charCodeAt(i + 2);
    if ("ouUSeC".includes(kind) && isLatin(name) && (name & 0x20) === 0) return true;
  }
  // Classes and modules by name.
  return (text[start + 2] === "c" || text[start + 2] === "m") && text.charCodeAt(start + 3) < 0x40;
}

/** Most tags and fields that are looked at, and the longest name of a type that is read. */
const mostTags = 64;
const longestType = 128;

/** Roots of packages whose classes a tag or a field names. */
const packages = wordSet(
  "java javax com org net sun jdk oracle groovy bsh clojure scala kotlin io br ch weblogic jakarta javassist",
);
/** What tags of Python, of Ruby and of others make objects of. */
const makingTags = [
  "python/object",
  "python/name",
  "python/module",
  "ruby/object",
  "ruby/hash:",
  "ruby/struct",
  "ruby/exception",
  "ruby/class",
  "ruby/module",
  "php/object",
  "php/const",
  "perl/",
  "js/function",
  "js/undefined",
];

/** True where a tag of YAML makes an object: `!!python/object/apply:os.system`, `!ruby/object:Gem`, `!!javax.script.…`. */
function holdsTag(text: string): boolean {
  let tags = 0;
  for (let i = text.indexOf("!"); i >= 0 && tags < mostTags; i = text.indexOf("!", i + 1)) {
    tags++;
    const before = text.charCodeAt(i - 1);
    let start = i + 1;
    const isGlobal = text.charCodeAt(start) === 0x21;
    if (isGlobal) start++;
    else if (text.startsWith("<tag:yaml.org,2002:", start)) start += 19;
    const at = i;
    i = start - 1;
    // A tag stands behind a blank or what opens a collection; prose ends a word with its mark.
    if (at > 0 && !isBlank(before) && !'[{,:-("'.includes(text[at - 1]!)) continue;
    if (!isLatin(text.charCodeAt(start))) continue;
    if (makingTags.some((tag) => text.startsWith(tag, start))) return true;
    if ((isGlobal || start > at + 2) && isClassOfPackage(text, start)) return true;
  }
  return false;
}

/** Where the name of a class ends that begins at `from`: letters, digits, `_`, `$` and dots. */
function endOfClass(text: string, from: number): number {
  let i = from;
  while (i - from < longestType && isTypeCharacter(text.charCodeAt(i))) i++;
  return i;
}

function isTypeCharacter(code: number): boolean {
  return isWord(code) || code === 0x24 || code === 0x2e;
}

/** True where a class of one of the packages is named at `from`, and its name ends as names of types do. */
function isClassOfPackage(text: string, from: number): boolean {
  const end = endOfClass(text, from);
  const name = text.slice(from, end);
  const dot = name.indexOf(".");
  if (dot <= 0 || !packages.has(name.slice(0, dot)) || name.endsWith(".")) return false;
  return end >= text.length || !"/@-:".includes(text[end]!);
}

/** Packages whose classes read, look up, load or run something, where an application does not have its own. */
const reachingTypes = [
  "java.",
  "javax.",
  "jdk.",
  "sun.",
  "com.sun.",
  "com.mchange.",
  "com.zaxxer.",
  "com.alibaba.",
  "com.caucho.",
  "com.ibatis.",
  "com.p6spy.",
  "org.apache.",
  "org.springframework.",
  "org.hibernate.",
  "org.codehaus.",
  "org.jboss.",
  "org.h2.",
  "org.python.",
  "org.mozilla.",
  "org.eclipse.",
  "org.aoju.",
  "net.sf.",
  "ch.qos.",
  "br.com.anteros.",
  "oracle.",
  "weblogic.",
  "groovy.",
  "bsh.",
  "System.Windows.",
  "System.Diagnostics.",
  "System.Management.",
  "System.Configuration.",
  "System.Security.",
  "System.Data.",
  "System.Web.",
  "System.IO.",
  "System.Activities.",
  "System.CodeDom.",
  "System.Reflection.",
  "System.Runtime.",
  "System.Workflow.",
  "System.IdentityModel.",
  "System.Media.",
  "System.Net.",
  "System.Xml.",
  "System.Resources.",
  "System.Messaging.",
  "System.AppDomain",
  "System.Drawing.Design",
  "Microsoft.",
];
/** Of these, types that ordinary applications have in their JSON: what holds data and nothing else. */
const plainTypes = [
  "java.util.ArrayList",
  "java.util.LinkedList",
  "java.util.HashMap",
  "java.util.LinkedHashMap",
  "java.util.TreeMap",
  "java.util.HashSet",
  "java.util.LinkedHashSet",
  "java.util.TreeSet",
  "java.util.Arrays$",
  "java.util.Collections$",
  "java.util.ImmutableCollections",
  "java.util.List",
  "java.util.Map",
  "java.util.Set",
  "java.util.Date",
  "java.util.UUID",
  "java.util.Locale",
  "java.util.Currency",
  "java.util.Optional",
  "java.sql.Timestamp",
  "java.sql.Date",
  "java.math.",
  "java.time.",
  "java.lang.String",
  "java.lang.Integer",
  "java.lang.Long",
  "java.lang.Double",
  "java.lang.Float",
  "java.lang.Boolean",
  "java.lang.Number",
  "java.lang.Object",
  "java.lang.Byte",
  "java.lang.Short",
  "java.lang.Character",
  "java.lang.Enum",
];
/** Ends of fields by which libraries for JSON know what to make: `@type` of fastjson, `$type` of Json.NET, `@class` of Jackson. */
const typeFields = ["type", "class"];

/** True where a field of JSON names a type that does something when it is made. */
function holdsType(text: string): boolean {
  for (const field of typeFields) {
    let fields = 0;
    for (let i = text.indexOf(field); i >= 0 && fields < mostTags; i = text.indexOf(field, i + 1)) {
      fields++;
      // @ $ _
      const sign = text.charCodeAt(i - 1);
      if (sign !== 0x40 && sign !== 0x24 && sign !== 0x5f) continue;
      const value = startOfString(text, i + field.length);
      if (value >= 0 && isReaching(text, value)) return true;
    }
  }
  return false;
}

/** Where the name begins that a field has whose own name ends before `from`; -1 where no string follows. */
function startOfString(text: string, from: number): number {
  let i = skipEscape(text, from);
  if (!isQuote(text.charCodeAt(i))) return -1;
  i = skipBlank(text, i + 1);
  if (text.charCodeAt(i) !== 0x3a) return -1;
  i = skipEscape(text, skipBlank(text, i + 1));
  if (!isQuote(text.charCodeAt(i))) return -1;
  i++;
  // Descriptors of Java's machine: `[com.sun.…`, `Lcom.sun.…;`.
  while (text.charCodeAt(i) === 0x5b) i++;
  while (text.charCodeAt(i) === 0x4c) i++;
  return i;
}

/** Quotes of JSON in a string of JSON are escaped. */
function skipEscape(text: string, at: number): number {
  return text.charCodeAt(at) === 0x5c ? at + 1 : at;
}

function isReaching(text: string, from: number): boolean {
  const starts = (name: string): boolean => text.startsWith(name, from);
  return reachingTypes.some(starts) && !plainTypes.some(starts);
}
