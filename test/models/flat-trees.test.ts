import { expect, test } from "vitest";
import { problemOfTrees } from "../../src/models/flat-trees.ts";

const sound = { roots: [0], feature: [1, -1, -1], left: [1, 0, 0] };
const trees = (over: Partial<typeof sound> = {}): Parameters<typeof problemOfTrees>[0] => {
  const { roots, feature, left } = { ...sound, ...over };
  return { roots: Int32Array.from(roots), feature: Int16Array.from(feature), left: Int32Array.from(left) };
};

test("sound trees have no problem, and no trees neither", () => {
  expect(problemOfTrees(trees(), 2)).toBeUndefined();
  expect(problemOfTrees(trees({ roots: [], feature: [], left: [] }), 2)).toBeUndefined();
});

test.each([
  [{ left: [1, 0] }, /different lengths/],
  [{ roots: [3] }, /begins outside/],
  [{ roots: [-1] }, /begins outside/],
  [{ feature: [2, -1, -1] }, /asks about feature 2/],
  [{ feature: [-2, -1, -1] }, /asks about feature -2/],
  [{ left: [0, 0, 0] }, /before itself/],
  [{ left: [2, 0, 0] }, /outside of the nodes/],
])("%j", (over, problem) => {
  expect(problemOfTrees(trees(over), 2)).toMatch(problem);
});

test("a tree that is too deep", () => {
  const nodes = 201;
  const feature = Array.from({ length: nodes }, (_, i) => (i % 2 === 0 && i < nodes - 1 ? 0 : -1));
  const left = feature.map((column, i) => (column < 0 ? 0 : i + 1));
  expect(problemOfTrees(trees({ feature, left }), 1)).toMatch(/deeper/);
});
