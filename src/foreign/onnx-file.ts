/**
 * What has to be true of an ONNX file before a runtime sees it: it is one whole protocol-buffers message, and it names no
 * other file. Tensors that lie in other files are how a model reads what it should not (CVE-2022-25882).
 */
import { ArbiterError } from "../errors.ts";

/** Bytes of an ONNX file; larger networks do not answer within a request's deadline anyway. */
export const onnxFileLimit = 256 * 1_048_576;

/** Graphs lie within the attributes of nodes (branches and loops); no exporter nests them this deep. */
const deepest = 64;

type Message = "model" | "graph" | "node" | "attribute" | "tensor" | "sparse" | "function" | "training";

/** The fields of onnx.proto3 that lead to tensors, by number. */
const fields: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: "graph", 20: "training", 25: "function" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  tensor: {},
  sparse: { 1: "tensor", 2: "tensor" },
  function: { 7: "node", 11: "attribute" },
  training: { 1: "graph", 2: "graph" },
};
const externalData = 13;
const dataLocation = 14;
const graphOfModel = 7;

/** Throws `foreign_model_invalid` where the file is too large, not ONNX, or refers to other files. Linear in its size. */
export function checkOnnxFile(file: Uint8Array): void {
  if (file.length > onnxFileLimit) throw invalid(`it is larger than ${onnxFileLimit} bytes`);
  let hasGraph = false;

  const walk = (message: Message, start: number, end: number, depth: number): void => {
    if (depth > deepest) throw invalid("its graphs are nested too deep");
    let at = start;
    const varint = (): number => {
      let value = 0;
      for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
        if (at >= end) break;
        const byte = file[at++] as number;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
      throw notOnnx();
    };
    while (at < end) {
      const key = varint();
      const field = Math.floor(key / 8);
      const wire = key % 8;
      if (field === 0) throw notOnnx();
      if (wire === 0) {
        if (varint() !== 0 && message === "tensor" && field === dataLocation) throw external();
      } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
      else if (wire === 2) {
        const length = varint();
        const inner = at;
        at += length;
        if (at > end) throw notOnnx();
        if (message === "tensor" && field === externalData) throw external();
        if (message === "model" && field === graphOfModel) hasGraph = true;
        const next = fields[message][field];
        if (next !== undefined) walk(next, inner, at, depth + 1);
      } else throw notOnnx();
      if (at > end) throw notOnnx();
    }
  };
  walk("model", 0, file.length, 0);
  if (!hasGraph) throw notOnnx();
}

function notOnnx(): ArbiterError {
  return invalid("it is cut, corrupt, or no ONNX file");
}

function external(): ArbiterError {
  return invalid("its tensors lie in other files: save it as one file, without external data");
}

function invalid(message: string): ArbiterError {
  return new ArbiterError("foreign_model_invalid", message);
}
