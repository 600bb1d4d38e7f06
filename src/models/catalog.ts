/**
 * The list of models that are fitted on their own. A model is added by its import and its line below: benches, the command
 * `train` and the contract checks then go over it too.
 */
import { ArbiterError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import { countsTfidfForest } from "./counts-tfidf-forest.ts";
import { autoencoder } from "./fit-autoencoder.ts";
import { boostedTrees } from "./fit-boosted-trees.ts";
import { halfSpaceTrees } from "./half-space-trees.ts";
import { isolationForest } from "./isolation-forest.ts";
import type { Estimator, ModelKind, Observation, Part, Plain } from "./model.ts";
import { oneClassSvm } from "./one-class-svm.ts";
import { tfidfLinear } from "./tfidf-linear.ts";

/** A fitted model. */
export interface FittedModel {
  /** All that it has learnt, as plain data. */
  readonly state: Plain;
  /** In [0, 1], higher is worse. Changes nothing. */
  score(observation: Observation): number;
}

/** A recipe, whatever part of an observation it reads. */
export interface CatalogModel {
  readonly name: string;
  readonly kind: ModelKind;
  readonly reads: Part;
  /**
   * Fits on observations; `attacks` holds 1 for an attack and 0 otherwise. Anomaly models leave the attacks out. The
   * same data and seed give the same state. Throws `data_invalid` where a label that the model needs does not occur.
   */
  fit(observations: readonly Observation[], attacks: Uint8Array, seed: number): FittedModel;
  /** The model of a state from a file. Throws `model_invalid` where it is none. */
  restore(state: Plain): FittedModel;
}

/** Every model, in the order in which they are listed. */
export const modelCatalog: readonly CatalogModel[] = [
  entry(isolationForest),
  entry(oneClassSvm),
  entry(halfSpaceTrees),
  entry(tfidfLinear),
  entry(boostedTrees),
  entry(autoencoder),
];

/** What others teach, for benches to compare with; neither trained by the command nor held to the contract of models. */
export const baselineModels: readonly CatalogModel[] = [entry(countsTfidfForest)];

/** The entry of that name, or undefined. */
export function catalogModel(name: string): CatalogModel | undefined {
  return modelCatalog.find((model) => model.name === name);
}

function entry<P extends Part, S extends object>(estimator: Estimator<P, S>): CatalogModel {
  const { name, kind, reads } = estimator;
  const fitted = (model: S): FittedModel => {
    const score = estimator.scorer(model);
    return { state: model as Plain, score: (observation) => score(observation[reads]) };
  };
  return {
    name,
    kind,
    reads,
    fit(observations, attacks, seed) {
      const used = observations.filter((_, index) => kind === "supervised" || attacks[index] === 0);
      const labels = kind === "supervised" ? attacks : new Uint8Array(used.length);
      if (!labels.includes(0) || (kind === "supervised" && !labels.includes(1)))
        throw new ArbiterError(
          "data_invalid",
          `the model ${name} is fitted on ${kind === "anomaly" ? "normal traffic, and there is none" : "requests of both labels, and one is missing"}`,
        );
      const inputs = used.map((observation) => observation[reads]);
      return fitted(estimator.fit(inputs, labels, seededRandom(seed)));
    },
    restore: (state) => fitted(estimator.check(state)),
  };
}
