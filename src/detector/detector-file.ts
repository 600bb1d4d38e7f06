/**
 * The detector file: everything that a detector needs, as data alone. Nothing in it is executed, nothing refers to
 * another file. Layout, integers little-endian: the magic, a format version (u32), the length of the header (u32), the
 * header (JSON), the sections (typed arrays at multiples of 8), and the SHA-256 of all bytes before it.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ArbiterError } from "../errors.ts";
import { features, featuresId } from "../features/catalog.ts";
import { signsId } from "../features/structure/signs.ts";
import type { BoostedTrees } from "../models/boosted-trees.ts";
import type { Evidence } from "../models/evidence.ts";
import { evidenceBound } from "../models/evidence.ts";
import type { FlatTrees } from "../models/flat-trees.ts";
import { problemOfTrees } from "../models/flat-trees.ts";
import type { IsolationForest } from "../models/isolation-forest.ts";
import type { LogisticRegression } from "../models/logistic-regression.ts";
import type { SymbolNgrams } from "../models/symbol-ngrams.ts";
import type {
  MeasuredSecondOpinion,
  MeasuredThreshold,
  OperatingPointsByPreset,
} from "../verdict/operating-point.ts";
import type { AttackType } from "../verdict/verdict.ts";
import { attackTypes } from "../verdict/verdict.ts";
import { structureColumns } from "./readings.ts";

/** What a detector consists of. */
export interface DetectorParts {
  readonly forest: IsolationForest;
  /** The text models: of the letters of a text, and of its tokens. */
  readonly letters: SymbolNgrams;
  readonly tokens: SymbolNgrams;
  /** The attack type of each class of the text models. */
  readonly classes: readonly AttackType[];
  /** Log-odds of "attack" from the log-odds of the letters, those of the tokens, and the forest's score. */
  readonly fusion: LogisticRegression;
  /** What the structure of the worst text adds to the log-odds. */
  readonly structure: BoostedTrees;
  /** What the rules of CRS that matched add in second opinion, by rule id. */
  readonly evidence: Evidence;
  readonly operatingPoints: OperatingPointsByPreset;
  /** What second opinion does at its balanced operating point; null where the data held no alarms of a narrow net. */
  readonly secondOpinion: MeasuredSecondOpinion | null;
  /** Thresholds with their measured price, from many false alarms to few. */
  readonly measured: readonly MeasuredThreshold[];
  readonly provenance: Provenance;
}

/** Where a detector comes from. There is no time stamp: equal data and seed give equal bytes. */
export interface Provenance {
  readonly seed: number;
  /** Version of the package that made it. */
  readonly madeWith: string;
  /** The data, by source: rows used, and rows left out as wrongly labelled. */
  readonly sources: readonly {
    readonly name: string;
    readonly benign: number;
    readonly attack: number;
    readonly dropped: number;
  }[];
  /** SHA-256 of the training rows in order, hexadecimal. */
  readonly dataDigest: string;
}

const magic = Buffer.from("ARBITER\n", "latin1");
/** Version of the layout and of what the symbols of the text models mean; a file of another version is refused. */
export const formatVersion = 6;
/** Largest file that is read, in bytes. */
export const maxFileBytes = 64 * 1024 * 1024;
const digestBytes = 32;

const share = z.number().min(0).max(1);
const openShare = z.number().gt(0).lt(1);
/** Far beyond any fitted number, and far from where sums and products of doubles would overflow. */
const largest = 1e6;
const coefficient = z.number().min(-largest).max(largest);
const stepSchema = z.number().positive().max(largest);
const pointSchema = z
  .strictObject({ suspect: openShare, attack: openShare })
  .refine(({ suspect, attack }) => suspect <= attack, "suspect must not exceed attack");
const pointsSchema = z.strictObject({
  "second-opinion": pointSchema,
  scoring: pointSchema,
  general: pointSchema,
});
const sectionSchema = z.strictObject({
  name: z.string().max(64),
  type: z.enum(["int8", "uint8", "int16", "int32", "float32", "float64"]),
  offset: z.int().nonnegative(),
  length: z.int().nonnegative(),
});
const bucketsSchema = z
  .int()
  .min(256)
  .max(1 << 22)
  .refine((buckets) => (buckets & (buckets - 1)) === 0, "the number of buckets is not a power of two");
const ngramsSchema = z.strictObject({
  buckets: bucketsSchema,
  step: stepSchema,
  bias: coefficient,
  classBuckets: bucketsSchema,
  classStep: stepSchema,
});
const headerSchema = z.strictObject({
  features: z.string(),
  signs: z.string(),
  classes: z.array(z.enum(attackTypes)).min(1).max(64),
  letters: ngramsSchema,
  tokens: ngramsSchema,
  forest: z.strictObject({ features: z.int().positive().max(127), sampleSize: z.int().min(2) }),
  fusion: z.strictObject({
    bias: coefficient,
    weights: z.array(z.number().min(0).max(largest)).length(3),
  }),
  structure: z.strictObject({ columns: z.int().positive().max(1024), bias: coefficient }),
  evidence: z
    .strictObject({
      signs: z.array(z.int().nonnegative()).max(4096),
      weights: z.array(z.number().min(0).max(evidenceBound)).max(4096),
    })
    .refine(({ signs, weights }) => signs.length === weights.length, "there is not one weight for each rule")
    .refine(
      ({ signs }) => signs.every((sign, i) => i === 0 || signs[i - 1]! < sign),
      "the rules are not in ascending order",
    ),
  secondOpinion: z
    .strictObject({
      falseAlarms: z.int().nonnegative(),
      attacks: z.int().nonnegative(),
      left: share,
      kept: share,
    })
    .nullable(),
  operatingPoints: z.strictObject({ strict: pointsSchema, balanced: pointsSchema, lenient: pointsSchema }),
  measured: z.array(z.strictObject({ threshold: openShare, falseAlarms: share, detection: share })).max(64),
  provenance: z.strictObject({
    seed: z.int(),
    madeWith: z.string().max(64),
    sources: z
      .array(
        z.strictObject({ name: z.string().max(128), benign: z.int(), attack: z.int(), dropped: z.int() }),
      )
      .max(1024),
    dataDigest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  sections: z.array(sectionSchema).max(32),
});

const arrayTypes = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
type SectionType = keyof typeof arrayTypes;
type Section = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The sections in file order, with where they come from. */
const layout = [
  ["letters.weights", "int8", (parts: DetectorParts): Section => parts.letters.weights],
  ["letters.classWeights", "int8", (parts: DetectorParts): Section => parts.letters.classWeights],
  ["letters.classBias", "float32", (parts: DetectorParts): Section => parts.letters.classBias],
  ["tokens.weights", "int8", (parts: DetectorParts): Section => parts.tokens.weights],
  ["tokens.classWeights", "int8", (parts: DetectorParts): Section => parts.tokens.classWeights],
  ["tokens.classBias", "float32", (parts: DetectorParts): Section => parts.tokens.classBias],
  ["forest.roots", "int32", (parts: DetectorParts): Section => parts.forest.roots],
  ["forest.feature", "int8", (parts: DetectorParts): Section => Int8Array.from(parts.forest.feature)],
  ["forest.threshold", "float32", (parts: DetectorParts): Section => parts.forest.threshold],
  ["forest.left", "int32", (parts: DetectorParts): Section => parts.forest.left],
  ["forest.depth", "float32", (parts: DetectorParts): Section => parts.forest.depth],
  ["structure.roots", "int32", (parts: DetectorParts): Section => parts.structure.roots],
  ["structure.feature", "int16", (parts: DetectorParts): Section => parts.structure.feature],
  ["structure.value", "float64", (parts: DetectorParts): Section => parts.structure.value],
  ["structure.missingRight", "uint8", (parts: DetectorParts): Section => parts.structure.missingRight],
  ["structure.left", "int32", (parts: DetectorParts): Section => parts.structure.left],
] as const satisfies readonly (readonly [string, SectionType, (parts: DetectorParts) => Section])[];

/** The bytes of the file; equal parts give equal bytes. */
export function writeDetector(parts: DetectorParts): Uint8Array {
  let offset = 0;
  const sections = layout.map(([name, type, pick]) => {
    const array = pick(parts);
    const section = { name, type, offset, length: array.length };
    offset = padded(offset + array.byteLength);
    return section;
  });
  const { letters, tokens, forest, structure } = parts;
  const header = Buffer.from(
    JSON.stringify({
      features: featuresId,
      signs: signsId,
      classes: parts.classes,
      letters: ngramsHeader(letters),
      tokens: ngramsHeader(tokens),
      forest: { features: forest.features, sampleSize: forest.sampleSize },
      fusion: parts.fusion,
      structure: { columns: structure.columns, bias: structure.bias },
      evidence: parts.evidence,
      secondOpinion: parts.secondOpinion,
      operatingPoints: parts.operatingPoints,
      measured: parts.measured,
      provenance: parts.provenance,
      sections,
    }),
  );
  const start = padded(magic.length + 8 + header.length);
  const file = Buffer.alloc(start + offset + digestBytes);
  magic.copy(file, 0);
  file.writeUInt32LE(formatVersion, magic.length);
  file.writeUInt32LE(header.length, magic.length + 4);
  header.copy(file, magic.length + 8);
  for (const [index, [, , pick]] of layout.entries()) {
    const array = pick(parts);
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).copy(file, start + sections[index]!.offset);
  }
  digestOf(file.subarray(0, file.length - digestBytes)).copy(file, file.length - digestBytes);
  return file;
}

/**
 * Reads and checks a detector file. Throws `model_invalid` where it is cut, corrupt or no detector file, and
 * `model_incompatible` where it was made for another format or other features.
 */
export function parseDetector(file: Uint8Array): DetectorParts {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length > maxFileBytes) throw invalid(`it has ${bytes.length} bytes, more than ${maxFileBytes}`);
  if (bytes.length < magic.length + 8 + digestBytes || !bytes.subarray(0, magic.length).equals(magic))
    throw invalid("it does not begin as a detector file does");
  const version = bytes.readUInt32LE(magic.length);
  if (version !== formatVersion)
    throw incompatible(`it has format version ${version}, and this release reads version ${formatVersion}`);
  const content = bytes.subarray(0, bytes.length - digestBytes);
  if (!digestOf(content).equals(bytes.subarray(bytes.length - digestBytes)))
    throw invalid("its digest does not fit its content: it is cut or changed");

  const headerLength = bytes.readUInt32LE(magic.length + 4);
  const start = padded(magic.length + 8 + headerLength);
  if (start > content.length) throw invalid("its header is longer than the file");
  const header = readHeader(content.subarray(magic.length + 8, magic.length + 8 + headerLength));
  if (header.features !== featuresId)
    throw incompatible(`it was made for features ${header.features}, and this release has ${featuresId}`);

  if (header.signs !== signsId)
    throw incompatible(`it was made for signs ${header.signs}, and this release has ${signsId}`);

  const arrays = readSections(content.subarray(start), header.sections);
  const readNgrams = (name: "letters" | "tokens"): SymbolNgrams => ({
    ...header[name],
    weights: arrays[`${name}.weights`] as Int8Array,
    classes: header.classes.length,
    classWeights: arrays[`${name}.classWeights`] as Int8Array,
    classBias: arrays[`${name}.classBias`] as Float32Array,
  });
  const parts: DetectorParts = {
    forest: {
      ...header.forest,
      roots: arrays["forest.roots"] as Int32Array,
      feature: arrays["forest.feature"] as Int8Array,
      threshold: arrays["forest.threshold"] as Float32Array,
      left: arrays["forest.left"] as Int32Array,
      depth: arrays["forest.depth"] as Float32Array,
    },
    letters: readNgrams("letters"),
    tokens: readNgrams("tokens"),
    classes: header.classes,
    fusion: header.fusion,
    structure: {
      ...header.structure,
      roots: arrays["structure.roots"] as Int32Array,
      feature: arrays["structure.feature"] as Int16Array,
      value: arrays["structure.value"] as Float64Array,
      missingRight: arrays["structure.missingRight"] as Uint8Array,
      left: arrays["structure.left"] as Int32Array,
    },
    evidence: header.evidence,
    secondOpinion: header.secondOpinion,
    operatingPoints: header.operatingPoints,
    measured: header.measured,
    provenance: header.provenance,
  };
  checkNgrams(parts.letters);
  checkNgrams(parts.tokens);
  checkForest(parts.forest);
  checkStructure(parts.structure);
  return parts;
}

/** The identity of a detector: the first 12 hexadecimal digits of its file's digest. */
export function detectorId(file: Uint8Array): string {
  return Buffer.from(file.subarray(file.length - digestBytes))
    .toString("hex")
    .slice(0, 12);
}

function ngramsHeader(model: SymbolNgrams): z.infer<typeof ngramsSchema> {
  const { buckets, step, bias, classBuckets, classStep } = model;
  return { buckets, step, bias, classBuckets, classStep };
}

function readHeader(bytes: Buffer): z.infer<typeof headerSchema> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalid("its header is not JSON", cause);
  }
  const result = headerSchema.safeParse(json);
  if (!result.success) throw invalid(`its header is wrong: ${z.prettifyError(result.error)}`);
  return result.data;
}

function readSections(
  content: Buffer,
  sections: readonly z.infer<typeof sectionSchema>[],
): Record<(typeof layout)[number][0], Section> {
  let expected = 0;
  if (sections.length !== layout.length) throw invalid("it has not the sections of a detector");
  const arrays = sections.map((section, index) => {
    const [name, type] = layout[index]!;
    if (section.name !== name || section.type !== type)
      throw invalid(`section ${index} is not ${name} (${type})`);
    const bytes = section.length * arrayTypes[type].BYTES_PER_ELEMENT;
    if (section.offset !== expected || section.offset + bytes > content.length)
      throw invalid(`section ${name} does not lie where the one before it ends, or reaches past the end`);
    expected = padded(section.offset + bytes);
    // A copy is aligned, whatever the file's own place in memory.
    const copy = Uint8Array.prototype.slice.call(content, section.offset, section.offset + bytes);
    const array = new arrayTypes[type](copy.buffer, copy.byteOffset, section.length);
    if ((type === "float32" || type === "float64") && !array.every((value) => Number.isFinite(value)))
      throw invalid(`section ${name} holds a number that is not finite`);
    return [name, array] as const;
  });
  if (expected !== content.length) throw invalid("bytes are left over after its sections");
  return Object.fromEntries(arrays) as Record<(typeof layout)[number][0], Section>;
}

function checkNgrams(ngrams: SymbolNgrams): void {
  const { buckets, classBuckets, classes } = ngrams;
  if (ngrams.weights.length !== buckets) throw invalid("a text model has not one weight for each bucket");
  if (classBuckets > buckets) throw invalid("a text model has more buckets for classes than for the alarm");
  if (ngrams.classWeights.length !== classBuckets * classes || ngrams.classBias.length !== classes)
    throw invalid("a text model has not one weight for each class bucket and class");
  if (ngrams.weights.every((weight) => weight === 0)) throw invalid("all weights of a text model are zero");
}

function checkTrees(trees: FlatTrees, columns: number): void {
  const problem = problemOfTrees(trees, columns);
  if (problem !== undefined) throw invalid(problem);
}

function checkForest(forest: IsolationForest): void {
  if (forest.features !== features.length) throw invalid("the forest was fitted on other features");
  const nodes = forest.feature.length;
  if (forest.roots.length === 0) throw invalid("the forest has no trees");
  if (forest.threshold.length !== nodes || forest.depth.length !== nodes)
    throw invalid("the arrays of the forest have different lengths");
  checkTrees(forest, forest.features);
  const odd = forest.depth.findIndex((depth) => depth < 0 || depth > largest);
  if (odd >= 0) throw invalid(`node ${odd} has a depth of ${forest.depth[odd]}`);
}

function checkStructure(trees: BoostedTrees): void {
  if (trees.columns !== structureColumns) throw invalid("the trees of structure read other columns");
  const nodes = trees.feature.length;
  if (trees.value.length !== nodes || trees.missingRight.length !== nodes)
    throw invalid("the arrays of the trees of structure have different lengths");
  checkTrees(trees, trees.columns);
}

function padded(offset: number): number {
  return (offset + 7) & ~7;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function invalid(reason: string, cause?: unknown): ArbiterError {
  return new ArbiterError("model_invalid", `this is no usable detector file: ${reason}`, { cause });
}

function incompatible(reason: string): ArbiterError {
  return new ArbiterError(
    "model_incompatible",
    `this detector file does not fit this release: ${reason}; train it again with this release`,
  );
}
