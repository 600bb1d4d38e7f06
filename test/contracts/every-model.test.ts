/**
 * What every model owes: scoring is pure, equal seeds give equal models, a model survives its file, it has learnt
 * something from the data and not from its own shape, and it needs no more memory for more data.
 */
import { describe, expect, test } from "vitest";
import { composeDetector } from "../../src/detector/detector.ts";
import { parseDetector, writeDetector } from "../../src/detector/detector-file.ts";
import { observationOf } from "../../src/detector/single-model.ts";
import { autoencoderScorer } from "../../src/models/autoencoder.ts";
import { scoreBoostedTrees } from "../../src/models/boosted-trees.ts";
import { modelCatalog } from "../../src/models/catalog.ts";
import { fitEvidence, scoreEvidence } from "../../src/models/evidence.ts";
import { autoencoderDefaults, fitAutoencoder } from "../../src/models/fit-autoencoder.ts";
import { boostingDefaults, fitBoostedTrees } from "../../src/models/fit-boosted-trees.ts";
import type { TextBag } from "../../src/models/fit-symbol-ngrams.ts";
import { fitSymbolNgrams, ngramDefaults } from "../../src/models/fit-symbol-ngrams.ts";
import { fitIsolationForest, scoreIsolationForest } from "../../src/models/isolation-forest.ts";
import { fitLogisticRegression, logisticLogit } from "../../src/models/logistic-regression.ts";
import type { Observation } from "../../src/models/model.ts";
import { readModelFile, writeModelFile } from "../../src/models/model-file.ts";
import type { Window } from "../../src/models/symbol-ngrams.ts";
import { ngramBuffers, scoreWindow } from "../../src/models/symbol-ngrams.ts";
import { seededRandom } from "../../src/random.ts";
import { parseTrafficRow, transactionOf } from "../../src/traffic/traffic-row.ts";
import { areaUnderRoc } from "../../src/training/metrics.ts";
import { train } from "../../src/training/train.ts";
import { tinyDataset, tinyRows } from "../training/tiny-traffic.ts";
import { sourceFiles } from "./source-files.ts";

type Examples = ReturnType<typeof tinyDataset>["examples"];
type Labels = readonly boolean[];

interface Fitted {
  /** Everything that the model holds. */
  readonly state: object;
  score(example: Examples[number]): number;
}

interface Contender {
  /** The files in `models/` that it stands for. */
  readonly files: readonly string[];
  fit(examples: Examples, labels: Labels, seed: number): Fitted;
}

function textContender(reading: "letters" | "tokens"): Contender {
  return {
    files: ["symbol-ngrams.ts", "fit-symbol-ngrams.ts"],
    fit(examples, labels, seed) {
      const bags = examples.flatMap(({ texts, attackClass }, index): TextBag[] =>
        texts.length === 0
          ? []
          : [
              {
                texts: texts.map((text) => text[reading]),
                attack: labels[index]!,
                attackClass: labels[index]! ? Math.max(0, attackClass) : -1,
                weight: 1,
              },
            ],
      );
      const options = {
        ...ngramDefaults,
        buckets: 1 << 14,
        classBuckets: 1 << 12,
        classes: 15,
        maxSymbols: 1024,
      };
      const model = fitSymbolNgrams(bags, options, seededRandom(seed));
      const window: Window = { logit: 0, start: 0, end: 0 };
      const buffers = ngramBuffers(1024);
      return {
        state: model,
        score: ({ texts }) =>
          texts.reduce((worst, text) => {
            scoreWindow(model, text[reading], text[reading].length, buffers, window);
            return Math.max(worst, window.logit);
          }, -20),
      };
    },
  };
}

const contenders: Record<string, Contender> = {
  "the text model of letters": textContender("letters"),
  "the text model of tokens": textContender("tokens"),
  "the isolation forest": {
    files: ["isolation-forest.ts"],
    fit(examples, labels, seed) {
      // It learns from ordinary rows alone; with shuffled labels these are rows of both kinds.
      const ordinary = examples.filter((_, index) => !labels[index]);
      const columns = ordinary[0]!.row.length;
      const rows = Float64Array.from(ordinary.flatMap(({ row }) => [...row]));
      const forest = fitIsolationForest(rows, columns, { trees: 100, sampleSize: 64 }, seededRandom(seed));
      return { state: forest, score: ({ row }) => scoreIsolationForest(forest, row) };
    },
  },
  "the autoencoder": {
    files: [
      "autoencoder.ts",
      "fit-autoencoder.ts",
      "adam.ts",
      "byte-ngrams.ts",
      "dense-network.ts",
      "empirical-rank.ts",
    ],
    fit(examples, labels, seed) {
      // The letters of a row's texts stand for the bytes of its request; like the forest, it learns from ordinary rows.
      const bytesOf = ({ texts }: Examples[number]): Uint8Array =>
        Uint8Array.from(texts.flatMap(({ letters }) => [...letters]));
      const ordinary = examples.filter((_, index) => !labels[index]);
      const model = fitAutoencoder(
        ordinary.map(bytesOf),
        { ...autoencoderDefaults, buckets: 128, encoder: [32, 8], learningRate: 0.01 },
        seededRandom(seed),
      );
      const score = autoencoderScorer(model);
      return { state: model, score: (example) => score(bytesOf(example)) };
    },
  },
  "the boosted trees": {
    files: ["boosted-trees.ts", "fit-boosted-trees.ts", "grow-tree.ts", "quantile-bins.ts", "split.ts"],
    fit(examples, labels, seed) {
      const model = fitBoostedTrees(
        {
          rows: Float64Array.from(examples.flatMap(({ row }) => [...row])),
          labels: Uint8Array.from(labels, Number),
        },
        examples[0]!.row.length,
        { ...boostingDefaults, trees: 20, leaves: 4, rowShare: 0.8 },
        seededRandom(seed),
      );
      return { state: model, score: ({ row }) => scoreBoostedTrees(model, row) };
    },
  },
  "the evidence of signs": {
    files: ["evidence.ts"],
    fit(examples, labels) {
      // Its signs are the tokens that a row holds.
      const signsOf = ({ texts }: Examples[number]): number[] => [
        ...new Set(texts.flatMap(({ tokens }) => [...tokens])),
      ];
      const model = fitEvidence(
        examples.map((example, index) => ({
          offset: 0,
          signs: signsOf(example),
          attack: labels[index]!,
          weight: 1,
        })),
      );
      return { state: model, score: (example) => scoreEvidence(model, signsOf(example)) };
    },
  },
  "the logistic regression": {
    files: ["logistic-regression.ts"],
    fit(examples, labels) {
      const inputsOf = ({ row, texts }: Examples[number]): [number, number] => [
        row[20]! + row[21]!,
        texts.reduce((longest, { tokens }) => Math.max(longest, tokens.length), 0) / 10,
      ];
      const model = fitLogisticRegression(
        Float64Array.from(examples.flatMap(inputsOf)),
        2,
        Uint8Array.from(labels, Number),
        new Float64Array(examples.length).fill(1),
      );
      return { state: model, score: (example) => logisticLogit(model, inputsOf(example)) };
    },
  },
};

/** What the models of the catalog stand on. */
const catalogFiles = [
  "catalog.ts",
  "flat-trees.ts",
  "model.ts",
  "model-file.ts",
  "state.ts",
  "fit-kernel-expansion.ts",
  "fit-sparse-logistic.ts",
  "tfidf.ts",
];

/** The observations that the examples of `tinyDataset` were made of: it keeps every row, in order. */
function observationsOf(rows: ReturnType<typeof tinyRows>): Observation[] {
  return rows.map((row) => {
    const { row: numbers, texts, bytes } = observationOf(transactionOf(parseTrafficRow(JSON.stringify(row))));
    return { row: numbers, texts, bytes };
  });
}

/** A model of the catalog; the examples only say which observations are meant. */
function catalogContender(model: (typeof modelCatalog)[number]): Contender {
  const observationOfExample = (example: Examples[number]): Observation => observations.get(example)!;
  return {
    files: [`${model.name}.ts`, ...catalogFiles],
    fit(examples, labels, seed) {
      const fitted = model.fit(examples.map(observationOfExample), Uint8Array.from(labels, Number), seed);
      return {
        state: fitted.state as object,
        score: (example) => fitted.score(observationOfExample(example)),
      };
    },
  };
}

const trainingRows = tinyRows(150);
const unseenRows = tinyRows(80, 77);
const training = tinyDataset(trainingRows).examples;
const unseen = tinyDataset(unseenRows).examples;
const seenParts = observationsOf([...trainingRows, ...unseenRows]);
const observations = new Map([...training, ...unseen].map((example, index) => [example, seenParts[index]!]));
const labels = training.map(({ attack }) => attack);

function aucOf(fitted: Fitted): number {
  const scores = (attack: boolean): Float64Array =>
    Float64Array.from(
      unseen.filter((example) => example.attack === attack),
      (example) => fitted.score(example),
    );
  return areaUnderRoc(scores(false), scores(true))!;
}

/** Numbers that a model holds. */
function sizeOf(state: object): number {
  return Object.values(state).reduce((sum: number, value: unknown) => {
    const length =
      typeof value === "object" && value !== null && "length" in value ? Number(value.length) : 1;
    return sum + length;
  }, 0);
}

for (const model of modelCatalog) contenders[`the model ${model.name}`] = catalogContender(model);

/** Files of baselines, each with the reason why no contract holds it. */
const baselines: Readonly<Record<string, string>> = {
  "counts-tfidf-forest.ts":
    "as it is taught it finds attacks more ordinary than words; that is what it is kept to show",
};

test("every file in models has a contender", () => {
  const files = sourceFiles
    .filter(({ folder }) => folder === "models")
    .map(({ path }) => path.split("/").at(-1)!);
  const covered = new Set(Object.values(contenders).flatMap((contender) => contender.files));
  expect(files.filter((file) => !covered.has(file) && baselines[file] === undefined)).toEqual([]);
});

test("the examples are those of the observations", () => {
  expect(training).toHaveLength(trainingRows.length);
  expect(unseen).toHaveLength(unseenRows.length);
  for (const [example, { row }] of observations) expect(row).toEqual(example.row);
});

describe.each(Object.entries(contenders))("%s", (_, contender) => {
  const fitted = contender.fit(training, labels, 1);

  test("scores unseen rows differently, and attacks higher", () => {
    expect(new Set(unseen.map((example) => fitted.score(example))).size).toBeGreaterThan(5);
    expect(aucOf(fitted)).toBeGreaterThan(0.6);
  });

  test("does better than on shuffled labels", () => {
    const aucs = [1, 2, 3].map((seed) =>
      aucOf(contender.fit(training, seededRandom(seed).shuffle([...labels]), 1)),
    );
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    expect(aucOf(fitted)).toBeGreaterThan(mean);
  });

  test("gives the same score again and changes neither itself nor its input", () => {
    const before = structuredClone({ state: fitted.state, unseen });
    const first = unseen.map((example) => fitted.score(example));
    expect(
      [...unseen]
        .reverse()
        .map((example) => fitted.score(example))
        .reverse(),
    ).toEqual(first);
    expect({ state: fitted.state, unseen }).toEqual(before);
  });

  test("is the same for the same seed", () => {
    expect(contender.fit(training, labels, 1).state).toEqual(fitted.state);
  });

  test("needs no more memory for twice the rows", () => {
    const twice = contender.fit([...training, ...training], [...labels, ...labels], 1);
    expect(sizeOf(twice.state)).toBeLessThanOrEqual(sizeOf(fitted.state) * 1.3);
  });
});

describe.each(modelCatalog.map((model) => [model.name, model] as const))("%s", (_, model) => {
  const labelOf = Uint8Array.from(labels, Number);
  const fitted = model.fit(
    training.map((example) => observations.get(example)!),
    labelOf,
    1,
  );

  test("scores within [0, 1]", () => {
    for (const example of unseen) {
      const score = fitted.score(observations.get(example)!);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  test("scores as before, to the last bit, after a round through the file, whose bytes are always the same", () => {
    const file = writeModelFile({ kind: model.name, content: fitted.state });
    const { kind, content } = readModelFile(file);
    const after = model.restore(content);
    expect(kind).toBe(model.name);
    for (const example of unseen) {
      const observation = observations.get(example)!;
      expect(after.score(observation)).toBe(fitted.score(observation));
    }
    expect(writeModelFile({ kind, content: after.state }).equals(file)).toBe(true);
  });

  test("an anomaly model learns from ordinary rows alone, whatever attacks lie among them", () => {
    if (model.kind !== "anomaly") return;
    const ordinary = training.filter((_, index) => !labels[index]).map((e) => observations.get(e)!);
    expect(model.fit(ordinary, new Uint8Array(ordinary.length), 1).state).toEqual(fitted.state);
  });
});

test("all models together score as before, to the last bit, after a round through the file", () => {
  const { parts } = train(tinyDataset(tinyRows(60)), { seed: 1, madeWith: "test" });
  const before = composeDetector(parts, "x");
  const after = composeDetector(parseDetector(writeDetector(parts)), "x");
  for (const row of tinyRows(60, 3)) {
    const transaction = transactionOf(parseTrafficRow(JSON.stringify(row)));
    expect(after.inspect(transaction)).toEqual(before.inspect(transaction));
  }
});
