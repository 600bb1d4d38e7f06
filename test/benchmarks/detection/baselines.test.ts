import { expect, test } from "vitest";
import { baselines, contaminationThreshold, scoreBaseline } from "../../../benchmarks/detection/baselines.ts";
import { fitTutorial } from "../../../benchmarks/detection/tutorial-pipeline.ts";
import { seededRandom } from "../../../src/random.ts";

const words = ["shoes", "green tea", "summer hat", "wooden chair", "small lamp"];
const request = (value: string) => ({
  method: "GET",
  uri: `/find?q=${encodeURIComponent(value)}&page=2`,
  headers: [],
});
const benign = Array.from({ length: 300 }, (_, index) => request(`${words[index % 5]} ${index % 17}`));
const odd = [`' union select "a",(b) from <c> -- ${"%27".repeat(40)}`, "<script>".repeat(30)].map(request);

// Words that the tutorial's pipeline has never met are no columns of it: only its counts tell that these are odd.
const sentence = "quiet garden with green chairs and small lamps beside wooden tables ";
const tutorial = (signs: string) => request(sentence + signs);

test("the tutorial's pipeline finds odd counts among the same words, and gives the same scores again", () => {
  const ordinary = Array.from({ length: 300 }, (_, index) => tutorial("a ".repeat(index % 7)));
  const score = fitTutorial(ordinary, seededRandom(1));
  const highest = Math.max(...ordinary.slice(0, 20).map(score));
  const strange = tutorial(`' " < > ( ) / / ${"9 ".repeat(30)}`);
  expect(score(strange)).toBeGreaterThan(highest);
  expect(score(strange)).toBeLessThanOrEqual(1);
  expect(fitTutorial(ordinary, seededRandom(1))(strange)).toBe(score(strange));
});

test.each(baselines.slice(0, 2).map((baseline) => [baseline.name, baseline] as const))(
  "%s: what is odd scores above every ordinary request, if the model is there",
  async (_, baseline) => {
    const scored = await scoreBaseline(baseline, benign, [...odd, ...benign.slice(0, 20)], 1);
    if (scored === undefined) return expect(baseline.name).toMatch(/SVM/);
    const { scores, threshold } = scored;
    const highest = Math.max(...scores.slice(2));
    for (const score of scores.slice(0, 2)) {
      expect(score).toBeGreaterThan(highest);
      expect(score).toBeGreaterThan(threshold);
    }
    const again = await scoreBaseline(baseline, benign, odd, 1);
    expect([...(again?.scores ?? [])]).toEqual([...scores.slice(0, 2)]);
  },
);

test("one training request in ten reaches the threshold of the published settings", () => {
  const scores = Float64Array.from({ length: 100 }, (_, index) => index / 100);
  expect(scores.filter((score) => score >= contaminationThreshold(scores))).toHaveLength(10);
});
