/**
 * What every model owes: scoring is pure, equal seeds give equal models, a model survives its file, it has learnt
 * something from the data and not from its own shape, and it needs no more memory for more data.
 */
import { describe, expect, test } from "vitest";
import { composeDetector } from "../../src/detector/detector.ts";
import { parseDetector, writeDetector } from "../../src/detector/detector-file.ts";
import { autoencoderScorer } from "../../src/models/autoencoder.ts";
import { scoreBoostedTrees } from "../../src/models/boosted-trees.ts";
import { fitEvidence, scoreEvidence } from "../../src/models/evidence.ts";
import { autoencoderDefaults, fitAutoencoder } from "../../src/models/fit-autoencoder.ts";
import { boostingDefaults, fitBoostedTrees } from "../../src/models/fit-boosted-trees.ts";
import type { TextBag } from "../../src/models/fit-symbol-ngrams.ts";
import { fitSymbolNgrams, ngramDefaults } from "../../src/models/fit-symbol-ngrams.ts";
import { fitIsolationForest, scoreIsolationForest } from "../../src/models/isolation-forest.ts";
import { fitLogisticRegression, logisticLogit } from "../../src/models/logistic-regression.ts";
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

const contenders: Readonly<Record<string, Contender>> = {
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

const training = tinyDataset(tinyRows(150)).examples;
const unseen = tinyDataset(tinyRows(80, 77)).examples;
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

test("every file in models has a contender", () => {
  const files = sourceFiles
    .filter(({ folder }) => folder === "models")
    .map(({ path }) => path.split("/").at(-1)!);
  const covered = new Set(Object.values(contenders).flatMap((contender) => contender.files));
  expect(files.filter((file) => !covered.has(file))).toEqual([]);
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

test("all models together score as before, to the last bit, after a round through the file", () => {
  const { parts } = train(tinyDataset(tinyRows(60)), { seed: 1, madeWith: "test" });
  const before = composeDetector(parts, "x");
  const after = composeDetector(parseDetector(writeDetector(parts)), "x");
  for (const row of tinyRows(60, 3)) {
    const transaction = transactionOf(parseTrafficRow(JSON.stringify(row)));
    expect(after.inspect(transaction)).toEqual(before.inspect(transaction));
  }
});
