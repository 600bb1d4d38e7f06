/**
 * Traffic rows → one model of the catalog with a measured threshold. A fifth of the rows is held out: the threshold comes from
 * the normal ones among them, and every measure from rows that the model was not fitted on.
 */
import { createHash } from "node:crypto";
import type { SingleModelParts } from "../detector/single-model.ts";
import { observationOf } from "../detector/single-model.ts";
import { ArbiterError } from "../errors.ts";
import { catalogModel, modelCatalog } from "../models/catalog.ts";
import type { Observation } from "../models/model.ts";
import type { Random } from "../random.ts";
import { seededRandom } from "../random.ts";
import type { TrafficRow } from "../traffic/traffic-row.ts";
import { transactionOf } from "../traffic/traffic-row.ts";
import { areaUnderRoc, shareAtOrAbove, thresholdAt } from "./metrics.ts";

/** Names of the models that can be trained on their own. */
export const modelNames: readonly string[] = modelCatalog.map(({ name }) => name);

export interface ModelTrainingOptions {
  /** One of `modelNames`. */
  readonly name: string;
  readonly seed: number;
  /** Version of the package, for the provenance. */
  readonly madeWith: string;
  /** Rows without a label are normal traffic; otherwise they are left out. */
  readonly normalOnly: boolean;
  /** The share of normal requests that may be called odd, in [0, 1). */
  readonly falseAlarms: number;
}

/** A trained model; `auc` is on the held-out rows, null where they hold no attack. */
export interface TrainedModel {
  readonly parts: SingleModelParts;
  readonly auc: number | null;
}

/** Collects rows and fits. */
export interface ModelTrainer {
  add(row: TrafficRow): void;
  /** Throws `data_invalid` where a label that the model needs is missing or there are too few rows. */
  finish(): TrainedModel;
}

/** Fewest normal rows, and for a supervised model fewest attacks. */
export const fewestModelRows = 50;
const heldOutShare = 0.2;

/** Makes a trainer. Throws `data_invalid` for a model that cannot be trained in this way. */
export function modelTrainer(options: ModelTrainingOptions): ModelTrainer {
  const model = catalogModel(options.name);
  if (model === undefined)
    throw new ArbiterError(
      "data_invalid",
      `there is no model ${options.name}; there are ${modelNames.join(", ")}`,
    );
  const learnsFromAttacks = model.kind === "supervised";
  if (options.normalOnly && learnsFromAttacks)
    throw new ArbiterError(
      "data_invalid",
      `the model ${model.name} learns from both labels and cannot be trained on normal traffic alone`,
    );
  const hash = createHash("sha256");
  const normal: Observation[] = [];
  const attacks: Observation[] = [];
  return {
    add(row) {
      const label = row.label ?? (options.normalOnly ? "benign" : undefined);
      if (label === undefined) return;
      const part = observationOf(transactionOf(row))[model.reads];
      hash.update(label);
      hash.update(digestible(part));
      (label === "benign" ? normal : attacks).push({ ...nothing, [model.reads]: part });
    },
    finish() {
      if (normal.length < fewestModelRows || (learnsFromAttacks && attacks.length < fewestModelRows))
        throw new ArbiterError(
          "data_invalid",
          `the model ${model.name} needs at least ${fewestModelRows} ${learnsFromAttacks ? "rows of each label" : "normal rows"}; there are ${normal.length} normal rows and ${attacks.length} attacks`,
        );
      const random = seededRandom(options.seed);
      const [heldOut, seen] = parted(normal, heldOutShare, random);
      // Attacks that the model does not learn from are all unseen.
      const [unseenAttacks, seenAttacks] = parted(attacks, learnsFromAttacks ? heldOutShare : 1, random);
      const labels = new Uint8Array(seen.length + seenAttacks.length).fill(1, seen.length);
      const fitted = model.fit([...seen, ...seenAttacks], labels, options.seed);

      const normalScores = Float64Array.from(heldOut, fitted.score);
      const attackScores = Float64Array.from(unseenAttacks, fitted.score);
      const threshold = thresholdAt(normalScores, options.falseAlarms);
      return {
        auc: areaUnderRoc(normalScores, attackScores),
        parts: {
          name: model.name,
          state: fitted.state,
          measured: {
            threshold,
            promisedFalseAlarms: options.falseAlarms,
            falseAlarms: shareAtOrAbove(normalScores, threshold),
            normalRows: heldOut.length,
            detection: attackScores.length > 0 ? shareAtOrAbove(attackScores, threshold) : null,
            attackRows: attackScores.length,
          },
          provenance: {
            seed: options.seed,
            madeWith: options.madeWith,
            normalRows: seen.length,
            attackRows: seenAttacks.length,
            dataDigest: hash.digest("hex"),
          },
        },
      };
    },
  };
}

/** Parts that the model does not read are not kept. */
const nothing: Observation = { row: new Float64Array(0), texts: [], bytes: new Uint8Array(0) };

function digestible(part: Observation[keyof Observation]): Uint8Array | string {
  if (part instanceof Float64Array) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  return part instanceof Uint8Array ? part : JSON.stringify(part);
}

/** A share of the items, drawn by lot, and the rest; both in the order in which they came. */
function parted<T>(items: readonly T[], share: number, random: Random): [drawn: T[], rest: T[]] {
  const order = random.shuffle(Uint32Array.from(items.keys()));
  const drawn = new Set(order.subarray(0, Math.round(share * items.length)));
  return [items.filter((_, i) => drawn.has(i)), items.filter((_, i) => !drawn.has(i))];
}
