import { describe, expect, it } from "vitest";
import { signatureOf, type ValueMetadata } from "../../src/foreign/onnx-signature.ts";
import { onnxSettings } from "./model-settings.ts";

const any = 2 ** 32 - 1;
const value = (name: string, type: string, shape: (number | string)[]): ValueMetadata => ({
  name,
  isTensor: true,
  type,
  shape,
});
const row = value("row", "float32", [any, 26]);
const text = value("text", "string", [any, 1]);
const label = value("label", "int64", [any]);
const probabilities = value("probabilities", "float32", [any, 2]);
const sign = (
  settings: Parameters<typeof onnxSettings>[1],
  inputs: readonly ValueMetadata[],
  outputs: readonly ValueMetadata[] = [label, probabilities],
) => signatureOf(onnxSettings("any", settings), inputs, outputs);

describe("the signature of an ONNX file", () => {
  it.each([
    ["a row of all features", {}, row, "row", 26],
    ["a row of any length", {}, value("x", "float64", ["N", -1]), "row", 26],
    ["a row without a batch", {}, value("x", "float32", [26]), "row", 26],
    ["some features", { features: ["hour", "arguments"] }, value("x", "float32", [1, 2]), "row", 2],
    ["a text", {}, text, "text", 0],
    ["a list of texts", {}, value("x", "string", [any]), "text", 0],
    ["values", { input: "values" }, text, "values", 0],
    ["whole numbers", {}, value("x", "int64", [1, 300]), "bytes", 0],
    ["fractions that are bytes", { input: "bytes" }, value("x", "float32", [any, 64]), "bytes", 0],
  ] as const)("reads %s", (_, settings, input, kind, columns) => {
    const { reading } = sign(settings, [input]);
    expect(reading.kind).toBe(kind);
    expect(reading.columns.length).toBe(columns);
  });

  it("takes the length of bytes from the file, else from the settings, else 1,024", () => {
    const lengthOf = (settings: object, dim: number) =>
      sign(settings, [value("x", "uint8", [1, dim])]).reading.length;
    expect([lengthOf({}, 300), lengthOf({ length: 77 }, any), lengthOf({}, any)]).toEqual([300, 77, 1024]);
  });

  it.each([
    ["two inputs", {}, [row, text], undefined, /one input, and it has 2: "row", "text"/],
    ["no input", {}, [], undefined, /one input, and it has 0/],
    ["no tensor", {}, [{ name: "x", isTensor: false }], undefined, /its input is no tensor/],
    ["half precision", {}, [value("x", "float16", [1, 26])], undefined, /its input is float16/],
    [
      "too few numbers",
      {},
      [value("x", "float32", [any, 4])],
      undefined,
      /shape \[any, 4\], and a row has 26/,
    ],
    ["a batch of eight", {}, [value("x", "float32", [8, 26])], undefined, /requests come one by one/],
    ["three dimensions", {}, [value("x", "float32", [1, 1, 26])], undefined, /needs one dimension/],
    ["no dimension", {}, [value("x", "string", [])], undefined, /needs one dimension/],
    ["two strings", {}, [value("x", "string", [any, 2])], undefined, /a text is one string/],
    ["strings for a row", { input: "row" }, [text], undefined, /can be text or values, and `input` is row/],
    ["numbers for a text", { input: "text" }, [row], undefined, /can be row or bytes, and `input` is text/],
    ["a length that differs", { length: 9 }, [value("x", "int64", [1, 300])], undefined, /`length` is 9/],
    ["an unknown feature", { features: ["no"] }, [value("x", "float32", [1, 1])], undefined, /called "no"/],
    ["an unknown output", { output: "no" }, [row], undefined, /no output "no", but "label", "probabilities"/],
    ["a label for a score", { output: "label" }, [row], undefined, /name one of "label", "probabilities"/],
    ["a map", {}, [row], [label, { name: "p", isTensor: false }], /"p" is no tensor: .*"zipmap": False/],
    [
      "two scores",
      {},
      [row],
      [value("a", "float32", [1]), value("b", "float32", [1])],
      /name one of "a", "b"/,
    ],
    ["three columns", {}, [row], [value("a", "float32", [1, 3])], /3 columns: name that of attacks/],
    ["a column too far", { column: 2 }, [row], undefined, /2 columns, and `column` is 2/],
  ] as const)("refuses %s and says what it found", (_, settings, inputs, outputs, complaint) => {
    expect(() => sign(settings, inputs, outputs)).toThrow(complaint);
    expect(() => sign(settings, inputs, outputs)).toThrow(
      expect.objectContaining({
        code: _ === "an unknown feature" ? "config_invalid" : "foreign_model_invalid",
      }),
    );
  });

  it("makes tensors of the file's type and shape", () => {
    const rowInput = { kind: "row", row: new Float64Array(26).fill(0.1) } as const;
    const [wide] = sign({}, [row]).tensorsOf(rowInput);
    expect([wide?.type, wide?.dims]).toEqual(["float32", [1, 26]]);
    expect(wide?.data).toBeInstanceOf(Float32Array);
    const bytes = { kind: "bytes", bytes: Uint8Array.of(1, 255) } as const;
    const [whole] = sign({ length: 2 }, [value("x", "int64", [any])]).tensorsOf(bytes);
    expect([whole?.dims, whole?.data]).toEqual([[2], BigInt64Array.of(1n, 255n)]);
    const texts = { kind: "values", texts: ["a", "b"] } as const;
    expect(
      sign({ input: "values" }, [text])
        .tensorsOf(texts)
        .map(({ dims }) => dims),
    ).toEqual([[2, 1]]);
    const single = value("x", "string", [1]);
    expect(
      sign({ input: "values" }, [single])
        .tensorsOf(texts)
        .map(({ data }) => data),
    ).toEqual([["a"], ["b"]]);
  });
});

describe("the score in an output", () => {
  const scoreOf = (
    settings: Parameters<typeof onnxSettings>[1],
    dims: number[],
    data: number[],
    name = "probabilities",
  ) =>
    sign(
      settings,
      [row],
      [
        value(
          name,
          "float32",
          dims.map(() => any),
        ),
      ],
    ).scoreOf({
      type: "float32",
      dims,
      data: Float32Array.from(data),
    });

  it.each([
    ["the second of two columns", {}, [1, 2], [0.25, 0.75], 0.75],
    ["the column that is named", { column: 0 }, [1, 2], [0.25, 0.75], 0.25],
    ["the only column", {}, [1, 1], [0.5], 0.5],
    ["the only number", {}, [1], [0.5], 0.5],
    ["a number without dimensions", {}, [], [0.5], 0.5],
    ["the worst of several rows", {}, [3, 2], [1, 0, 0.25, 0.75, 0.5, 0.5], 0.75],
    ["a probability that rounding carried over", {}, [1], [1.00001], 1],
    ["NaN", {}, [1], [Number.NaN], undefined],
    ["NaN in one of several rows", {}, [2], [0.5, Number.NaN], undefined],
    ["infinity", {}, [1], [Number.POSITIVE_INFINITY], undefined],
    ["infinity as a score", { gives: "score" }, [1], [Number.NEGATIVE_INFINITY], undefined],
    ["a log-odds for a probability", {}, [1], [3.2], undefined],
    ["a negative probability", {}, [1], [-0.5], undefined],
    ["nothing", {}, [0, 2], [], undefined],
    ["fewer columns than promised", { column: 3 }, [1, 2], [0, 1], undefined],
  ] as const)("is right for %s", (_, settings, dims, data, score) => {
    expect(scoreOf(settings, [...dims], [...data])).toBe(score);
  });

  it("comes from a scale of its own through offset, spread and direction", () => {
    expect(scoreOf({}, [1, 1], [0], "scores")).toBe(0.5);
    expect(scoreOf({}, [1, 1], [-0.1], "scores")).toBeCloseTo(0.731, 3);
    expect(scoreOf({}, [1, 1], [0.1], "scores")).toBeCloseTo(0.269, 3);
    const logit = { gives: "score", worse: "higher", spread: 1 } as const;
    expect(scoreOf(logit, [1, 1], [Math.log(3)])).toBeCloseTo(0.75, 6);
    expect(scoreOf({ ...logit, offset: Math.log(3) }, [1, 1], [Math.log(3)])).toBeCloseTo(0.5, 6);
    for (const extreme of [-1e30, 1e30]) expect([0, 1]).toContain(scoreOf(logit, [1], [extreme]));
  });

  it("is none where the tensor holds no fractions", () => {
    const tensor = { type: "int64", dims: [1], data: BigInt64Array.of(1n) };
    expect(sign({}, [row]).scoreOf(tensor)).toBeUndefined();
  });
});
