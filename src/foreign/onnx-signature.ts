/**
 * What an ONNX file takes and gives, held against its settings: how a request becomes its input tensor, and how its output
 * tensor becomes a score.
 */
import type { ModelSettings } from "../config/model-settings.ts";
import { ArbiterError } from "../errors.ts";
import { featureColumns, type InputKind, type ModelInput, type Reading, usualLength } from "./model-input.ts";

/** What a runtime says of one input or output; a shape holds lengths, and names or unreal lengths where any will do. */
export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** A tensor without a runtime: type, dimensions and data as ONNX runtimes for JavaScript name them. */
export interface PlainTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** How a model is asked. */
export interface Signature {
  readonly input: string;
  readonly output: string;
  readonly reading: Reading;
  /** The input tensors of one request: one, or one for each of its values where the file takes no batches. */
  tensorsOf(input: ModelInput): readonly PlainTensor[];
  /** The worst score in [0, 1] of an output tensor, or undefined where it holds none. */
  scoreOf(tensor: PlainTensor): number | undefined;
}

const wholeNumbers = ["int64", "int32", "uint8"];
const fractions = ["float32", "float64"];
/** By how much a probability may leave [0, 1]: the error of a sum of many 32-bit numbers. */
const roundingError = 1e-4;

/** Holds a file against its settings. Throws `foreign_model_invalid` or `config_invalid`, saying what was found. */
export function signatureOf(
  settings: ModelSettings,
  inputs: readonly ValueMetadata[],
  outputs: readonly ValueMetadata[],
): Signature {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1)
    throw invalid(`it must have one input, and it has ${inputs.length}: ${namesOf(inputs)}`);
  const type = input.isTensor ? (input.type ?? "unknown") : "no tensor";
  const kind = kindOf(settings, type);
  const dims = (input.shape ?? []).map(fixed);
  const rank = dims.length;
  const width = dims.at(-1);
  const found = `its input "${input.name}" is ${type} of shape [${dims.map((dim) => dim ?? "any").join(", ")}]`;
  if (rank > 2 || rank === 0)
    throw invalid(`${found}, and ${kind} needs one dimension, or two with the batch first`);
  if (rank === 2 && dims[0] !== undefined && dims[0] !== 1)
    throw invalid(`${found}, and requests come one by one`);

  const columns = kind === "row" ? featureColumns(settings.features) : [];
  let length = settings.length ?? usualLength;
  if (kind === "row") {
    if (width !== undefined && width !== columns.length)
      throw invalid(
        `${found}, and a row has ${columns.length} numbers: name those that the model was fitted on in \`features\``,
      );
  } else if (kind === "bytes") {
    if (width !== undefined && settings.length !== undefined && width !== settings.length)
      throw invalid(`${found}, and \`length\` is ${settings.length}`);
    length = width ?? length;
  } else if (rank === 2 && width !== undefined && width !== 1) {
    throw invalid(`${found}, and a text is one string`);
  }
  const takesBatches = dims[0] === undefined;

  const tensorsOf = (from: ModelInput): readonly PlainTensor[] => {
    if (from.kind === "row" || from.kind === "bytes") {
      const data = from.kind === "row" ? from.row : from.bytes;
      return [{ type, dims: rank === 2 ? [1, data.length] : [data.length], data: typed(type, data) }];
    }
    const shape = (count: number): number[] => (rank === 2 ? [count, 1] : [count]);
    if (takesBatches) return [{ type, dims: shape(from.texts.length), data: [...from.texts] }];
    return from.texts.map((text) => ({ type, dims: shape(1), data: [text] }));
  };

  const output = outputOf(settings, outputs);
  const gives = settings.gives ?? (output.name === "scores" ? "score" : "probability");
  const outputWidth = (output.shape ?? []).length === 2 ? fixed(output.shape?.[1] ?? 1) : 1;
  if (outputWidth !== undefined && outputWidth > 2 && settings.column === undefined)
    throw invalid(
      `its output "${output.name}" has ${outputWidth} columns: name that of attacks in \`column\``,
    );
  if (outputWidth !== undefined && (settings.column ?? 0) >= outputWidth)
    throw invalid(
      `its output "${output.name}" has ${outputWidth} columns, and \`column\` is ${settings.column}`,
    );

  return {
    input: input.name,
    output: output.name,
    reading: { kind, columns, length },
    tensorsOf,
    scoreOf(tensor) {
      if (!fractions.includes(tensor.type)) return undefined;
      const data = tensor.data as Float32Array | Float64Array;
      const columnCount = tensor.dims.length === 2 ? (tensor.dims[1] as number) : 1;
      const column = settings.column ?? (columnCount === 2 ? 1 : 0);
      if (data.length === 0 || column >= columnCount) return undefined;
      let worst = 0;
      for (let at = column; at < data.length; at += columnCount) {
        const score = scoreIn(settings, gives, data[at] as number);
        if (score === undefined) return undefined;
        worst = Math.max(worst, score);
      }
      return worst;
    },
  };
}

function kindOf(settings: ModelSettings, type: string): InputKind {
  const possible: readonly InputKind[] =
    type === "string"
      ? ["text", "values"]
      : fractions.includes(type)
        ? ["row", "bytes"]
        : wholeNumbers.includes(type)
          ? ["bytes"]
          : [];
  const kind = settings.input ?? possible[0];
  if (kind !== undefined && possible.includes(kind)) return kind;
  throw invalid(
    possible.length === 0
      ? `its input is ${type}, and models read string, float32, float64, int64, int32 or uint8 tensors`
      : `its input is ${type}, which can be ${possible.join(" or ")}, and \`input\` is ${kind}`,
  );
}

function outputOf(settings: ModelSettings, outputs: readonly ValueMetadata[]): ValueMetadata {
  const isScore = ({ isTensor, type }: ValueMetadata): boolean => isTensor && fractions.includes(type ?? "");
  const named = (name: string): ValueMetadata | undefined => outputs.find((output) => output.name === name);
  const scores = outputs.filter(isScore);
  const output =
    settings.output !== undefined
      ? named(settings.output)
      : (named("probabilities") ?? named("scores") ?? (scores.length === 1 ? scores[0] : undefined));
  if (output !== undefined && isScore(output)) return output;
  const maps = outputs.filter(({ isTensor }) => !isTensor);
  throw invalid(
    settings.output !== undefined && output === undefined
      ? `it has no output "${settings.output}", but ${namesOf(outputs)}`
      : maps.length > 0
        ? `its output "${maps[0]?.name}" is no tensor: export it with options={"zipmap": False}`
        : `none of its outputs can be taken for a score (a tensor of fractions): name one of ${namesOf(outputs)} in \`output\``,
  );
}

/** One number of the output as a score in [0, 1]; undefined where it is none. */
function scoreIn(settings: ModelSettings, gives: "probability" | "score", value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (gives === "probability") {
    if (value < -roundingError || value > 1 + roundingError) return undefined;
    return Math.min(1, Math.max(0, value));
  }
  const { worse, offset, spread } = settings;
  const badness = ((value - offset) / spread) * (worse === "lower" ? -1 : 1);
  return 1 / (1 + Math.exp(-badness));
}

function typed(type: string, data: Float64Array | Uint8Array): unknown {
  switch (type) {
    case "float32":
      return Float32Array.from(data);
    case "float64":
      return Float64Array.from(data);
    case "int32":
      return Int32Array.from(data);
    case "int64":
      return BigInt64Array.from(data, BigInt);
    default:
      return Uint8Array.from(data);
  }
}

/** A dimension, or undefined where any length will do. Runtimes write that as a name, as 0, −1 or 2³² − 1. */
function fixed(dim: number | string): number | undefined {
  return typeof dim === "number" && dim > 0 && dim < 2 ** 31 ? dim : undefined;
}

function namesOf(values: readonly ValueMetadata[]): string {
  return values.map(({ name }) => `"${name}"`).join(", ");
}

function invalid(message: string): ArbiterError {
  return new ArbiterError("foreign_model_invalid", message);
}
