/**
 * The file of a single model: plain data, and nothing that is executed. Layout, integers little-endian: the magic, a format
 * version (u32), the length of the header (u32), the header (JSON: the kind, the content with each typed array replaced
 * by its place in the list of sections, and that list), the sections at multiples of 8, and the SHA-256 of all bytes
 * before it. Equal content gives equal bytes, and a file that is not what would be written for its content is refused.
 */
import { createHash } from "node:crypto";
import { ArbiterError } from "../errors.ts";
import type { NumberArray, Plain } from "./model.ts";
import { invalidModel } from "./state.ts";

const magic = Buffer.from("ARBMODEL", "latin1");
/** Version of the layout; a file of another version is refused. */
export const modelFormatVersion = 1;
/** Largest file that is read or written, in bytes. */
export const maxModelFileBytes = 64 * 1024 * 1024;
const maxHeaderBytes = 4 * 1024 * 1024;
const maxDepth = 8;
const maxSections = 256;
const digestBytes = 32;
const preambleBytes = magic.length + 8;

const arrayTypes = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
type ArrayType = keyof typeof arrayTypes;

/** The key that stands for a typed array in the header; no field of a record may begin like it. */
const sectionKey = "$section";
const fieldName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const kindName = /^[a-z][a-z0-9-]{0,63}$/;

type Section = readonly [type: ArrayType, length: number];

/** What a file holds: the kind says what to make of the content. */
export interface ModelFile {
  /** Kebab-case. */
  readonly kind: string;
  readonly content: Plain;
}

/**
 * The bytes of the file. A negative zero outside of a typed array is written as 0. Throws `model_invalid` where the content
 * holds what no file may: numbers that are not finite, records with odd names, too much.
 */
export function writeModelFile({ kind, content }: ModelFile): Buffer {
  if (!kindName.test(kind)) throw invalidModel("its kind is no name");
  const arrays: NumberArray[] = [];
  const described = describe(content, arrays, 0);
  const sections = arrays.map((array): Section => [typeOf(array), array.length]);
  const header = Buffer.from(JSON.stringify({ kind, content: described, sections }), "utf8");
  const start = padded(preambleBytes + header.length);
  const end = arrays.reduce((offset, array) => padded(offset + array.byteLength), start);
  if (header.length > maxHeaderBytes || arrays.length > maxSections || end + digestBytes > maxModelFileBytes)
    throw invalidModel("it is larger than a model may be");
  const file = Buffer.alloc(end + digestBytes);
  magic.copy(file, 0);
  file.writeUInt32LE(modelFormatVersion, magic.length);
  file.writeUInt32LE(header.length, magic.length + 4);
  header.copy(file, preambleBytes);
  let offset = start;
  for (const array of arrays) {
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).copy(file, offset);
    offset = padded(offset + array.byteLength);
  }
  digestOf(file.subarray(0, end)).copy(file, end);
  return file;
}

/**
 * Reads and checks a file. Throws `model_invalid` where it is cut, corrupt or no model file, and `model_incompatible`
 * where it has another format version.
 */
export function readModelFile(file: Uint8Array): ModelFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length > maxModelFileBytes)
    throw invalidModel(`it has ${bytes.length} bytes, more than ${maxModelFileBytes}`);
  if (!isModelFile(bytes) || bytes.length < preambleBytes + digestBytes)
    throw invalidModel("it does not begin as a model file does");
  const version = bytes.readUInt32LE(magic.length);
  if (version !== modelFormatVersion)
    throw new ArbiterError(
      "model_incompatible",
      `this model file does not fit this release: it has format version ${version}, and this release reads version ${modelFormatVersion}; train it again with this release`,
    );
  const end = bytes.length - digestBytes;
  if (!digestOf(bytes.subarray(0, end)).equals(bytes.subarray(end)))
    throw invalidModel("its digest does not fit its content: it is cut or changed");

  const headerLength = bytes.readUInt32LE(magic.length + 4);
  const start = padded(preambleBytes + headerLength);
  if (headerLength > maxHeaderBytes || start > end) throw invalidModel("its header is longer than it may be");
  const header = parseHeader(bytes.subarray(preambleBytes, preambleBytes + headerLength));
  const arrays = readSections(bytes.subarray(start, end), header["sections"]);
  // Sections are named in order, each once: so nobody can name a large one a million times.
  const inOrder = arrays.entries();
  const content = restore(header["content"], inOrder, 0);
  const kind = header["kind"];
  if (typeof kind !== "string") throw invalidModel("it does not say its kind");
  const result = { kind, content };
  // Whatever is repeated, left over, or written in another way shows here.
  if (!writeModelFile(result).equals(bytes)) throw invalidModel("it is not as this release would write it");
  return result;
}

/** True where the bytes begin as a model file does. */
export function isModelFile(file: Uint8Array): boolean {
  return magic.equals(file.subarray(0, magic.length));
}

/** The identity of a model: the first 12 hexadecimal digits of its file's digest. */
export function modelId(file: Uint8Array): string {
  const digest = file.subarray(file.length - digestBytes);
  return Buffer.from(digest.buffer, digest.byteOffset, digest.length).toString("hex").slice(0, 12);
}

/** The content as JSON can hold it; its typed arrays are added to `arrays` in order. */
function describe(value: Plain, arrays: NumberArray[], depth: number): unknown {
  if (depth > maxDepth) throw invalidModel("it is nested too deeply");
  if (typeof value === "number") return finite(value);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (ArrayBuffer.isView(value)) {
    const array = value as NumberArray;
    if (isFloat(array)) for (const number of array) finite(number);
    return { [sectionKey]: arrays.push(array) - 1 };
  }
  if (Array.isArray(value)) return value.map((item: Plain) => describe(item, arrays, depth + 1));
  const fields: [string, unknown][] = Object.entries(value).map(([name, field]) => {
    if (!fieldName.test(name)) throw invalidModel("a field of it has a name that is none");
    return [name, describe(field, arrays, depth + 1)];
  });
  return Object.fromEntries(fields);
}

function restore(value: unknown, arrays: ArrayIterator<[number, NumberArray]>, depth: number): Plain {
  if (depth > maxDepth) throw invalidModel("it is nested too deeply");
  if (value === null || typeof value !== "object") return value as Plain;
  if (Array.isArray(value)) return value.map((item) => restore(item, arrays, depth + 1));
  if (Object.hasOwn(value, sectionKey)) {
    const next = arrays.next().value;
    if (next?.[0] !== (value as Record<string, unknown>)[sectionKey])
      throw invalidModel("it names a section that it does not have, or out of order");
    return next![1];
  }
  const fields = Object.entries(value).map(([name, field]): [string, Plain] => [
    name,
    restore(field, arrays, depth + 1),
  ]);
  return Object.fromEntries(fields);
}

function parseHeader(bytes: Buffer): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalidModel("its header is not JSON", cause);
  }
  if (typeof header !== "object" || header === null || !("content" in header))
    throw invalidModel("its header holds no content");
  return header as Record<string, unknown>;
}

function readSections(bytes: Buffer, sections: unknown): NumberArray[] {
  if (!Array.isArray(sections) || sections.length > maxSections)
    throw invalidModel("it has no list of sections");
  let offset = 0;
  return sections.map((section: unknown): NumberArray => {
    if (!Array.isArray(section) || section.length !== 2) throw invalidModel("a section is not described");
    const [type, length] = section as [unknown, unknown];
    if (typeof type !== "string" || !Object.hasOwn(arrayTypes, type) || !Number.isSafeInteger(length))
      throw invalidModel("a section is not described");
    const arrayOf = arrayTypes[type as ArrayType];
    const size = (length as number) * arrayOf.BYTES_PER_ELEMENT;
    if (size < 0 || offset + size > bytes.length) throw invalidModel("a section reaches past the end");
    // A copy is aligned, whatever the file's own place in memory.
    const copy = new Uint8Array(bytes.subarray(offset, offset + size));
    offset = padded(offset + size);
    return new arrayOf(copy.buffer, 0, length as number);
  });
}

function typeOf(array: NumberArray): ArrayType {
  const found = (Object.keys(arrayTypes) as ArrayType[]).find((type) => array instanceof arrayTypes[type]);
  if (found === undefined) throw invalidModel("it holds an array of a kind that no file has");
  return found;
}

function isFloat(array: NumberArray): boolean {
  return array instanceof Float32Array || array instanceof Float64Array;
}

function finite(number: number): number {
  if (!Number.isFinite(number)) throw invalidModel("it holds a number that is not finite");
  return number;
}

function padded(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
