/**
 * One model of the catalog on its own: a transaction in, a score out, and a threshold that was measured. It gives no verdict:
 * it runs beside a detector, or in a bench. Its file is that of `models/model-file.ts`.
 */
import { z } from "zod";
import { ArbiterError } from "../errors.ts";
import { featuresId } from "../features/catalog.ts";
import { extract } from "../features/extract.ts";
import { requestBytes } from "../features/request-bytes.ts";
import type { FittedModel } from "../models/catalog.ts";
import { catalogModel } from "../models/catalog.ts";
import type { Observation, Plain } from "../models/model.ts";
import { isModelFile, modelId, readModelFile, writeModelFile } from "../models/model-file.ts";
import { invalidModel } from "../models/state.ts";
import type { Transaction } from "../transaction/transaction.ts";

/** From which score a request is called odd, and what that cost on rows that the model had not seen. */
export interface ModelThreshold {
  /** A score; somewhat above 1 where no threshold keeps the promise. */
  readonly threshold: number;
  /** The share of normal requests that may lie at or above it: what was asked for. */
  readonly promisedFalseAlarms: number;
  /** The share of held-out normal rows that do, and how many rows that is a share of. */
  readonly falseAlarms: number;
  readonly normalRows: number;
  /** The share of attacks that do; null where there were none. */
  readonly detection: number | null;
  readonly attackRows: number;
}

/** Where a model comes from. There is no time stamp: equal data and seed give equal bytes. */
export interface ModelProvenance {
  readonly seed: number;
  /** Version of the package that made it. */
  readonly madeWith: string;
  /** Rows that it was fitted on. */
  readonly normalRows: number;
  readonly attackRows: number;
  /** SHA-256 of what it read of all rows in order, hexadecimal. */
  readonly dataDigest: string;
}

/** What a file of a single model holds. */
export interface SingleModelParts {
  /** A name of the catalog. */
  readonly name: string;
  readonly state: Plain;
  readonly measured: ModelThreshold;
  readonly provenance: ModelProvenance;
}

/** A model that is ready to score. */
export interface SingleModel extends Omit<SingleModelParts, "state"> {
  /** The first 12 hexadecimal digits of the file's digest. */
  readonly id: string;
  /** In [0, 1], higher is worse. Pure but for scratch memory. */
  score(transaction: Transaction): number;
}

/** What models may read of the transaction; each part is made when it is asked for. */
export function observationOf(transaction: Transaction): Observation {
  return {
    get row() {
      return extract(transaction).row();
    },
    get texts() {
      return extract(transaction).texts.map(({ text }) => Buffer.from(text, "latin1").toString("utf8"));
    },
    get bytes() {
      return requestBytes(transaction);
    },
  };
}

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
const headSchema = z.strictObject({
  features: z.string().max(64),
  measured: z.strictObject({
    threshold: z.number().min(0).max(1.001),
    promisedFalseAlarms: share,
    falseAlarms: share,
    normalRows: count,
    detection: share.nullable(),
    attackRows: count,
  }),
  provenance: z.strictObject({
    seed: z.int(),
    madeWith: z.string().max(64),
    normalRows: count,
    attackRows: count,
    dataDigest: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  model: z.unknown(),
});

/** The bytes of the file; equal parts give equal bytes. */
export function writeSingleModel({ name, state, measured, provenance }: SingleModelParts): Uint8Array {
  const content = { features: featuresId, measured, provenance, model: state };
  return writeModelFile({ kind: name, content: content as unknown as Plain });
}

/** True where the bytes begin as a file of a single model does. */
export const isSingleModel: (file: Uint8Array) => boolean = isModelFile;

/**
 * Reads a file. Throws `model_invalid` where it is cut, corrupt or no model, and `model_incompatible` where it was made for
 * other features or by a release with other models.
 */
export function readSingleModel(file: Uint8Array): SingleModel {
  const { kind, content } = readModelFile(file);
  const entry = catalogModel(kind);
  if (entry === undefined) throw incompatible("this release has no such model");
  const head = headSchema.safeParse(content);
  if (!head.success) throw invalidModel(`its header is wrong: ${z.prettifyError(head.error)}`);
  const { features, measured, provenance, model } = head.data;
  if (features !== featuresId)
    throw incompatible(`it was made for features ${features}, and this release has ${featuresId}`);
  return composeSingleModel(
    { name: kind, measured, provenance },
    entry.restore(model as Plain),
    modelId(file),
  );
}

/** Composes a model from parts already checked. */
export function composeSingleModel(
  parts: Omit<SingleModelParts, "state">,
  fitted: FittedModel,
  id: string,
): SingleModel {
  const { name, measured, provenance } = parts;
  return {
    id,
    name,
    measured,
    provenance,
    score: (transaction) => fitted.score(observationOf(transaction)),
  };
}

function incompatible(reason: string): ArbiterError {
  return new ArbiterError(
    "model_incompatible",
    `this model file does not fit this release: ${reason}; train it again with this release`,
  );
}
