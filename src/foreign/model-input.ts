/**
 * Transaction → what a model of the user's own reads. `arbiter features` writes its training data through the same
 * functions, so that a model sees in service what it was fitted on.
 */
import { ArbiterError } from "../errors.ts";
import { features } from "../features/catalog.ts";
import { extract } from "../features/extract.ts";
import { decodeFully } from "../transaction/decode.ts";
import type { Parameter, Transaction } from "../transaction/transaction.ts";

/**
 * What a model reads of a request. `row`: numbers of the feature catalog. `text`: the whole request as one text.
 * `values`: every value by itself; the worst one counts. `bytes`: the beginning of the text, byte by byte.
 */
export const inputKinds = ["row", "text", "values", "bytes"] as const;
export type InputKind = (typeof inputKinds)[number];

/** What one model reads of every request. */
export interface Reading {
  readonly kind: InputKind;
  /** Places in the feature catalog, for `row`. */
  readonly columns: readonly number[];
  /** How many there are, for `bytes`. */
  readonly length: number;
}

/** Bytes that are read where nobody says how many. */
export const usualLength = 1_024;

/** What is read, by kind. Texts are well-formed Unicode without NUL. */
export type ModelInput =
  | { readonly kind: "row"; readonly row: Float64Array }
  | { readonly kind: "text"; readonly texts: readonly string[] }
  | { readonly kind: "values"; readonly texts: readonly string[] }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** Bytes of a whole request that are read as text, of one value, and how many values are. */
const textBytes = 16_384;
const valueBytes = 4_096;
const mostValues = 256;

/** The names of the numbers in a row, in the order of the catalog. */
export const featureNames: readonly string[] = features.map(({ name }) => name);

/**
 * The places of features in the catalog, in the order of `names`; all of them where none are named. Throws
 * `config_invalid` for a name that is not in the catalog.
 */
export function featureColumns(names: readonly string[] | undefined): readonly number[] {
  return (names ?? featureNames).map((name) => {
    const column = featureNames.indexOf(name);
    if (column < 0)
      throw new ArbiterError("config_invalid", `there is no feature called "${name.slice(0, 64)}"`);
    return column;
  });
}

/** What a model reads of one request. Pure. */
export function inputOf(transaction: Transaction, { kind, columns, length }: Reading): ModelInput {
  switch (kind) {
    case "row":
      return { kind, row: rowOf(transaction, columns) };
    case "text":
      return { kind, texts: [textOf(transaction)] };
    case "values":
      return { kind, texts: valuesOf(transaction) };
    case "bytes":
      return { kind, bytes: bytesOf(transaction, length) };
  }
}

/** The chosen numbers of a request, in the order of `columns`. */
function rowOf(transaction: Transaction, columns: readonly number[]): Float64Array {
  const row = extract(transaction).row();
  return Float64Array.from(columns, (column) => row[column] as number);
}

/**
 * The whole request as a text of at most 16,384 bytes: method and path in the first line, then a line for each parameter,
 * `location:name=value`, decoded. Cookies and credentials are left out.
 */
function textOf(transaction: Transaction): string {
  return unicode(requestBytes(transaction, textBytes));
}

/** Every value, decoded, each at most 4,096 bytes, repetitions left out; one empty text where there is none. At most 256. */
function valuesOf(transaction: Transaction): readonly string[] {
  const values = new Set<string>();
  for (const parameter of transaction.parameters) {
    if (values.size >= mostValues) break;
    if (isSecret(parameter) || parameter.value === "") continue;
    values.add(unicode(decodeFully(parameter.value).text.slice(0, valueBytes)));
  }
  return values.size === 0 ? [""] : [...values];
}

/** The first `length` bytes of the request's text before it is read as Unicode; what is missing is 0. */
function bytesOf(transaction: Transaction, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(requestBytes(transaction, length), "latin1"));
  return bytes;
}

function requestBytes(transaction: Transaction, limit: number): string {
  let text = `${transaction.method} ${decodeFully(transaction.path).text}`;
  for (const parameter of transaction.parameters) {
    if (text.length >= limit) break;
    if (parameter.location === "path" || isSecret(parameter)) continue;
    text += `\n${parameter.location}:${parameter.name}=${decodeFully(parameter.value).text}`;
  }
  return text.slice(0, limit);
}

/** What tells who somebody is and nothing about the request is shown to no model. */
function isSecret({ location, name }: Parameter): boolean {
  if (location === "cookie") return true;
  return location === "header" && /^(?:proxy-)?authorization$/i.test(name);
}

/** Runtimes end texts at NUL, which would hide what stands behind it. */
function unicode(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8").replaceAll("\0", "\ufffd");
}
