import { expect, test } from "vitest";
import { baselines, contaminationThreshold, scoreBaseline } from "../../../benchmarks/detection/baselines.ts";

const words = ["shoes", "green tea", "summer hat", "wooden chair", "small lamp"];
const request = (value: string) => ({
  method: "GET",
  uri: `/find?q=${encodeURIComponent(value)}&page=2`,
  headers: [],
});
const benign = Array.from({ length: 300 }, (_, index) => request(`${words[index % 5]} ${index % 17}`));
const odd = [`' union select "a",(b) from <c> -- ${"%27".repeat(40)}`, "<script>".repeat(30)].map(request);

// The tutorial's pipeline has no columns for words that it has never met, and takes such requests for ordinary ones.
test.each(baselines.slice(0, 2).map((baseline) => [baseline.name, baseline] as const))(
  "%s: what is odd scores above every ordinary request",
  (_, baseline) => {
    const { scores, threshold } = scoreBaseline(baseline, benign, [...odd, ...benign.slice(0, 20)], 1);
    const highest = Math.max(threshold, ...scores.slice(2));
    for (const score of scores.slice(0, 2)) expect(score).toBeGreaterThan(highest);
  },
);

test.each(baselines.map((baseline) => [baseline.name, baseline] as const))(
  "%s: one ordinary request in ten is anomalous, and the same seed gives the same scores",
  (_, baseline) => {
    const { scores, threshold } = scoreBaseline(baseline, benign, benign, 1);
    const share = scores.filter((score) => score >= threshold).length / scores.length;
    expect(share).toBeGreaterThanOrEqual(0.1);
    expect(share).toBeLessThan(0.2);
    expect(scoreBaseline(baseline, benign, benign, 1).scores).toEqual(scores);
  },
);

test("one training request in ten reaches the threshold of the published settings", () => {
  const scores = Float64Array.from({ length: 100 }, (_, index) => index / 100);
  expect(scores.filter((score) => score >= contaminationThreshold(scores))).toHaveLength(10);
});
