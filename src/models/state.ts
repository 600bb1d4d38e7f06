/**
 * Checks what a model file holds against the shape that a model declares. A file may come from anywhere: nothing is
 * taken for granted but that it is plain data with finite numbers.
 */
import { ArbiterError } from "../errors.ts";
import type { Plain } from "./model.ts";

/** A field of a model: a number, an integer, texts, a typed array, or whatever a check of its own looks at. */
type Field =
  | "number"
  | "integer"
  | "text"
  | "texts"
  | "plain"
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** The names and kinds of the fields of a model. */
export type Shape = Readonly<Record<string, Field>>;

type Value<F extends Field> = F extends "number" | "integer"
  ? number
  : F extends "text"
    ? string
    : F extends "texts"
      ? readonly string[]
      : F extends "plain"
        ? Plain
        : F extends abstract new (
              length: number,
            ) => infer A
          ? A
          : never;

/** What a shape describes. */
export type Shaped<S extends Shape> = { readonly [K in keyof S]: Value<S[K]> };

/** The state as the shape says. Throws `model_invalid` where a field is missing, of another kind, or unknown. */
export function shaped<S extends Shape>(state: Plain, shape: S): Shaped<S> {
  if (typeof state !== "object" || state === null || Array.isArray(state) || ArrayBuffer.isView(state))
    throw invalidModel("it holds no record of fields");
  const fields = state as { readonly [name: string]: Plain };
  for (const name of Object.keys(fields))
    if (!Object.hasOwn(shape, name)) throw invalidModel(`it has an unknown field ${name}`);
  for (const [name, field] of Object.entries(shape)) {
    if (!Object.hasOwn(fields, name)) throw invalidModel(`its field ${name} is missing`);
    if (!fits(fields[name]!, field)) throw invalidModel(`its field ${name} is of another kind`);
  }
  return fields as Shaped<S>;
}

function fits(value: Plain, field: Field): boolean {
  switch (field) {
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isSafeInteger(value);
    case "text":
      return typeof value === "string";
    case "plain":
      return true;
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string");
    default:
      return value instanceof field;
  }
}

/** Throws `model_invalid` with the reason unless the condition holds. */
export function demand(condition: boolean, reason: string): asserts condition {
  if (!condition) throw invalidModel(reason);
}

/** The error for a file that holds no usable model. */
export function invalidModel(reason: string, cause?: unknown): ArbiterError {
  return new ArbiterError("model_invalid", `this is no usable model file: ${reason}`, { cause });
}
