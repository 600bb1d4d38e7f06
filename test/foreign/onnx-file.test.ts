import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOnnxFile, onnxFileLimit } from "../../src/foreign/onnx-file.ts";
import { modelFolder } from "./model-settings.ts";

/** A field of a protocol-buffers message that holds bytes. */
const field = (number: number, content: readonly number[]): number[] => [
  ...varint(number * 8 + 2),
  ...varint(content.length),
  ...content,
];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];

const outside = [14 * 8, 1];
const named = field(13, field(1, [0x61]));
const graph = (content: readonly number[]): number[] => field(7, content);
const node = (attribute: readonly number[]): number[] => field(1, field(5, attribute));

const external: [where: string, file: readonly number[]][] = [
  ["an initializer", graph(field(5, outside))],
  ["an initializer that names a file only", graph(field(5, named))],
  ["a sparse initializer's values", graph(field(15, field(1, outside)))],
  ["a sparse initializer's indices", graph(field(15, field(2, outside)))],
  ["an attribute", graph(node(field(5, outside)))],
  ["a list of tensors in an attribute", graph(node(field(10, outside)))],
  ["a sparse tensor in an attribute", graph(node(field(22, field(1, outside))))],
  ["sparse tensors in an attribute", graph(node(field(23, field(1, outside))))],
  ["the branch of a condition", graph(node(field(6, field(5, outside))))],
  ["one of several graphs", graph(node(field(11, field(5, outside))))],
  ["a function's body", [...graph([]), ...field(25, field(7, field(5, field(5, outside))))]],
  ["a function's attribute", [...graph([]), ...field(25, field(11, field(5, outside)))]],
  ["training information", [...graph([]), ...field(20, field(1, field(5, outside)))]],
];

describe("an ONNX file", () => {
  it.each(readdirSync(modelFolder).filter((name) => name.endsWith(".onnx") && name !== "external.onnx"))(
    "is accepted as exporters write it: %s",
    (name) => {
      expect(() => checkOnnxFile(readFileSync(`${modelFolder}${name}`))).not.toThrow();
    },
  );

  it.each(external)("is refused where %s lies in another file", (_, file) => {
    expect(() => checkOnnxFile(Uint8Array.from(file))).toThrow(/lie in other files/);
  });

  it("is accepted where a tensor says that it lies in this one", () => {
    expect(() => checkOnnxFile(Uint8Array.from(graph(field(5, [14 * 8, 0]))))).not.toThrow();
  });

  it("is refused wherever it is cut", () => {
    const file = readFileSync(`${modelFolder}few.onnx`);
    let refused = 0;
    for (let length = 0; length < file.length; length++) {
      try {
        checkOnnxFile(file.subarray(0, length));
      } catch (error) {
        expect(error).toHaveProperty("code", "foreign_model_invalid");
        refused++;
      }
    }
    // A cut between two fields after the graph leaves a whole message.
    expect(refused).toBeGreaterThan(file.length - 20);
  });

  it.each([
    ["nothing", []],
    ["text", [...Buffer.from("this is no model")]],
    ["a field that is numbered 0", [0x02, 0x00]],
    ["a group", [0x3b, 0x3c]],
    ["an endless number", Array(20).fill(0xff)],
    ["a length beyond its end", [0x3a, 0xff, 0xff, 0xff, 0x7f, 0x00]],
    ["a model without graph", field(2, [0x61])],
  ] as const)("is refused where it is %s", (_, file) => {
    expect(() => checkOnnxFile(Uint8Array.from(file))).toThrow(/no ONNX file/);
  });

  it("is refused where graphs are nested without end, and where it is too large", () => {
    let nested: number[] = [];
    for (let i = 0; i < 100; i++) nested = node(field(6, nested));
    expect(() => checkOnnxFile(Uint8Array.from(graph(nested)))).toThrow(/nested too deep/);
    expect(() => checkOnnxFile({ length: onnxFileLimit + 1 } as Uint8Array)).toThrow(/larger than/);
  });

  it("is accepted or refused in words, whatever it holds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          checkOnnxFile(bytes);
        } catch (error) {
          expect(error).toHaveProperty("code", "foreign_model_invalid");
        }
      }),
    );
  });
});
