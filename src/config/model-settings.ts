/** The settings of one model of the user's own, as a table like that of the server's settings. */
import { both, type Setting, type ValueOf } from "./setting.ts";

/** The settings of one model of the user's own; a model has either `onnx` or `remote`. */
export const modelSettingTable = {
  onnx: {
    type: "path",
    default: undefined,
    usedBy: both,
    why: "The ONNX file of the model. It needs the package onnxruntime-web (or onnxruntime-node) beside Arbiter.",
  },
  remote: {
    type: "endpoint",
    default: undefined,
    usedBy: both,
    why: "Where a service of the user's own answers the questions of the [model protocol](model-protocol.md).",
  },
  tokenFile: {
    type: "path",
    default: undefined,
    usedBy: both,
    why: "A file with the token that is shown to the remote service (`Authorization: Bearer …`).",
  },
  role: {
    type: "word",
    words: ["shadow", "vote"],
    default: "shadow",
    usedBy: both,
    why: "What the model's score does. `shadow`: it is shown, counted and logged, and changes nothing. `vote`: it is weighed into the probability, before the thresholds.",
  },
  weight: {
    type: "number",
    range: [0.01, 1],
    default: 0.5,
    usedBy: both,
    why: "The share of a voting model in the average of the log-odds; Arbiter's own part is what the weights of all voting models leave of 1. They must not exceed 1 together. A model that fails or is late has no say, and its share is Arbiter's.",
  },
  threshold: {
    type: "number",
    range: [0.001, 0.999],
    default: 0.5,
    usedBy: both,
    why: "The score from which the model is taken to call a request an attack, where it is counted how often it agrees with the verdict. Changes no verdict.",
  },
  timeoutMs: {
    type: "integer",
    unit: "ms",
    range: [1, 60_000],
    default: 100,
    usedBy: both,
    why: "How long the model may take. Three quarters of what the request's deadline leaves is the most in any case, so that a late model never costs the verdict itself.",
  },
  input: {
    type: "word",
    words: ["row", "text", "values", "bytes"],
    default: undefined,
    usedBy: both,
    why: "What the model reads: `row` (the numbers of [features.md](features.md)), `text` (the whole request), `values` (each value by itself; the worst one counts), `bytes` (the first bytes of the text). Not set: what the input of the ONNX file fits (numbers: `row`, strings: `text`, whole numbers: `bytes`), and `row` for a remote model.",
  },
  features: {
    type: "names",
    default: undefined,
    usedBy: both,
    why: "The features of a `row`, in the order in which the model was fitted. Not set: all of them in the order of features.md.",
  },
  length: {
    type: "integer",
    unit: "bytes",
    range: [1, 16_384],
    default: undefined,
    usedBy: both,
    why: "How many `bytes` a model reads. Not set: what the input of the ONNX file says, else 1024.",
  },
  output: {
    type: "text",
    default: undefined,
    usedBy: both,
    why: "The output of the ONNX file that holds the score. Not set: `probabilities`, else `scores`, else the only one that holds fractions.",
  },
  column: {
    type: "integer",
    unit: "the column",
    range: [0, 1_000],
    default: undefined,
    usedBy: both,
    why: "The column of the output that stands for attacks, counted from 0. Not set: the second of two; of more than two it must be named.",
  },
  gives: {
    type: "word",
    words: ["probability", "score"],
    default: undefined,
    usedBy: both,
    why: "What the output is: a `probability` in [0, 1], or a `score` on a scale of its own, which becomes 1/(1 + exp(−(score − offset)/spread)). Not set: `score` for an output called `scores`, as scikit-learn's outlier detectors have it, else `probability`.",
  },
  worse: {
    type: "word",
    words: ["lower", "higher"],
    default: "lower",
    usedBy: both,
    why: "Which end of a `score` is the bad one. `lower` is that of scikit-learn's outlier detectors.",
  },
  offset: {
    type: "number",
    range: [-1e6, 1e6],
    default: 0,
    usedBy: both,
    why: "The `score` that becomes 0.5. Scikit-learn's outlier detectors put their border at 0.",
  },
  spread: {
    type: "number",
    range: [1e-6, 1e6],
    default: 0.1,
    usedBy: both,
    why: "The distance of a `score` from the offset that becomes 0.73. A log-odds (logit) has `worse: higher` and a spread of 1.",
  },
} as const satisfies Record<string, Setting>;

/** One model of the user's own as it is configured. Exactly one of `onnx` and `remote` is set. */
export type ModelSettings = { readonly name: string } & {
  readonly [N in keyof typeof modelSettingTable]: ValueOf<(typeof modelSettingTable)[N]>;
};

/** Settings that only an ONNX file has. */
export const onnxSettings: readonly (keyof typeof modelSettingTable)[] = [
  "output",
  "column",
  "gives",
  "worse",
  "offset",
  "spread",
];
/** Settings that only a remote model has. */
export const remoteSettings: readonly (keyof typeof modelSettingTable)[] = ["tokenFile"];
